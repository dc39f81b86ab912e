import type { FormatReader } from "../format_reader.ts";
import { JsonLineRows } from "./json_line_rows.ts";
import { TextFeeder } from "./text_feeder.ts";

/** Reads JSON Lines. */
export const jsonLinesReader: FormatReader = {
  parse: (options) => new TextFeeder(new JsonLineRows(options)),
};
