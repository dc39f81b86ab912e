import type { EmbeddingStatistics } from "./statistics.ts";

/**
 * How many dimensions are the same in all rows.
 *
 * The number of j with `Σ(xⱼ−μⱼ)² = 0`, in float64 and with no tolerance. A single row says nothing.
 *
 * @param statistics N and Σ(x−μ)² by dimension.
 * @returns A whole number from 0 to D; nothing when there are fewer than two rows.
 *
 * @example One of two
 * ```ts
 * import { deadDimensions } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(deadDimensions({ rows: 3, squaredDeviations: Float64Array.of(0, 2) }), 1);
 * ```
 */
export function deadDimensions(
  { rows, squaredDeviations }: Pick<EmbeddingStatistics, "rows" | "squaredDeviations">,
): number | undefined {
  if (rows < 2) return undefined;
  return squaredDeviations.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
}
