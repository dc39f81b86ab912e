import type { Spectrum } from "../linalg/spectrum.ts";
import { shares } from "./shares.ts";

/**
 * Von Neumann entropy of a spectrum: how evenly the variance is spread over directions.
 *
 * `−Σ pₖ ln pₖ` with `pₖ = λₖ/Σλ` over the eigenvalues of the covariance, and 0·ln 0 = 0. Source: the
 * limit α → 1 of equation 1 in Skean, Arefin, Zhao, Patel, Naghiyev, LeCun & Shwartz-Ziv, "Layer by
 * Layer: Uncovering Hidden Representations in Language Models", ICML 2025. Theirs is of ZZᵀ as it is,
 * ours of the rows less their mean. RankMe and the effective rank take σ = √λ in place of λ.
 *
 * @param spectrum Eigenvalues λ of the covariance, in any unit: those of a centred spectrum.
 * @returns Nats, from 0 to ln(λ.length); nothing when every value is zero.
 *
 * @example Four equal directions
 * ```ts
 * import { spectralEntropy } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(spectralEntropy({ eigenvalues: Float64Array.of(3, 3, 3, 3) }), Math.log(4));
 * ```
 */
export function spectralEntropy(
  { eigenvalues }: Pick<Spectrum, "eigenvalues">,
): number | undefined {
  const p = shares(eigenvalues);
  if (p.length === 0) return undefined;
  return p.reduce((sum, share) => share === 0 ? sum : sum - share * Math.log(share), 0);
}
