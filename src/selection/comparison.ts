import { RankMeError } from "../errors.ts";
import type { EachOutcome } from "../pipeline/each_outcome.ts";
import type { Interval, ScoreReport } from "../report/report.ts";
import { comparabilityNotes } from "./comparability.ts";
import { type Difference, differenceBetween } from "./differences.ts";
import { intervalIn, numberIn } from "./numbers.ts";

/** How to compare. */
export interface ComparisonOptions {
  /** The metric to rank by. Default: `"rankMe"`. */
  readonly sort?: string;
  /** Whether the lowest is the best. Default: the highest is. */
  readonly ascending?: boolean;
  /** Data sets that were not scored because the scoring was interrupted. Default: none. */
  readonly unscored?: readonly string[];
}

/** A report, and where it stands among others. */
export interface Ranked {
  /** What its data set is called. */
  readonly name: string;
  /** The report. */
  readonly report: ScoreReport;
  /** What it is ranked by; absent where that metric does not apply. */
  readonly value?: number;
  /** How sure that is; absent where it was not asked for. */
  readonly interval?: Interval;
  /** How far it is from the best. */
  readonly difference?: Difference;
  /**
   * Whether it cannot be told apart from the best: the interval of the difference holds 0. The best
   * itself is none of these. Absent where no intervals were asked for.
   */
  readonly tied?: boolean;
}

/** A data set that could not be scored. */
export interface Failed {
  /** What it is called. */
  readonly name: string;
  /** Why. */
  readonly error: RankMeError;
}

/** Data sets side by side. */
export interface Comparison {
  /** What they are ranked by. */
  readonly sort: string;
  /** Those that were scored, the best first; as they came while some are unscored. */
  readonly ranked: readonly Ranked[];
  /** Those that were not, in the order in which they came. */
  readonly failed: readonly Failed[];
  /** Those that an interruption left unscored. One of them may be the best, so that none is. */
  readonly unscored: readonly string[];
  /** Why they may not be comparable, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Ranks data sets, the best first, each with its difference to the best.
 *
 * Higher is better only between runs of one method, scored on as many rows of the same kind.
 *
 * @param outcomes What came of scoring each.
 * @param options What to rank by.
 * @returns All of them; of equal ones the first stays first.
 * @throws {RankMeError} `usage`, when no report has the metric.
 *
 * @example Three of which two are alike
 * ```ts
 * import { EmbeddingBatch, scoreEach } from "@rankme/rankme";
 * import { compare } from "@rankme/rankme/selection";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = (data: number[]) => [new EmbeddingBatch({ data: Float64Array.from(data), dim: 2 })];
 * const outcomes = await scoreEach([
 *   { name: "line", source: rows([3, 3, 3, 3]) },
 *   { name: "square", source: rows([3, 0, 0, 3]) },
 * ]);
 * assertEquals(compare(outcomes).ranked.map(({ name }) => name), ["square", "line"]);
 * ```
 */
export function compare(
  outcomes: readonly EachOutcome[],
  { sort = "rankMe", ascending = false, unscored = [] }: ComparisonOptions = {},
): Comparison {
  const scored = outcomes.filter((outcome) => "report" in outcome);
  const valued = scored.map((one) => ({ ...one, value: numberIn(one.report, sort) }));
  if (scored.length > 0 && valued.every(({ value }) => value === undefined)) {
    throw noSuchMetric(sort, scored[0].report);
  }
  const sign = ascending ? 1 : -1;
  const last = ascending ? Infinity : -Infinity;
  // Sorting is stable, and what has no value comes after all that do.
  const isWhole = unscored.length === 0;
  if (isWhole) valued.sort((a, b) => sign * Math.sign((a.value ?? last) - (b.value ?? last) || 0));
  return {
    sort,
    ranked: valued.map((one, index) =>
      placed(one, sort, isWhole && index > 0 ? valued[0].report : undefined)
    ),
    failed: outcomes.filter((outcome) => "error" in outcome),
    unscored,
    notes: comparabilityNotes(scored),
  };
}

function placed(
  { name, report, value }: Pick<Ranked, "name" | "report" | "value">,
  sort: string,
  best: ScoreReport | undefined,
): Ranked {
  const interval = intervalIn(report, sort);
  const difference = best && value !== undefined
    ? differenceBetween(report, best, sort)
    : undefined;
  const { low, high } = difference ?? {};
  return {
    name,
    report,
    ...value !== undefined && { value },
    ...interval && { interval },
    ...difference && { difference },
    ...low !== undefined && high !== undefined && { tied: low <= 0 && high >= 0 },
  };
}

function noSuchMetric(sort: string, { metrics }: ScoreReport): RankMeError {
  const names = ["rankMe", ...Object.keys(metrics)].join(", ");
  return new RankMeError("usage", `nothing to sort by: no report has "${sort}"`, {
    advice: `there are ${names}`,
  });
}
