import type { Spectrum } from "../linalg/spectrum.ts";

/**
 * SelfCluster: how much nearer to each other the directions of rows are than random ones.
 *
 * `(Q − E)/(N² − E)` with `Q = ‖ẐẐᵀ‖_F² = Σλ²` the sum of all squared cosines, and `E = N + N(N−1)/D`
 * what it is on average for directions that are independent and uniform on the sphere. Source:
 * Tsitsulin, Munkhoeva & Perozzi, "Unsupervised Embedding Quality Evaluation", 2023, definition 3.5. (It
 * is written with the norm there; the expectation and the most, N², are those of its square, which the
 * authors' script takes as well.)
 *
 * A row of zeros has no direction: N = Σλ counts those that do.
 *
 * @param spectrum Eigenvalues λ of ẐᵀẐ, and D, where the rows of Ẑ have length 1: those of a spectrum of
 * unit rows that is not centred.
 * @returns 1 when all rows lie on one line, near 0 for random directions, never below
 * −1/(max(N, D) − 1). Nothing when D = 1 or fewer than two rows have a direction.
 *
 * @example Four rows on two axes
 * ```ts
 * import { selfCluster } from "@rankme/rankme/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // Q = 2² + 2² = 8 and E = 4 + 4·3/2 = 10.
 * assertAlmostEquals(selfCluster({ eigenvalues: Float64Array.of(2, 2), dim: 2 })!, -2 / 6, 1e-15);
 * ```
 */
export function selfCluster(
  { eigenvalues, dim }: Pick<Spectrum, "eigenvalues" | "dim">,
): number | undefined {
  const rows = Math.round(eigenvalues.reduce((sum, value) => sum + value, 0));
  if (rows < 2 || dim === 1) return undefined;
  // In units of N², so that the most is 1.
  const cosines = eigenvalues.reduce((sum, value) => sum + (value / rows) ** 2, 0);
  const expected = 1 / rows + (1 - 1 / rows) / dim;
  return (cosines - expected) / (1 - expected);
}
