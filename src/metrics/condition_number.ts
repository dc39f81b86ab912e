import type { Spectrum } from "../linalg/spectrum.ts";
import { resolvedCount } from "./resolved_count.ts";

/** A ratio is told where its smallest value is known to a hundredth. */
const KNOWN = 0.01;

/**
 * Condition number of a spectrum: how many times longer its longest direction is than its shortest.
 *
 * `σ₁/σ_min(N,D)`. Source: Golub & Van Loan, Matrix Computations, 4th ed., equation 2.6.4 and §5.3.8.
 *
 * @param spectrum A spectrum, not centred for the condition number of Z itself.
 * @returns A number from 1 up. Nothing when the last singular value is 0, or so small that it is not
 * known to a hundredth of itself: of a covariance that is from some 1e6 on, of an exact state from
 * some 1e12.
 *
 * @example Three times as long
 * ```ts
 * import { conditionNumber, EmbeddingBatch, OnlineCovariance } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const data = Float64Array.of(3, 0, 0, 1);
 * const state = new OnlineCovariance().update(new EmbeddingBatch({ data, dim: 2 }));
 * assertEquals(conditionNumber(state.spectrum()), 3);
 * ```
 */
export function conditionNumber(spectrum: Spectrum): number | undefined {
  return ratioTo(spectrum, spectrum.singularValues.length);
}

/**
 * Pseudo-condition number of a spectrum: how many times longer its longest direction is than the
 * shortest one that has any length.
 *
 * `‖Z‖₂·‖Z⁺‖₂ = σ₁/σ_r` with r the {@linkcode numericalRank}; the condition number where that is
 * min(N, D). Source: Tsitsulin, Munkhoeva & Perozzi, "Unsupervised Embedding Quality Evaluation", 2023.
 * (The authors' script prints the reciprocal with σ_min(N,D), which is noise where r is less.)
 *
 * @param spectrum A spectrum, not centred for the pseudo-condition number of Z itself.
 * @returns A number from 1 up. Nothing when every value is zero, or when σ_r is so small that it is not
 * known to a hundredth of itself.
 *
 * @example A column of zeros does not count
 * ```ts
 * import { EmbeddingBatch, OnlineCovariance, pseudoConditionNumber } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const data = Float64Array.of(3, 0, 0, 0, 1, 0, 0, 0, 0);
 * const state = new OnlineCovariance().update(new EmbeddingBatch({ data, dim: 3 }));
 * assertEquals(pseudoConditionNumber(state.spectrum()), 3);
 * ```
 */
export function pseudoConditionNumber(spectrum: Spectrum): number | undefined {
  return ratioTo(spectrum, resolvedCount(spectrum));
}

function ratioTo(spectrum: Spectrum, count: number): number | undefined {
  const { singularValues } = spectrum;
  if (count === 0 || resolvedCount(spectrum, KNOWN) < count) return undefined;
  return singularValues[0] / singularValues[count - 1];
}
