import { RankMeError } from "../errors.ts";
import { studentTQuantile } from "./student_t.ts";

/** How often an interval should hold what it is of, unless another level is asked for. */
const LEVEL = 0.95;

/** A standard error, and an interval about an estimate. */
export interface JackknifeInterval {
  /** The standard error. */
  readonly standardError: number;
  /** The lower end. */
  readonly low: number;
  /** The upper end. */
  readonly high: number;
}

/** The interval of a difference. */
export interface JackknifeDifference extends JackknifeInterval {
  /** The difference of the estimates, the first less the second. */
  readonly difference: number;
}

/** What the width of an interval comes from. */
export interface IntervalWidth {
  /** The standard error. */
  readonly standardError: number;
  /** How often the interval should hold what it is of. Default: 0.95. */
  readonly level?: number;
  /** How many groups there were, all with rows. */
  readonly groups: number;
}

/** An estimate from some rows, and what it is without each group of them. */
export interface Replicates {
  /** From all rows. */
  readonly estimate: number;
  /** Without each group. */
  readonly replicates: readonly number[];
  /** How many rows each group has. Default: one as many as the other. */
  readonly sizes?: readonly number[];
  /** How many times wider to make intervals: see {@linkcode tailWidening}. Default: 1. */
  readonly widening?: number;
  /** How much of the standard error rounding may have made: it is not said to be less. Default: 0. */
  readonly rounding?: number;
}

/** How to make an interval of replicates. */
export interface JackknifeOptions extends Pick<Replicates, "sizes" | "widening" | "rounding"> {
  /** How often the interval should hold what it is of. Default: 0.95. */
  readonly level?: number;
}

/**
 * How sure an estimate is: a delete-a-group jackknife.
 *
 * With G groups as large as each other, SE² = (G−1)/G·Σ(θ_g − θ̄)², where θ_g is the estimate without
 * group g. Of unequal groups, n_g of N rows, it is SE² = 1/G·Σ(θ̃_g − θ̃)²/(h_g − 1) with h_g = N/n_g,
 * θ̃_g = h_g·θ − (h_g − 1)·θ_g and θ̃ = G·θ − Σ(1 − n_g/N)·θ_g, which is the same where they are equal:
 * Busing, Meijer & van der Leeden, "Delete-m jackknife for unequal m", Statistics and Computing 9, 1999.
 * The interval reaches Student's t quantile with G−1 degrees of freedom to both sides. Groups without
 * rows do not count.
 *
 * @param estimate θ: from all rows.
 * @param replicates θ_g: without each group, two or more.
 * @param options How large the groups are, which level, how many times wider to make it, and what
 * rounding may have made.
 * @returns The standard error and the interval.
 * @throws {RankMeError} `usage`, for fewer than two groups with rows, sizes that are not as many, or a
 * level that is not above 0 and below 1.
 *
 * @example A mean, whose standard error is known
 * ```ts
 * import { jackknife } from "@rankme/rankme/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // Of the numbers 1, 2 and 6; s/√n = √7/√3.
 * const { standardError } = jackknife(3, [4, 3.5, 1.5]);
 * assertAlmostEquals(standardError, Math.sqrt(7 / 3), 1e-12);
 * ```
 */
export function jackknife(
  estimate: number,
  replicates: readonly number[],
  { level = LEVEL, sizes, widening = 1, rounding = 0 }: JackknifeOptions = {},
): JackknifeInterval {
  const own = deviations({ estimate, replicates, sizes });
  return interval(estimate, Math.max(widening * length(own), rounding), own.length, level);
}

/**
 * How far an interval reaches to either side where its ends are not cut.
 *
 * @param interval Its standard error, its level and the number of groups.
 * @returns t·SE, in the unit of the estimate.
 * @throws {RankMeError} `usage`, for a level that is not above 0 and below 1.
 *
 * @example Sixteen groups
 * ```ts
 * import { halfWidth } from "@rankme/rankme/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(halfWidth({ standardError: 2, groups: 16 }), 4.2629, 1e-4);
 * ```
 */
