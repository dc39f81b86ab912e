import { RecordBatch } from "apache-arrow";
import { parsing } from "../bytes/parsing.ts";
import { ArrowStreamParser } from "./stream.ts";

/** How to read an Arrow IPC stream. */
export interface ArrowBatchStreamOptions {
  /** Whether a stream without its end-of-stream marker is an error. Default: false. */
  readonly strict?: boolean;
}

/**
 * Reads an Arrow IPC stream: bytes → record batches.
 *
 * Each message is read into a buffer of its own, of exactly its size, so record batches are views on
 * memory that nothing writes to again; compressed ones (LZ4, ZSTD) are decompressed. Lengths and counts are checked before they are believed. Several
 * streams one after the other are read as one.
 *
 * Fails with a {@linkcode RankMeError} `format` (not an Arrow stream), `empty`, `truncated`, `corrupt`
 * or `unsupported` (big-endian, for one).
 *
 * @example What another program wrote; `Deno.stdin.readable` is such a stream too
 * ```ts
 * import { ArrowBatchStream } from "@rankme/rankme";
 * import { tableFromArrays, tableToIPC } from "apache-arrow";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = tableToIPC(tableFromArrays({ id: [1, 2, 3] }), "stream");
 * const stream = ReadableStream.from([bytes]).pipeThrough(new ArrowBatchStream());
 * const [batch] = await Array.fromAsync(stream);
 * assertEquals(batch.numRows, 3);
 * ```
 */
export class ArrowBatchStream extends TransformStream<Uint8Array, RecordBatch> {
  readonly #parser: ArrowStreamParser;

  /**
   * Makes the stage.
   *
   * @param options How to read.
   */
  constructor({ strict }: ArrowBatchStreamOptions = {}) {
    const parser = new ArrowStreamParser({ strict });
    super(parsing(parser, { take: ({ schema, data }) => new RecordBatch(schema, data) }));
    this.#parser = parser;
  }

  /**
   * Whether the stream ended between two record batches without an end-of-stream marker, so that
   * rows may be missing. Known once everything has been read.
   */
  get missingEnd(): boolean {
    return this.#parser.missingEnd;
  }
}
