import type { LengthKurtosis } from "../covariance/length_sums.ts";
import { RankMeError } from "../errors.ts";
import { deviations, jackknife, type JackknifeInterval } from "../metrics/jackknife.ts";
import { movedByRounding } from "../metrics/moved_by_rounding.ts";
import { possibleRange } from "../metrics/possible_range.ts";
import { rankMeErrorBound } from "../metrics/rank_me_error_bound.ts";
import type { EmbeddingStatistics } from "../metrics/statistics.ts";
import { normalLengthKurtosis, tailWidening } from "../metrics/tail_widening.ts";
import type { Confidence } from "../report/report.ts";
import type { PartState } from "./part_state.ts";
import type { Numbers, Ranker } from "./rank_report.ts";

const LEVEL = 0.95;
/** Intervals that were widened by more carry a warning. */
const WARNED_WIDENING = 1.5;
/** Relative to RankMe, which is shown with four digits: what rounding may make of a standard error. */
const UNNOTICED = 1e-4;
/** Unit roundoff of float64, of which a formula makes so many besides the root of how many it adds up. */
const UNIT = 2 ** -53, FORMULA = 8;
/** One fold decides where it adds so much to the variance, and the standard error is a tenth of RankMe. */
const DECIDING = 0.9, LARGE_ERROR = 0.1;

/** How sure numbers are, and what the reader of that should know. */
export interface Sureness {
  /** Intervals. */
  readonly confidence?: Confidence;
  /** What to mind. */
  readonly warnings: readonly string[];
}

/** How few are too few, in groups: of two rows each, or of two objects. */
const LEAST = 2;

/**
 * The standard errors and intervals of the numbers of a part, by a jackknife over groups of its rows.
 *
 * @param state The rows, in groups.
 * @param statistics Of all rows.
 * @param numbers RankMe and the metrics of all rows.
 * @param ranker What computes them.
 * @returns Intervals, where there are rows enough.
 */
export function surenessOf(
  state: PartState,
  statistics: EmbeddingStatistics,
  numbers: Numbers,
  ranker: Ranker,
): Sureness {
  const { count, of } = state.divisible;
  const groups = state.groups();
  const enough = LEAST * groups.sizes.length;
  if (count < enough) {
    const what = `${count} ${of} are too few for an interval`;
    return { warnings: [`${what}; ${enough} would do`] };
  }
  const { replicates, bounds, failure } = replicatesOf(state, ranker);
  if (failure) return { warnings: [`no interval: without some of the rows, ${failure}`] };
  const known = { ...groups, normalKurtosis: normalLengthKurtosis(statistics.centered) };
  const ofMetrics = roundingOf(numbers, statistics, ranker);
  const rounding = {
    ...scaled(ofMetrics, Math.sqrt(replicates.length)),
    rankMe: Math.hypot(...bounds),
  };
  const confidence = confidenceOf(numbers, replicates, { ...known, rounding }, statistics);
  if (
    rounding.rankMe > UNNOTICED * numbers.rankMe && confidence.standardError <= rounding.rankMe
  ) {
    const what = `rounding alone may move RankMe by ${Math.max(...bounds).toPrecision(1)}`;
    return { warnings: [`no interval: without some of the rows, ${what}; --exact resolves more`] };
  }
  return { confidence, warnings: confidenceWarnings(numbers.rankMe, confidence, known) };
}

/** The numbers without each fold, and how far rounding may have moved RankMe of each. */
interface RoundedReplicates {
  readonly replicates: readonly Numbers[];
  readonly bounds: readonly number[];
  /** Why there are not all of them, where there are not. */
  readonly failure?: string;
}

function replicatesOf(state: PartState, ranker: Ranker): RoundedReplicates {
  const replicates: Numbers[] = [], bounds: number[] = [];
  try {
    for (const rows of state.statisticsWithout()) {
      replicates.push(ranker.numbers(rows));
      bounds.push(rankMeErrorBound(rows.scored, ranker.convention));
    }
  } catch (error) {
    if (!(error instanceof RankMeError) || error.code !== "range") throw error;
    return { replicates, bounds, failure: error.what };
  }
  return { replicates, bounds };
}

/** How far rounding may have moved each number: as far as what it is computed from being moved does. */
function roundingOf(
  numbers: Numbers,
  statistics: EmbeddingStatistics,
  ranker: Ranker,
): Readonly<Record<string, number>> {
  const moved = movedByRounding(statistics).map((one) => ranker.numbers(one));
  const units = (Math.sqrt(Math.min(statistics.rows, statistics.dim)) + FORMULA) * UNIT;
  return Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => {
      // One that there is no number of then may be anything.
      const changes = moved.map((other) => Math.abs((other[name] ?? Infinity) - value));
      return [name, Math.max(...changes, units * Math.abs(value))];
    }),
  );
}

