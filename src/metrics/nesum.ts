import type { Spectrum } from "../linalg/spectrum.ts";
import { stableRank } from "./stable_rank.ts";

/**
 * Normalised eigenvalue sum: all variance in units of that of the first direction.
 *
 * `Σλ/λ₁` over the eigenvalues of the covariance: the stable rank of the rows less their mean. Source:
 * He & Ozay, "Exploring the Gap between Collapsed & Whitened Features in Self-Supervised Learning",
 * ICML 2022, definition 4.1.
 *
 * @param spectrum Eigenvalues λ of the covariance, in any unit: those of a centred spectrum.
 * @returns A number in [1, λ.length], the larger the whiter; 0 when every value is zero.
 *
 * @example A first direction with half of the variance
 * ```ts
 * import { nesum } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nesum({ eigenvalues: Float64Array.of(4, 2, 2) }), 2);
 * ```
 */
export function nesum(spectrum: Pick<Spectrum, "eigenvalues">): number {
  return stableRank(spectrum);
}
