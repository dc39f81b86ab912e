import { jackknifeDifference } from "../metrics/jackknife.ts";
import type { Candidate } from "./candidates.ts";
import { studentTQuantile } from "../metrics/student_t.ts";

/** How near to the highest RankMe counts as equal to it. */
export interface Tolerance {
  /** In units of RankMe, or as a share of the highest. */
  readonly value: number;
  /** Whether it is a share. */
  readonly relative: boolean;
}

/**
 * What told two RankMe apart: a tolerance that was asked for, the spread between seeds, other rows of
 * the same kind, or nothing but the numbers themselves.
 */
export type Judge = "tolerance" | "seeds" | "rows" | "nothing";

/** How much lower a RankMe is than the highest. */
export interface RankDifference {
  /** The difference, at least 0. */
  readonly value: number;
  /** Its standard error; absent where nothing is known of it. */
  readonly standardError?: number;
  /** The lower end of its 95 % interval. */
  readonly low?: number;
  /** The upper end. */
  readonly high?: number;
}

/** What candidates can be told apart by. */
export interface JudgeOptions {
  /** How near to the highest counts as equal. Default: what cannot be told from it. */
  readonly tolerance?: Tolerance;
  /** The spread between seeds of the method, where it is known. */
  readonly spread?: SeedSpread;
}

/** A difference, and whether it could be none. */
interface Verdict extends RankDifference {
  readonly tied: boolean;
}

/** The quantile of a 95 % interval that has two ends. */
const UPPER = 0.975;
const NORMAL = 1.959963984540054;
/** One pair of seeds says next to nothing: its interval is thirteen standard errors to either side. */
const LEAST_DEGREES = 2;
/** Sums of decimal fractions are off by this much at most, relative to themselves. */
const ROUNDING = 1e-12;

/**
 * Decides how candidates are told apart. A tolerance goes before all. Seeds go before rows: they are
 * what another training would give, of which other rows are a part only.
 *
 * @param candidates All candidates of a choice.
 * @param options What counts as equal, where that was asked for, and the spread between seeds.
 * @returns How, and a function that judges one against the highest.
 */
export function judgeOf(
  candidates: readonly Candidate[],
  { tolerance, spread }: JudgeOptions = {},
): {
  readonly judgedBy: Judge;
  readonly judge: (highest: Candidate, other: Candidate) => Verdict;
} {
  if (tolerance) {
    return {
      judgedBy: "tolerance",
      judge: (highest, other) => {
        const value = highest.rankMe - other.rankMe;
        const allowed = tolerance.relative ? tolerance.value * highest.rankMe : tolerance.value;
        return { value, tied: value <= allowed + ROUNDING * highest.rankMe };
      },
    };
  }
  if (spread) {
    const quantile = studentTQuantile(UPPER, spread.degrees);
    return {
      judgedBy: "seeds",
      judge: (highest, other) => bySeeds(highest, other, { ...spread, quantile }),
    };
  }
  const known = candidates.filter(hasStandardError);
  return {
    judgedBy: known.length > 1 ? "rows" : "nothing",
    judge: (highest, other) =>
      hasStandardError(highest) && hasStandardError(other)
        ? byRows(highest, other)
        : { value: highest.rankMe - other.rankMe, tied: highest.rankMe === other.rankMe },
  };
}

/** Of candidates without repetitions, each of which has one run. */
function hasStandardError({ runs: [{ score }] }: Candidate): boolean {
  return score.standardError !== undefined;
}

/** The spread between seeds, as a share of RankMe. */
export interface SeedSpread {
  /** The standard deviation of one run over its mean. */
  readonly relative: number;
  /** Degrees of freedom: how many repetitions it is known by. */
  readonly degrees: number;
}

/**
 * Pools the spread between the seeds of all configurations of a method, relative to their means: few
 * seeds of each say little by themselves, and a collapsed run has a smaller spread than one of full
 * rank.
 *
 * @param candidates The configurations.
 * @returns The spread; nothing where there are fewer than two repetitions.
 */
export function seedSpread(candidates: readonly Candidate[]): SeedSpread | undefined {
  const repeated = candidates.filter(({ runs, rankMe }) => runs.length > 1 && rankMe > 0);
  const degrees = repeated.reduce((sum, { runs }) => sum + runs.length - 1, 0);
  if (degrees < LEAST_DEGREES) return undefined;
  const squares = repeated.reduce(
    (sum, { runs, rankMe, seedDeviation }) =>
      sum + (runs.length - 1) * (seedDeviation! / rankMe) ** 2,
    0,
  );
  return { relative: Math.sqrt(squares / degrees), degrees };
}

function bySeeds(
  highest: Candidate,
  other: Candidate,
  { relative, quantile }: Pick<SeedSpread, "relative"> & { readonly quantile: number },
): Verdict {
  const variance = (one: Candidate) => (relative * one.rankMe) ** 2 / one.runs.length;
  return within(
    highest.rankMe - other.rankMe,
    Math.sqrt(variance(highest) + variance(other)),
    quantile,
  );
}

/** One run each: the jackknife of the difference, group by group where both have the groups. */
function byRows(highest: Candidate, other: Candidate): Verdict {
  const [a, b] = [highest.runs[0].score, other.runs[0].score];
  const value = highest.rankMe - other.rankMe;
  if (a.replicates && b.replicates) {
    const { difference: _, ...interval } = jackknifeDifference(
      { ...a, estimate: highest.rankMe, replicates: a.replicates },
      { ...b, estimate: other.rankMe, replicates: b.replicates },
    );
    return { value, ...interval, tied: interval.low <= 0 };
  }
  const error = Math.hypot(a.standardError!, b.standardError!);
  return within(value, error, Math.max(a.quantile ?? NORMAL, b.quantile ?? NORMAL));
}

function within(value: number, standardError: number, quantile: number): Verdict {
  const margin = quantile * standardError;
  return {
    value,
    standardError,
    low: value - margin,
    high: value + margin,
    tied: value <= margin,
  };
}
