import { jackknifeDifference, type Replicates } from "../metrics/jackknife.ts";
import type { Confidence, Interval, ScoreReport } from "../report/report.ts";
import { numberIn } from "./numbers.ts";

/** The difference of two numbers, and its interval where it has one. */
export interface Difference extends Partial<Interval> {
  /** The one minus the other. */
  readonly value: number;
}

/** How often the interval of a difference should hold the difference of the means. */
const LEVEL = 0.95;

/**
 * How far a report is from another one in one of their numbers.
 *
 * Its standard error is that of the paired delete-a-group jackknife: right where the two are of
 * different rows, and sharper where they are of the same ones.
 *
 * @param one A report.
 * @param other Another one.
 * @param metric `rankMe` or a metric that both have.
 * @param choices Among how many differences this one was picked: the interval is widened so that it
 * holds for all of them together (Bonferroni). Default: 1.
 * @returns The difference; with an interval where both reports have one.
 */
export function differenceBetween(
  one: ScoreReport,
  other: ScoreReport,
  metric: string,
  choices = 1,
): Difference | undefined {
  const a = numberIn(one, metric), b = numberIn(other, metric);
  if (a === undefined || b === undefined) return undefined;
  const ofOne = replicatesOf(one.confidence, metric, a);
  const ofOther = replicatesOf(other.confidence, metric, b);
  if (!ofOne || !ofOther) return { value: a - b };
  const level = 1 - (1 - LEVEL) / choices;
  const { difference: value, ...interval } = jackknifeDifference(ofOne, ofOther, { level });
  return { value, ...interval };
}

function replicatesOf(
  confidence: Confidence | undefined,
  metric: string,
  estimate: number,
): Replicates | undefined {
  const replicates = confidence?.replicates.map((replicate) => replicate[metric]);
  if (!replicates?.every((value) => value !== undefined)) return undefined;
  return {
    estimate,
    replicates,
    sizes: confidence?.sizes,
    widening: confidence?.widening?.[metric],
    rounding: confidence?.rounding?.[metric],
  };
}
