import type { EmbeddingBatch } from "../../batch.ts";
import { parsing } from "../bytes/parsing.ts";
import type { Axes } from "../axes.ts";
import { UsableRows, type UsableRowsOptions } from "../usable_rows.ts";
import { safetensorsReader } from "./safetensors.ts";

/** How to read embeddings from a safetensors file. */
export interface SafetensorsEmbeddingStreamOptions extends UsableRowsOptions {
  /** The name of the tensor. Default: the only one of floats with two axes or more. */
  readonly column?: string;
  /** How a tensor of more than two axes becomes rows. Default: it is refused. */
  readonly axes?: Axes;
}

/**
 * Reads the embeddings of a safetensors file: bytes → batches. Its tensor may be F16, BF16, F32 or F64;
 * batches are views on the memory it was read into, but for BF16, which becomes float32.
 *
 * Fails with a {@linkcode RankMeError} `format` (not a safetensors file), `empty`, `truncated`,
 * `corrupt`, `column` (no tensor fits, or several do: the candidates are listed), `unsupported` (another
 * data type), `dimension` or `non-finite`.
 *
 * @example What `save_file({"emb": tensor}, "emb.safetensors")` wrote
 * ```ts
 * import { SafetensorsEmbeddingStream } from "@rankme/rankme/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const header = JSON.stringify({
 *   emb: { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] },
 * });
 * const bytes = new Blob([
 *   BigUint64Array.of(BigInt(header.length)),
 *   header,
 *   Float32Array.of(1, 2, 3, 4),
 * ]);
 * const stream = bytes.stream().pipeThrough(new SafetensorsEmbeddingStream());
 * const [batch] = await Array.fromAsync(stream);
 * assertEquals(batch.dim, 2);
 * assertEquals(batch.data, Float32Array.of(1, 2, 3, 4));
 * ```
 */
export class SafetensorsEmbeddingStream extends TransformStream<Uint8Array, EmbeddingBatch> {
  readonly #usable: UsableRows;

  /**
   * Makes the stage.
   *
   * @param options Which tensor, and what becomes of unusable rows.
   */
  constructor(options: SafetensorsEmbeddingStreamOptions = {}) {
    const { column, axes } = options;
    const usable = new UsableRows(options);
    super(
      parsing(
        safetensorsReader.parse!({ column, axes }),
        usable,
      ),
    );
    this.#usable = usable;
  }

  /** How many rows were left out so far. */
  get skippedRows(): number {
    return this.#usable.skippedRows;
  }
}
