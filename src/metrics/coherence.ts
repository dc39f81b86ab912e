import type { Leverage } from "../linalg/largest_leverage.ts";

/**
 * Coherence of an embedding matrix: how far the row that matters most for its directions stands out.
 *
 * `(N/r)·maxᵢ hᵢ` with hᵢ the leverages, the squared row lengths of U in Z = UΣVᵀ, and r the rank, so
 * that r/N is their mean. Source: Candès & Recht, "Exact Matrix Completion via Convex Optimization",
 * 2009, definition 1.2; as a score of embeddings, Tsitsulin, Munkhoeva & Perozzi, "Unsupervised
 * Embedding Quality Evaluation", 2023, whose script divides by min(N, D) where r may be less.
 *
 * @param leverage The largest leverage and the rank: see `largestLeverage`.
 * @param rows N.
 * @returns From 1, when all rows matter alike, to N/r, when one row alone has some direction. Nothing
 * for a matrix of zeros.
 *
 * @example The largest leverage is twice the mean
 * ```ts
 * import { coherence } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(coherence({ largest: 0.5, rank: 2 }, 8), 2);
 * ```
 */
export function coherence({ largest, rank }: Leverage, rows: number): number | undefined {
  return rank === 0 ? undefined : rows / rank * largest;
}
