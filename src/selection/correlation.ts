import { kendall } from "./kendall.ts";
import { ranksOf } from "./ranks.ts";

/** How strongly two quantities go together. */
export interface Correlation {
  /** From −1 to 1. */
  readonly value: number;
  /** The lower end of its 95 % interval; absent where none can be had. */
  readonly low?: number;
  /** The upper end. */
  readonly high?: number;
}

/** The correlations of RankMe with one accuracy. */
export interface Correlations {
  /** How many points they are of. */
  readonly count: number;
  /** r: how near the points are to a line. */
  readonly pearson: Correlation;
  /** ρ: the same of their ranks. */
  readonly spearman: Correlation;
  /** τ-b: how many more pairs of points are in the same order than in the other. */
  readonly kendall: Correlation;
}

/** A correlation of fewer points says nothing: three are on a rising line by chance once in six. */
const LEAST = 4;
const NORMAL = 1.959963984540054;

/**
 * Pearson's, Spearman's and Kendall's correlations of some points.
 *
 * The intervals are Fisher's: atanh r ± 1.96·s, turned back, with s = 1/√(n−3) for r (exact for
 * normal points only), √((1 + ρ²/2)/(n−3)) for ρ (Bonett & Wright, Psychometrika 65, 2000) and
 * √(0.437/(n−4)) for τ (Fieller, Hartley & Pearson, Biometrika 44, 1957). A correlation of ±1 has
 * none: a few points in order do not make it certain that all are. Equal values share the mean of
 * their ranks, and τ-b does not count their pairs.
 *
 * @param x One coordinate of each point.
 * @param y The other.
 * @returns The correlations; nothing for fewer than four points, or where one coordinate is constant.
 *
 * @example Points in order, but not on a line
 * ```ts
 * import { correlations } from "@rankme/rankme/selection";
 * import { assertEquals } from "@std/assert";
 *
 * const found = correlations([1, 2, 3, 4, 5], [1, 4, 9, 16, 25]);
 * assertEquals(found?.spearman, { value: 1 });
 * assertEquals(correlations([1, 2, 3], [1, 2, 3]), undefined);
 * ```
 */
export function correlations(
  x: readonly number[],
  y: readonly number[],
): Correlations | undefined {
  const count = x.length;
  if (count < LEAST) return undefined;
  const pearson = pearsonOf(x, y);
  const [ranksX, ranksY] = [ranksOf(x), ranksOf(y)];
  const spearman = pearsonOf(ranksX, ranksY);
  const tau = kendall(ranksX, ranksY);
  if (pearson === undefined || spearman === undefined || tau === undefined) return undefined;
  return {
    count,
    pearson: interval(pearson, 1 / (count - 3)),
    spearman: interval(spearman, (1 + spearman ** 2 / 2) / (count - 3)),
    kendall: interval(rounded(tau), count > 4 ? 0.437 / (count - 4) : Infinity),
  };
}

function interval(value: number, variance: number): Correlation {
  if (Math.abs(value) === 1 || !Number.isFinite(variance)) return { value };
  const margin = NORMAL * Math.sqrt(variance);
  const centre = Math.atanh(value);
  return { value, low: Math.tanh(centre - margin), high: Math.tanh(centre + margin) };
}

/** Nothing where a coordinate does not vary. */
function pearsonOf(x: ArrayLike<number>, y: ArrayLike<number>): number | undefined {
  const dx = deviationsOf(x), dy = deviationsOf(y);
  if (!dx || !dy) return undefined;
  const sum = dx.reduce((total, one, index) => total + one * dy[index], 0);
  return rounded(sum / Math.sqrt(squaresOf(dx) * squaresOf(dy)));
}

/** Deviations from the mean in units of the largest, so that no square overflows or vanishes. */
function deviationsOf(numbers: ArrayLike<number>): Float64Array | undefined {
  const values = new Float64Array(numbers);
  if (values.every((value) => value === values[0])) return undefined;
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const deviations = values.map((value) => value - mean);
  const largest = deviations.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  return deviations.map((one) => one / largest);
}

function squaresOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

/** Points on a line are so but for the last digits. */
function rounded(value: number): number {
  return 1 - Math.abs(value) < 4e-16 * 4 ? Math.sign(value) : value;
}
