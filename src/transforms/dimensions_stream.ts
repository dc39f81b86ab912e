import type { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";

/** Consecutive dimensions, as in Python's `[start:end]`. */
export interface DimensionRange {
  /** The first dimension, from 0. Default: 0. */
  readonly start?: number;
  /** The dimension after the last. Default: D. */
  readonly end?: number;
}

/**
 * Keeps some consecutive dimensions of every row, as one does with the embeddings of a Matryoshka
 * model (Kusupati et al., "Matryoshka Representation Learning", NeurIPS 2022).
 *
 * What rows belong to is passed on. Where several columns stand side by side, the dimensions are those
 * of all together, and which of them are of which column is not: cut the columns apart before.
 *
 * Fails with a {@linkcode RankMeError} `dimension`, when embeddings have fewer dimensions.
 *
 * @example The first two of three dimensions
 * ```ts
 * import { DimensionsStream, EmbeddingBatch } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float32Array.of(1, 2, 3, 4, 5, 6), dim: 3 });
 * const [first] = await Array.fromAsync(
 *   ReadableStream.from([batch]).pipeThrough(new DimensionsStream({ end: 2 })),
 * );
 * assertEquals(first.data, Float32Array.of(1, 2, 4, 5));
 * ```
 */
export class DimensionsStream extends TransformStream<EmbeddingBatch, EmbeddingBatch> {
  /**
   * Makes the stage.
   *
   * @param range Which dimensions.
   * @throws {RankMeError} `usage`, when the range is empty or no range.
   */
  constructor(range: DimensionRange) {
    checkRange(range);
    const { start = 0, end = Infinity } = range;
    super({
      transform(batch, controller) {
        const last = end === Infinity ? batch.dim : end;
        const isWhole = start === 0 && last === batch.dim && !batch.columns;
        controller.enqueue(isWhole ? batch : batch.dimensions(start, last));
      },
    });
  }
}

/**
 * Refuses what is no range.
 *
 * @param range Which dimensions.
 * @throws {RankMeError} `usage`, when it is empty or no range.
 */
export function checkRange({ start = 0, end = Infinity }: DimensionRange): void {
  const isCount = (number: number) => Number.isInteger(number) && number >= 0;
  if (!(isCount(start) && (end === Infinity || isCount(end)) && start < end)) {
    throw new RankMeError("usage", `${start}:${end} is no range of dimensions`);
  }
}
