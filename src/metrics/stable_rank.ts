import type { Spectrum } from "../linalg/spectrum.ts";
import { shares } from "./shares.ts";

/**
 * Stable rank of a spectrum: all its energy in units of that of its first direction.
 *
 * `‖Z‖_F²/‖Z‖₂² = Σλ/λ₁`. Source: Rudelson & Vershynin, "Sampling from large matrices: an approach
 * through geometric functional analysis", Journal of the ACM 54(4), 2007, where it is called numerical
 * rank; as a score of embeddings, Tsitsulin, Munkhoeva & Perozzi, "Unsupervised Embedding Quality
 * Evaluation", 2023.
 *
 * @param spectrum Eigenvalues λ = σ² of ZᵀZ, in any unit: those of a spectrum that is not centred.
 * @returns A number in [1, λ.length], or 0 when every value is zero.
 *
 * @example A first direction with half of the energy
 * ```ts
 * import { stableRank } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(stableRank({ eigenvalues: Float64Array.of(4, 2, 2) }), 2);
 * ```
 */
export function stableRank({ eigenvalues }: Pick<Spectrum, "eigenvalues">): number {
  const first = shares(eigenvalues).reduce((most, p) => Math.max(most, p), 0);
  return first === 0 ? 0 : 1 / first;
}
