import type { Spectrum } from "../linalg/spectrum.ts";
import { spectrumError } from "./spectrum_error.ts";

/** The distance from 1 to the next float64. */
const EPSILON = 2 ** -52;

/**
 * How many singular values are no noise: above σ₁·max(N, D)·2⁻⁵², which is NumPy's `matrix_rank`, and
 * above what rounding may have made of a zero on the way.
 *
 * A Gram has λ = σ² with an error near 2⁻⁵³·λ₁, so that zeros come out as σ up to some 1e-8·σ₁: see
 * `spectrumError`.
 *
 * @param spectrum The spectrum.
 * @param relative Counts only what is known up to this much of itself: of λ, or of σ where those were
 * computed. Default: what is known not to be 0.
 * @returns A number from 0 to min(N, D).
 */
export function resolvedCount(spectrum: Spectrum, relative = 1): number {
  const { singularValues, eigenvalues, rows, dim } = spectrum;
  const first = singularValues[0] ?? 0;
  if (first === 0) return 0;
  const tolerance = first * Math.max(rows, dim) * EPSILON;
  const error = spectrumError(spectrum);
  const computed = error?.of === "eigen" ? eigenvalues : singularValues;
  const least = (error?.largest ?? 0) / relative;
  const end = singularValues.findIndex((value, k) => !(value > tolerance && computed[k] > least));
  return end < 0 ? singularValues.length : end;
}
