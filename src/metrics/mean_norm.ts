import type { EmbeddingStatistics } from "./statistics.ts";

/**
 * The share of the energy of embeddings that their mean has.
 *
 * `N‖μ‖²/Σ‖x‖²`, where `Σ‖x‖² = N‖μ‖² + Σ‖x−μ‖²`. With rows of length 1 it is ‖μ‖², the mean cosine of
 * all pairs: Ethayarajh, "How Contextual are Contextualized Word Representations?", EMNLP 2019, §3.3.
 *
 * @param statistics N, μ in embedding units, and Σ(x−μ)² by dimension.
 * @returns From 0, for rows about the origin, to 1, for rows that are all equal. Nothing when all are
 * zero.
 *
 * @example Rows (1, 1) and (1, −1)
 * ```ts
 * import { meanNorm } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * const mean = Float64Array.of(1, 0), squaredDeviations = Float64Array.of(0, 2);
 * assertEquals(meanNorm({ rows: 2, mean, squaredDeviations }), 0.5);
 * ```
 */
export function meanNorm(
  { rows, mean, squaredDeviations }: Pick<
    EmbeddingStatistics,
    "rows" | "mean" | "squaredDeviations"
  >,
): number | undefined {
  const deviations = squaredDeviations.map((value) => Math.sqrt(value / rows));
  const largest = (values: Float64Array) =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // In units of the largest, whose square may overflow.
  const unit = Math.max(largest(mean), largest(deviations));
  if (unit === 0) return undefined;
  const squares = (values: Float64Array) =>
    values.reduce((sum, value) => sum + (value / unit) ** 2, 0);
  const energy = squares(mean);
  return energy / (energy + squares(deviations));
}
