import type { ColumnSpan } from "../batch.ts";
import { RankMeError } from "../errors.ts";

/** Below this, sums of squares may have lost digits to underflow, as each is rounded to 2⁻¹⁰⁷⁴. */
const SMALLEST_TRACE = 2 ** -960;

/** How alike some sets of columns are, each pair of them. */
export interface CkaMatrix {
  /** Linear CKA of each two: from 0 to 1, and 1 of each with itself; symmetric. */
  readonly cka: readonly (readonly number[])[];
  /**
   * What CKA would be if the rows of the one were paired with those of the other at random: the mean
   * over all pairings. It tells how much of CKA is due to there being few rows.
   */
  readonly chance: readonly (readonly number[])[];
}

/**
 * Linear centred kernel alignment of sets of columns of one matrix: whether they see the same rows as
 * alike, up to a rotation, a scale and a shift of each.
 *
 * `‖S_xy‖²/(‖S_xx‖·‖S_yy‖)` in Frobenius norms, where S is the scatter of rows that have x and y side by
 * side. Source: Kornblith, Norouzi, Lee & Hinton, "Similarity of Neural Network Representations
 * Revisited", ICML 2019, §3; it is the RV coefficient of Robert & Escoufier, 1976. Its mean over all
 * pairings of N rows is `tr S_xx·tr S_yy/((N−1)·‖S_xx‖·‖S_yy‖)`: Kazi-Aoual, Hitier, Sabatier & Lebreton,
 * "Refined approximations to permutation tests for multivariate inference", 1995. Of D isotropic
 * dimensions each that is some D/(N+D), and not 0: score many more rows than dimensions.
 *
 * @param scatter S = Σ(z−μ)(z−μ)ᵀ: row-major, in squared embedding units.
 * @param spans Which dimensions are of which set, and what each is called.
 * @param rows N.
 * @returns The matrices of all pairs, in the order of the spans.
 * @throws {RankMeError} `range`, when a set does not vary, or its squares vanish in float64.
 *
 * @example The same dimension, and one that has nothing to do with it
 * ```ts
 * import { linearCka } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * const spans = [0, 1, 2].map((start) => ({ name: `${start}`, start, end: start + 1 }));
 * const scatter = Float64Array.of(1, -2, 0, -2, 4, 0, 0, 0, 3);
 * assertEquals(linearCka(scatter, spans, 5).cka, [[1, 1, 0], [1, 1, 0], [0, 0, 1]]);
 * ```
 */
export function linearCka(
  scatter: Float64Array,
  spans: readonly ColumnSpan[],
  rows: number,
): CkaMatrix {
  const dim = Math.sqrt(scatter.length);
  const traces = spans.map((span) => traceOf(scatter, dim, span));
  const norms = spans.map((span) => norm(scatter, dim, span, span));
  // Roots of norms, as products of two of them may overflow.
  const scales = norms.map(Math.sqrt);
  const spreads = traces.map((trace, i) => trace / norms[i]);
  const ofPairs = (value: (i: number, j: number) => number) =>
    spans.map((_, i) => spans.map((_, j) => Math.min(1, value(Math.min(i, j), Math.max(i, j)))));
  return {
    cka: ofPairs((i, j) =>
      i === j ? 1 : (norm(scatter, dim, spans[i], spans[j]) / scales[i] / scales[j]) ** 2
    ),
    chance: ofPairs((i, j) => spreads[i] * spreads[j] / (rows - 1)),
  };
}

/** Refuses a block of zeros, or of numbers that are none too sure. */
function traceOf(scatter: Float64Array, dim: number, { name, start, end }: ColumnSpan): number {
  let trace = 0;
  for (let i = start; i < end; i++) trace += scatter[i * (dim + 1)];
  if (!(trace > 0)) {
    throw new RankMeError("range", `all rows of ${name} are the same: nothing can be like it`, {
      advice: "leave it out",
    });
  }
  if (trace < SMALLEST_TRACE) {
    throw new RankMeError("range", `the squares of ${name} vanish in float64`, {
      advice: "multiply it by a power of two, which leaves CKA as it is",
    });
  }
  return trace;
}

/** The Frobenius norm of a block, whose squares may be out of range. */
function norm(scatter: Float64Array, dim: number, across: ColumnSpan, down: ColumnSpan): number {
  let largest = 0;
  for (let i = down.start; i < down.end; i++) {
    for (let at = i * dim + across.start; at < i * dim + across.end; at++) {
      largest = Math.max(largest, Math.abs(scatter[at]));
    }
  }
  if (largest === 0) return 0;
  let sum = 0;
  for (let i = down.start; i < down.end; i++) {
    for (let at = i * dim + across.start; at < i * dim + across.end; at++) {
      const share = scatter[at] / largest;
      sum += share * share;
    }
  }
  return largest * Math.sqrt(sum);
}
