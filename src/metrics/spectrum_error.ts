import type { Spectrum, SpectrumComputation } from "../linalg/spectrum.ts";

/** Unit roundoff of float64. */
const UNIT = 2 ** -53;
/** So many rows at least are added up among themselves before they are added to what is there. */
const PANEL_ROWS = 128;
/** How far the values of a spectrum may be off. */
export interface SpectrumError {
  /** Which values it is the error of: eigenvalues λ of a Gram, singular values σ of a factor. */
  readonly of: "eigen" | "singular";
  /** No value is off by more (Weyl), in the unit of the values. */
  readonly largest: number;
  /** The root of the mean square of all errors is no more (Hoffman & Wielandt). */
  readonly rootMeanSquare: number;
}

/**
 * How far rounding in float64 may have moved the values of a spectrum.
 *
 * For a Gram, with u = 2⁻⁵³, m the sum of all squares that were added up, K the number of values and
 * λ_P at most the largest eigenvalue of what was added up:
 *
 * |Δλ| ≤ u·(½√(N/128 + 256)·√(λ_P·m) + (N/256)·λ_P + 128·(m − Σλ) + (6√K + 10)·λ₁)
 *
 * ‖Δλ‖₂/√K ≤ u·(½√(N/128 + 256)·m/√K + ((N/256)·λ_P + 128·(m − Σλ))/√K + 4‖λ‖₂)
 *
 * The terms are rounding errors of sums that fall as they will, those that all fall to the same side
 * because the same numbers are added again and again, as differences from a far pivot are, within a
 * panel of 128 rows too, and the eigensolver's. For a triangular factor,
 * |Δσ| ≤ u·(4√K + √N + 8)·√m. The form is that of Higham, Accuracy and Stability of Numerical
 * Algorithms, 2nd ed., §3.1 and theorem 19.4; the constants were set by experiment: see
 * tests/metrics/rank_me_error_bound_test.ts.
 *
 * @param spectrum The spectrum.
 * @returns The errors; nothing for a spectrum that was not computed from rows.
 */
export function spectrumError(spectrum: Spectrum): SpectrumError | undefined {
  const { computation } = spectrum;
  if (!computation) return undefined;
  return computation.method === "gram"
    ? gramError(spectrum, computation)
    : factorError(spectrum, computation);
}

function gramError(
  { eigenvalues, rows, dim }: Spectrum,
  { magnitude }: SpectrumComputation,
): SpectrumError {
  const count = eigenvalues.length;
  const first = eigenvalues[0];
  const sum = eigenvalues.reduce((total, value) => total + value, 0);
  // In units of the first, whose square may overflow.
  const length = first *
    Math.sqrt(eigenvalues.reduce((sum, value) => sum + (value / first) ** 2, 0));
  const cancelled = Math.max(magnitude - sum, 0);
  const firstAdded = first + cancelled;
  // Of fewer rows than dimensions it is the dimensions that are added up.
  const panels = Math.max(rows, dim) / PANEL_ROWS;
  // The unit comes first: near the end of float64's range the factors would overflow.
  const scattered = UNIT * Math.sqrt(panels + 2 * PANEL_ROWS) / 2;
  const oneSided = UNIT * (panels / 2 * firstAdded + PANEL_ROWS * cancelled);
  const largest = scattered * Math.sqrt(firstAdded) * Math.sqrt(magnitude) + oneSided +
    UNIT * (6 * Math.sqrt(count) + 10) * first;
  const rootMeanSquare = (scattered * magnitude + oneSided) / Math.sqrt(count) + UNIT * 4 * length;
  return { of: "eigen", largest, rootMeanSquare: Math.min(largest, rootMeanSquare) };
}

function factorError(
  { singularValues: { length: count }, rows }: Spectrum,
  { magnitude }: SpectrumComputation,
): SpectrumError {
  const largest = UNIT * (4 * Math.sqrt(count) + Math.sqrt(rows) + 8) * Math.sqrt(magnitude);
  return { of: "singular", largest, rootMeanSquare: largest };
}