function scaled(
  numbers: Readonly<Record<string, number>>,
  by: number,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, by * value]));
}

/** What is known of the groups that were left out. */
interface Groups {
  /** How many rows each has. */
  readonly sizes: readonly number[];
  /** How unequally far rows are from their mean. */
  readonly kurtosis: LengthKurtosis;
  /** The same of normal rows with the same spectrum. */
  readonly normalKurtosis: number;
}

/** The same, and how much of each standard error rounding may have made. */
interface RoundedGroups extends Groups {
  readonly rounding: Readonly<Record<string, number>>;
}

/**
 * How sure numbers are, by what they are without each group of rows in turn.
 *
 * @param numbers RankMe and the metrics of all rows.
 * @param replicates The same without each group.
 * @param groups What else is known of the groups.
 * @param shape N and D, by which the ends of intervals are cut to what a number can be.
 * @returns Intervals; none for a metric that is the same without any group, but for what rounding may
 * have made, or absent without one.
 */
function confidenceOf(
  numbers: Numbers,
  replicates: readonly Numbers[],
  { sizes, kurtosis, normalKurtosis, rounding }: RoundedGroups,
  shape: Pick<EmbeddingStatistics, "rows" | "dim">,
): Confidence {
  const intervals: Record<string, JackknifeInterval> = {}, widened: Record<string, number> = {};
  for (const [name, estimate] of Object.entries(numbers)) {
    const values = replicates.flatMap((replicate) => replicate[name] ?? []);
    const varies = values.some((value) => value !== values[0]);
    if (values.length < replicates.length || name !== "rankMe" && !varies) continue;
    const widening = tailWidening(
      { estimate, replicates: values, sizes },
      { estimate: kurtosis.all, replicates: kurtosis.without },
      normalKurtosis,
    );
    const interval = jackknife(estimate, values, {
      level: LEVEL,
      sizes,
      widening,
      rounding: rounding[name],
    });
    if (name !== "rankMe" && !(interval.standardError > rounding[name])) continue;
    intervals[name] = withinRange(estimate, interval, possibleRange(name, shape));
    if (widening > 1) widened[name] = widening;
  }
  const { rankMe, ...metrics } = intervals;
  return {
    level: LEVEL,
    ...rankMe,
    method: "jackknife",
    groups: replicates.length,
    metrics,
    ...Object.keys(widened).length > 0 && { widening: widened },
    replicates,
    sizes,
    rounding,
  };
}

/**
 * What the reader of intervals should know.
 *
 * @param confidence The intervals.
 * @param groups What else is known of the groups.
 * @returns Warnings.
 */
function confidenceWarnings(
  rankMe: number,
  { widening = {}, ...confidence }: Confidence,
  { kurtosis, normalKurtosis, sizes }: Groups,
): readonly string[] {
  const decided = decidingFold(rankMe, confidence, sizes);
  if (decided !== undefined) {
    return [
      `a few rows decide on RankMe: without one of ${sizes.length} parts of the rows it is ` +
      `${decided.toPrecision(4)}; look at the longest rows, or scale all to length 1 (--normalize)`,
    ];
  }
  const widest = Math.max(...Object.values(widening), 1);
  if (widest <= WARNED_WIDENING) return [];
  return [
    `few rows lie far from all others (kurtosis of lengths ${kurtosis.all.toPrecision(2)}, of ` +
    `normal rows ${normalKurtosis.toPrecision(2)}): intervals were made up to ` +
    `${widest.toFixed(1)} times wider, and may still be too narrow`,
  ];
}

/** RankMe without the one fold of rows that the standard error comes from, where there is such a one. */
function decidingFold(
  estimate: number,
  { standardError, replicates }: Pick<Confidence, "standardError" | "replicates">,
  sizes: readonly number[],
): number | undefined {
  if (standardError < LARGE_ERROR * estimate) return undefined;
  const values = replicates.map(({ rankMe }) => rankMe);
  const squares = deviations({ estimate, replicates: values, sizes }).map((value) => value ** 2);
  const most = Math.max(...squares), all = squares.reduce((sum, square) => sum + square, 0);
  // Folds without rows have no deviation of their own.
  const held = values.filter((_, fold) => sizes[fold] > 0);
  return most > DECIDING * all ? held[squares.indexOf(most)] : undefined;
}

/** An interval with its ends where the number can be, or at the number itself. */
function withinRange(
  estimate: number,
  { standardError, low, high }: JackknifeInterval,
  [least, most]: readonly [number, number],
): JackknifeInterval {
  return {
    standardError,
    low: Math.max(low, Math.min(least, estimate)),
    high: Math.min(high, Math.max(most, estimate)),
  };
}
