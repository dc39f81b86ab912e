import type { Spectrum } from "../linalg/spectrum.ts";
import { shares } from "./shares.ts";

/**
 * Participation ratio of a spectrum: how many directions carry the variance, large ones above all.
 *
 * `(Σλ)²/Σλ² = 1/Σp²` with `pₖ = λₖ/Σλ`. Source: Gao, Trautmann, Yu, Santhanam, Ryu, Shenoy & Ganguli,
 * "A theory of multineuronal dimensionality, dynamics and measurement", 2017.
 *
 * @param spectrum Eigenvalues λ of the covariance, in any unit: those of a centred spectrum.
 * @returns A number in [1, λ.length], or 0 when every value is zero.
 *
 * @example Two equal directions
 * ```ts
 * import { participationRatio } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(participationRatio({ eigenvalues: Float64Array.of(2, 2, 0) }), 2);
 * ```
 */
export function participationRatio({ eigenvalues }: Pick<Spectrum, "eigenvalues">): number {
  const squares = shares(eigenvalues).reduce((sum, p) => sum + p * p, 0);
  return squares === 0 ? 0 : 1 / squares;
}
