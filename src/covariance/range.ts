/** What cannot be squared in float64, and how it is refused. */
import type { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";

/**
 * Below this, the sum of the squares may have lost digits to underflow: each product is rounded to a
 * multiple of 2⁻¹⁰⁷⁴, and 2⁶⁰ such errors make 2⁻⁵⁴ of this sum.
 */
const SMALLEST_TRACE = 2 ** -960;

/**
 * Refuses a matrix of products in which some overflowed. A finite trace bounds every entry: no product
 * is larger than the larger of the two squares.
 */
export function refuseOverflow(trace: number): void {
  if (Number.isFinite(trace)) return;
  throw new RankMeError("range", "the squares of the values overflow float64", {
    advice: "divide the embeddings by a power of two, which leaves RankMe as it is",
  });
}

/** Refuses a matrix of products too small to be right, unless it stands for zeros alone. */
export function refuseUnderflow(trace: number, allZero: boolean): void {
  if (!allZero && trace < SMALLEST_TRACE) throw vanishing();
}

/** Whether a row differs from the pivot, by however little. */
export function differ(batches: readonly EmbeddingBatch[], pivot: Float64Array): boolean {
  return batches.some(({ data, dim }) => {
    for (let i = 0; i < data.length; i++) if (data[i] !== pivot[i % dim]) return true;
    return false;
  });
}

/** The error for numbers that differ from 0 while their squares do not. */
export function vanishing(): RankMeError {
  return new RankMeError("range", "the values are so small that their squares vanish in float64", {
    advice: "multiply the embeddings by a power of two, which leaves RankMe as it is",
  });
}
