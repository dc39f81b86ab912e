import type { Spectrum } from "../linalg/spectrum.ts";
import { spectralPerplexity } from "./spectral_perplexity.ts";

/**
 * Effective rank of a spectrum: the exponential of the entropy of its normalised singular values.
 *
 * `exp(−Σ pₖ ln pₖ)` with `pₖ = σₖ/‖σ‖₁` and 0·ln 0 = 0. Source: Roy & Vetterli, "The effective
 * rank: a measure of effective dimensionality", EUSIPCO 2007, definition 1.
 *
 * @param spectrum Singular values σ, in any unit.
 * @returns A number in [1, σ.length], or 0 when every value is zero.
 *
 * @example Two equal directions
 * ```ts
 * import { effectiveRank } from "@rankme/rankme/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(effectiveRank({ singularValues: Float64Array.of(3, 3, 0) }), 2);
 * ```
 */
export function effectiveRank({ singularValues }: Pick<Spectrum, "singularValues">): number {
  return spectralPerplexity(singularValues, 0);
}
