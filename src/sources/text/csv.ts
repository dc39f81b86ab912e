import type { FormatReader } from "../format_reader.ts";
import { CsvRows } from "./csv_rows.ts";
import { TextFeeder } from "./text_feeder.ts";

/** Reads CSV, with the delimiter that its first line has. */
export const csvReader: FormatReader = {
  parse: (options) => new TextFeeder(new CsvRows(options)),
};

/** Reads TSV. */
export const tsvReader: FormatReader = {
  parse: (options) => new TextFeeder(new CsvRows({ ...options, delimiter: "\t" })),
};
