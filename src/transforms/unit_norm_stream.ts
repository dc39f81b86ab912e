import type { EmbeddingBatch } from "../batch.ts";

/**
 * Scales every row to Euclidean length 1; a zero row stays zero. Shapes are unchanged, numbers
 * become float64. Where several columns stand side by side, a row is all of them together: for rows of
 * length 1 in each column, cut the columns apart before.
 *
 * @example A 3-4-5 triangle
 * ```ts
 * import { EmbeddingBatch, UnitNormStream } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float32Array.of(3, 4), dim: 2 });
 * const [unit] = await Array.fromAsync(ReadableStream.from([batch]).pipeThrough(new UnitNormStream()));
 * assertEquals(unit.data, Float64Array.of(0.6, 0.8));
 * ```
 */
export class UnitNormStream extends TransformStream<EmbeddingBatch, EmbeddingBatch> {
  /** Makes the stage. */
  constructor() {
    super({
      transform(batch, controller) {
        controller.enqueue(batch.mapRows(scaleToUnitLength));
      },
    });
  }
}

/** Scales a row to length 1, in place; a row of zeros stays as it is. */
export function scaleToUnitLength(row: Float64Array): void {
  let largest = 0;
  for (const value of row) largest = Math.max(largest, Math.abs(value));
  // Zero rows stay zero; NaN and infinities are left for the covariance to refuse.
  if (!(largest > 0 && largest < Infinity)) return;
  // Squares of very large or small numbers would leave float64's range: divide first.
  let squares = 0;
  for (let i = 0; i < row.length; i++) {
    row[i] /= largest;
    squares += row[i] * row[i];
  }
  const length = Math.sqrt(squares);
  for (let i = 0; i < row.length; i++) row[i] /= length;
}
