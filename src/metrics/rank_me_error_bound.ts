import type { Spectrum } from "../linalg/spectrum.ts";
import { type Convention, CONVENTIONS } from "./conventions.ts";
import { rankMe } from "./rank_me.ts";
import { spectrumError } from "./spectrum_error.ts";

/** An error that is this much smaller than its value acts in proportion to itself, up to a fifth. */
const PROPORTIONAL = 0.25;
const CURVATURE = 1.2;

/**
 * How far RankMe of a spectrum may be from what exact arithmetic would give.
 *
 * The values v are off by as much as `spectrumError` says. With q = v/‖v‖₁ and h(q) = −q ln q this
 * moves the entropy H by Σ(Δh(qₖ) − (H−1)Δqₖ), up to the square of the relative change of ‖v‖₁. Small
 * errors act through the slope of each term, so that the sum is at most the length of the slopes times
 * that of the errors (Cauchy & Schwarz); values that are no larger than their error count with the
 * most that their term can change. What evaluating the formula rounds is added.
 *
 * @param spectrum A spectrum that was computed from rows.
 * @param convention Which values are normalised, and ε. Default: the paper's.
 * @returns A bound on |RankMe error|, in the unit of RankMe; at most the number of values.
 *
 * @example A well-conditioned spectrum
 * ```ts
 * import { EmbeddingBatch, OnlineCovariance, rankMe } from "@rankme/rankme";
 * import { rankMeErrorBound } from "@rankme/rankme/metrics";
 * import { assert } from "@std/assert";
 *
 * const data = Float64Array.of(3, 0, 0, 2);
 * const spectrum = new OnlineCovariance().update(new EmbeddingBatch({ data, dim: 2 })).spectrum();
 * assert(rankMeErrorBound(spectrum) < 1e-12 * rankMe(spectrum));
 * ```
 */
export function rankMeErrorBound(
  spectrum: Spectrum,
  convention: Pick<Convention, "values" | "epsilon"> = CONVENTIONS.paper,
): number {
  const rank = rankMe(spectrum, convention);
  const count = spectrum.eigenvalues.length;
  // Zeros that large squares have cancelled to tell nothing.
  if (rank === 0) return spectrum.computation && spectrum.computation.magnitude > 0 ? count : 0;
  const entropy = Math.log(rank);
  const rounding = (Math.sqrt(count) + 8) * 2 ** -53 * (1 + entropy);
  const { change, shift } = entropyChange(spectrum, convention, entropy);
  if (!(shift < 1)) return count;
  // What the terms leave out: the square of the change of the sum, and ε.
  const { epsilon } = convention;
  const leftOut = shift * (shift + count * epsilon * (1 - Math.log(epsilon || 1)));
  return Math.min(rank * Math.expm1((change + leftOut) / (1 - shift) + rounding), count);
}

/** The most that the terms of the entropy change by in all, and that ‖v‖₁ does, relatively. */
function entropyChange(
  spectrum: Spectrum,
  { values: kind, epsilon }: Pick<Convention, "values" | "epsilon">,
  entropy: number,
): { change: number; shift: number } {
  const error = spectrumError(spectrum);
  if (!error) return { change: 0, shift: 0 };
  const computed = error.of === "eigen" ? spectrum.eigenvalues : spectrum.singularValues;
  const convert = converter(error.of, kind);
  const total = computed.reduce((sum, value) => sum + convert(value), 0);
  let change = 0, shift = 0, steepness = 0, steepnessSquared = 0;
  for (const value of computed) {
    const q = convert(value) / total;
    const low = convert(Math.max(value - error.largest, 0)) / total;
    const high = convert(value + error.largest) / total;
    const width = Math.max(high - q, q - low);
    shift += width;
    if (error.largest < PROPORTIONAL * value) {
      const steep = CURVATURE * width * Math.abs(Math.log(q + epsilon) + entropy);
      steepness += steep;
      steepnessSquared += steep * steep;
    } else {
      change += largestTerm(q, low, high, entropy, epsilon);
    }
  }
  const share = error.rootMeanSquare / error.largest;
  const together = Math.sqrt(steepnessSquared * computed.length) * share;
  return { change: change + Math.min(steepness, together), shift };
}

function converter(
  from: "eigen" | "singular",
  to: "eigen" | "singular",
): (value: number) => number {
  if (from === to) return (value) => value;
  return to === "eigen" ? (value) => value * value : Math.sqrt;
}

/** The largest |h(q′) − h(q) − (H−1)(q′−q)| for q′ from `low` to `high`. */
function largestTerm(
  q: number,
  low: number,
  high: number,
  entropy: number,
  epsilon: number,
): number {
  const h = (at: number) => at + epsilon > 0 ? -(at + epsilon) * Math.log(at + epsilon) : 0;
  const term = (at: number) => Math.abs(h(at) - h(q) - (entropy - 1) * (at - q));
  // Inside, the term is largest where the slope of h is H−1.
  const turn = Math.exp(-entropy) - epsilon;
  return Math.max(term(low), term(high), turn > low && turn < high ? term(turn) : 0);
}
