import type { EmbeddingBatch } from "../../batch.ts";
import { parsing } from "../bytes/parsing.ts";
import type { Axes } from "../axes.ts";
import { UsableRows, type UsableRowsOptions } from "../usable_rows.ts";
import { npyReader } from "./npy.ts";

/** How to read embeddings from a .npy file. */
export interface NpyEmbeddingStreamOptions extends UsableRowsOptions {
  /** How an array of more than two axes becomes rows. Default: it is refused. */
  readonly axes?: Axes;
}

/**
 * Reads the embeddings of a NumPy .npy file: bytes → batches. Its array has to be in C order, of
 * floats or integers, big-endian ones too; batches are views on the memory it was read into where
 * that can be.
 *
 * Fails with a {@linkcode RankMeError} `format` (not a .npy file), `empty`, `truncated`, `corrupt`,
 * `unsupported` (another data type, or Fortran order), `dimension` or `non-finite`.
 *
 * @example What `np.save("emb.npy", array)` wrote
 * ```ts
 * import { NpyEmbeddingStream } from "@rankme/rankme/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }\n";
 * const bytes = new Blob([
 *   Uint8Array.of(0x93),
 *   "NUMPY",
 *   Uint8Array.of(1, 0, header.length, 0),
 *   header,
 *   Float32Array.of(1, 2, 3, 4),
 * ]);
 * const stream = bytes.stream().pipeThrough(new NpyEmbeddingStream());
 * const [batch] = await Array.fromAsync(stream);
 * assertEquals(batch.dim, 2);
 * assertEquals(batch.data, Float32Array.of(1, 2, 3, 4));
 * ```
 */
export class NpyEmbeddingStream extends TransformStream<Uint8Array, EmbeddingBatch> {
  readonly #usable: UsableRows;

  /**
   * Makes the stage.
   *
   * @param options How to read, and what becomes of unusable rows.
   */
  constructor(options: NpyEmbeddingStreamOptions = {}) {
    const { axes } = options;
    const usable = new UsableRows(options);
    super(parsing(npyReader.parse!({ axes }), usable));
    this.#usable = usable;
  }

  /** How many rows were left out so far. */
  get skippedRows(): number {
    return this.#usable.skippedRows;
  }
}
