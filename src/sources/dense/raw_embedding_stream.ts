import type { EmbeddingBatch } from "../../batch.ts";
import { parsing } from "../bytes/parsing.ts";
import type { RawFormat } from "../detect.ts";
import { UsableRows, type UsableRowsOptions } from "../usable_rows.ts";
import { rawReader } from "./raw.ts";

/** What raw numbers are. */
export interface RawEmbeddingStreamOptions extends UsableRowsOptions {
  /** How each number is stored. */
  readonly format: RawFormat;
  /** The number of dimensions D of a row. */
  readonly dim: number;
}

/**
 * Reads embeddings from numbers and nothing else: bytes → batches. The numbers are little-endian, one
 * row after the other; batches are views on the memory they were read into, but for bfloat16, which
 * becomes float32.
 *
 * Bytes that are something else make numbers, too, and so does a wrong `dim`: only a row that is not
 * whole at the end is noticed.
 *
 * Fails with a {@linkcode RankMeError} `empty`, `truncated` (the last row is not whole) or
 * `non-finite`.
 *
 * @example What `array.astype("<f4").tofile("emb.f32")` wrote
 * ```ts
 * import { RawEmbeddingStream } from "@rankme/rankme/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Blob([Float32Array.of(1, 2, 3, 4)]);
 * const stream = bytes.stream().pipeThrough(new RawEmbeddingStream({ format: "f32", dim: 2 }));
 * const [batch] = await Array.fromAsync(stream);
 * assertEquals(batch.rows, 2);
 * assertEquals(batch.data, Float32Array.of(1, 2, 3, 4));
 * ```
 */
export class RawEmbeddingStream extends TransformStream<Uint8Array, EmbeddingBatch> {
  readonly #usable: UsableRows;

  /**
   * Makes the stage.
   *
   * @param options What the numbers are, and what becomes of unusable rows.
   * @throws {RankMeError} `usage`, when `dim` is no whole number from 1 on.
   */
  constructor({ format, dim, ...options }: RawEmbeddingStreamOptions) {
    const usable = new UsableRows(options);
    super(
      parsing(rawReader(format).parse!({ dim }), usable),
    );
    this.#usable = usable;
  }

  /** How many rows were left out so far. */
  get skippedRows(): number {
    return this.#usable.skippedRows;
  }
}
