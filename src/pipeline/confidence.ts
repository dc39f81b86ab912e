import type { LengthKurtosis } from "../covariance/length_sums.ts";
import { jackknife, type JackknifeInterval } from "../metrics/jackknife.ts";
import type { EmbeddingStatistics } from "../metrics/statistics.ts";
import { normalLengthKurtosis, tailWidening } from "../metrics/tail_widening.ts";
import type { Confidence } from "../report/report.ts";
import type { PartState } from "./part_state.ts";
import type { Numbers, Ranker } from "./rank_report.ts";

const LEVEL = 0.95;
/** Intervals that were widened by more carry a warning. */
const WARNED_WIDENING = 1.5;

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
  const replicates = Array.from(state.statisticsWithout(), (rows) => ranker.numbers(rows));
  const known = { ...groups, normalKurtosis: normalLengthKurtosis(statistics.centered) };
  const confidence = confidenceOf(numbers, replicates, known);
  return { confidence, warnings: confidenceWarnings(confidence, known) };
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

/**
 * How sure numbers are, by what they are without each group of rows in turn.
 *
 * @param numbers RankMe and the metrics of all rows.
 * @param replicates The same without each group.
 * @param groups What else is known of the groups.
 * @returns Intervals; none for a metric that is the same without any group, or absent without one.
 */
function confidenceOf(
  numbers: Numbers,
  replicates: readonly Numbers[],
  { sizes, kurtosis, normalKurtosis }: Groups,
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
    intervals[name] = jackknife(estimate, values, { level: LEVEL, sizes, widening });
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
  { widening = {} }: Confidence,
  { kurtosis, normalKurtosis }: Groups,
): readonly string[] {
  const widest = Math.max(...Object.values(widening), 1);
  if (widest <= WARNED_WIDENING) return [];
  return [
    `few rows lie far from all others (kurtosis of lengths ${kurtosis.all.toPrecision(2)}, of ` +
    `normal rows ${normalKurtosis.toPrecision(2)}): intervals were made up to ` +
    `${widest.toFixed(1)} times wider, and may still be too narrow`,
  ];
}