export function halfWidth({ standardError, level = LEVEL, groups }: IntervalWidth): number {
  if (!(level > 0 && level < 1)) {
    throw new RankMeError("usage", `a level is above 0 and below 1, not ${level}`);
  }
  return studentTQuantile((1 + level) / 2, groups - 1) * standardError;
}

/**
 * How sure the difference of two estimates is.
 *
 * Where the groups of one are those of the other, as of two models on the same rows in the same order,
 * what both share cancels: the replicates are subtracted group by group. That is as right for rows that
 * have nothing to do with each other, and on the safe side for the same rows in another order. With
 * numbers of groups that differ, the squares of the standard errors are added, and the fewer groups
 * give the degrees of freedom.
 *
 * @param a The first.
 * @param b The second.
 * @param options Which level.
 * @returns The difference a − b, its standard error and its interval, which holds 0 where the two
 * cannot be told apart. It is wider as many times as either is, and no narrower than the rounding of
 * both allows.
 * @throws {RankMeError} `usage`, as {@linkcode jackknife} does.
 *
 * @example A difference of which each group says the same
 * ```ts
 * import { jackknifeDifference } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * const { difference, standardError } = jackknifeDifference(
 *   { estimate: 5, replicates: [4, 6] },
 *   { estimate: 3, replicates: [2, 4] },
 * );
 * assertEquals([difference, standardError], [2, 0]);
 * ```
 */
export function jackknifeDifference(
  a: Replicates,
  b: Replicates,
  { level = LEVEL }: Pick<JackknifeOptions, "level"> = {},
): JackknifeDifference {
  const ofA = deviations(a), ofB = deviations(b);
  const paired = ofA.length === ofB.length;
  const error = paired
    ? length(ofA.map((value, group) => value - ofB[group]))
    : Math.hypot(length(ofA), length(ofB));
  const widening = Math.max(a.widening ?? 1, b.widening ?? 1);
  const rounding = (a.rounding ?? 0) + (b.rounding ?? 0);
  const difference = a.estimate - b.estimate;
  const groups = Math.min(ofA.length, ofB.length);
  return {
    difference,
    ...interval(difference, Math.max(widening * error, rounding), groups, level),
  };
}

/**
 * What each group adds to the error of an estimate.
 *
 * @param of The estimate and its replicates.
 * @returns A number for each group with rows: the sum of their squares is the squared standard error.
 */
export function deviations({ estimate, replicates, sizes }: Replicates): readonly number[] {
  if (sizes && sizes.length !== replicates.length) {
    throw new RankMeError("usage", `${sizes.length} sizes of ${replicates.length} groups`);
  }
  const rows = sizes?.reduce((sum, size) => sum + size, 0) ?? replicates.length;
  const groups = replicates.flatMap((value, group) => {
    const size = sizes?.[group] ?? 1;
    return size > 0 ? [{ share: size / rows, value }] : [];
  });
  if (groups.length < 2) {
    throw new RankMeError("usage", `a jackknife needs two groups or more, not ${groups.length}`);
  }
  // θ̃_g − θ̃, with all numbers taken less the estimate, to whose size they would be rounded otherwise.
  const mean = groups.reduce((sum, { share, value }) => sum + (1 - share) * (value - estimate), 0);
  return groups.map(({ share, value }) => {
    const left = 1 / share - 1;
    return (mean - left * (value - estimate)) / Math.sqrt(groups.length * left);
  });
}

function interval(
  estimate: number,
  standardError: number,
  groups: number,
  level: number,
): JackknifeInterval {
  const half = halfWidth({ standardError, level, groups });
  return { standardError, low: estimate - half, high: estimate + half };
}

function length(v: readonly number[]): number {
  return Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
}
