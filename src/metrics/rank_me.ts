import type { Spectrum } from "../linalg/spectrum.ts";
import { type Convention, CONVENTIONS } from "./conventions.ts";
import { spectralPerplexity } from "./spectral_perplexity.ts";

/**
 * RankMe of a spectrum: a smooth count of the directions that embeddings use.
 *
 * `exp(−Σ pₖ ln pₖ)` with `pₖ = σₖ/‖σ‖₁ + ε` and ε = 1e-7, over k = 1…min(N, D); p is not normalised
 * again. Source: Garrido, Balestriero, Najman & LeCun, "RankMe: Assessing the Downstream Performance
 * of Pretrained Self-Supervised Representations by Their Rank", ICML 2023, equation 1.
 *
 * @param spectrum Singular values σ (and their squares λ) in any unit. Whether they are of centred
 * rows is for the spectrum to say: see `OnlineCovariance.spectrum`.
 * @param convention Which values are normalised, and ε. Default: the paper's.
 * @returns A number from 1 to min(N, D), up to ε; 0 when every value is zero.
 *
 * @example One direction holds nearly everything
 * ```ts
 * import { rankMe } from "@rankme/rankme/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const singularValues = Float64Array.of(10, 10, 1e-9);
 * assertAlmostEquals(rankMe({ singularValues, eigenvalues: singularValues.map((s) => s * s) }), 2, 1e-5);
 * ```
 */
export function rankMe(
  spectrum: Pick<Spectrum, "singularValues" | "eigenvalues">,
  convention: Pick<Convention, "values" | "epsilon"> = CONVENTIONS.paper,
): number {
  const values = convention.values === "eigen" ? spectrum.eigenvalues : spectrum.singularValues;
  return spectralPerplexity(values, convention.epsilon);
}
