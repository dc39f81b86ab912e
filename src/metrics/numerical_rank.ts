import type { Spectrum } from "../linalg/spectrum.ts";
import { resolvedCount } from "./resolved_count.ts";

/**
 * Numerical rank of a spectrum: how many singular values are no rounding noise.
 *
 * The number of `σₖ > σ₁·max(N, D)·2⁻⁵²`. Source: NumPy's `linalg.matrix_rank`; Press, Teukolsky,
 * Vetterling & Flannery, Numerical Recipes, 3rd ed., §2.6.
 *
 * A covariance cannot tell singular values below some 1e-8·σ₁ from 0. What may be nothing but its
 * rounding errors is not counted, so that the rank may come out lower than NumPy's; an exact state
 * resolves down to NumPy's tolerance or a few times as much.
 *
 * @param spectrum A spectrum, not centred for the rank of Z itself.
 * @returns A whole number from 0 to min(N, D).
 *
 * @example The third column is the sum of the others
 * ```ts
 * import { EmbeddingBatch, numericalRank, OnlineCovariance } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const data = Float64Array.of(1, 2, 3, 5, 1, 6, 2, 9, 11, 4, 4, 8);
 * const state = new OnlineCovariance().update(new EmbeddingBatch({ data, dim: 3 }));
 * assertEquals(numericalRank(state.spectrum()), 2);
 * ```
 */
export function numericalRank(spectrum: Spectrum): number {
  return resolvedCount(spectrum);
}
