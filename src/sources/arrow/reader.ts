import type { ByteParser } from "../bytes/byte_parser.ts";
import type { FormatReader } from "../format_reader.ts";
import type { RowBlock } from "../row_block.ts";
import { ArrowRows } from "./arrow_rows.ts";
import { arrowFileBatches } from "./file.ts";
import type { BareBatch } from "./messages.ts";
import { ArrowStreamParser } from "./stream.ts";

/** Reads Arrow IPC streams. */
export const arrowStreamReader: FormatReader = {
  parse({ strict, ...options }, input) {
    const rows = new ArrowRows(options);
    const parser = new ArrowStreamParser({ strict, input, wanted: rows.wanted });
    return mapped(parser, (batch) => rows.take(batch));
  },
};

/** Reads Arrow IPC files (Feather V2). */
export const arrowFileReader: FormatReader = {
  async *read(file, options, memory) {
    const rows = new ArrowRows(options);
    for await (const batch of arrowFileBatches(file, rows.wanted, memory)) yield rows.take(batch);
  },
};

/** A parser whose record batches are turned into rows. */
function mapped(
  parser: ArrowStreamParser,
  rowsOf: (batch: BareBatch) => RowBlock,
): ByteParser<RowBlock> {
  function* each(batches: Iterable<BareBatch>): Generator<RowBlock> {
    for (const batch of batches) yield rowsOf(batch);
  }
  return {
    get room() {
      return parser.room;
    },
    get wantsMany() {
      return parser.wantsMany;
    },
    filled: (bytes) => each(parser.filled(bytes)),
    push: (chunk) => each(parser.push(chunk)),
    finish: () => each(parser.finish()),
    get missingEnd() {
      return parser.missingEnd;
    },
  };
}
