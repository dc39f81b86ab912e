import type { Spectrum } from "../linalg/spectrum.ts";
import { deviations, type Replicates } from "./jackknife.ts";

/**
 * Chosen by simulation (docs/confidence.md): a kurtosis of 1.2 times that of normal rows is left alone,
 * each further 0.5 times widen by 1, and by no more than 2 in all.
 */
const IGNORED = 0.2, SLOPE = 2, MOST = 2;

/**
 * The kurtosis that the lengths of normal rows with some spectrum would have: E|x−μ|⁴/(E|x−μ|²)² =
 * 1 + 2Σλ²/(Σλ)². Source: the second moment of a quadratic form, as in Mardia, "Measures of
 * multivariate skewness and kurtosis", Biometrika 57, 1970.
 *
 * @param centered Eigenvalues λ of centred rows, in any unit.
 * @returns A number from 1 to 3; NaN where all are 0.
 *
 * @example Of one direction, as of a normal number
 * ```ts
 * import { normalLengthKurtosis } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(normalLengthKurtosis({ eigenvalues: Float64Array.of(5, 0) }), 3);
 * ```
 */
export function normalLengthKurtosis(
  { eigenvalues }: Pick<Spectrum, "eigenvalues">,
): number {
  const sum = eigenvalues.reduce((total, value) => total + value, 0);
  return 1 + 2 * eigenvalues.reduce((total, value) => total + (value / sum) ** 2, 0);
}

/**
 * How many times wider a jackknife's interval should be because few rows far from the mean decide on
 * the estimate.
 *
 * 1 + ρ²·min(2, 2(κ/κ₀ − 1.2)), and 1 where κ ≤ 1.2κ₀. κ is the kurtosis of the lengths of rows about
 * their mean and κ₀ that of normal rows with the same spectrum; ρ is the correlation of κ with the
 * estimate from group to group. Where rows have heavy tails and ρ² is near 1, as for RankMe of a flat
 * spectrum, most samples lack the rare rows that the mean over samples is made of, and the standard
 * error knows nothing of them. docs/confidence.md says what it was chosen by and what it cannot do.
 *
 * @param of The estimate and its replicates.
 * @param kurtosis κ of all rows, and without each of the same groups.
 * @param normal κ₀.
 * @returns A number from 1 to 3.
 *
 * @example Rows alike in length need none
 * ```ts
 * import { tailWidening } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * const rankMe = { estimate: 7, replicates: [6.9, 7.1, 7] };
 * assertEquals(tailWidening(rankMe, { estimate: 1.1, replicates: [1.1, 1.2, 1.1] }, 1), 1);
 * ```
 */
export function tailWidening(
  of: Replicates,
  kurtosis: Pick<Replicates, "estimate" | "replicates">,
  normal: number,
): number {
  const excess = kurtosis.estimate / normal - 1 - IGNORED;
  if (!(excess > 0)) return 1;
  const correlation = correlationOf(
    deviations(of),
    deviations({ ...kurtosis, sizes: of.sizes }),
  );
  return 1 + correlation ** 2 * Math.min(SLOPE * excess, MOST);
}

/** The cosine of an angle; 0 where one of the two is 0 or not finite. */
function correlationOf(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, i) => sum + value * y[i], 0);
  const cosine = dot(a, b) / Math.sqrt(dot(a, a)) / Math.sqrt(dot(b, b));
  return Number.isFinite(cosine) ? Math.min(Math.max(cosine, -1), 1) : 0;
}
