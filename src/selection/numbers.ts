import type { Interval, ScoreReport } from "../report/report.ts";

/**
 * One of the numbers of a report.
 *
 * @param report The report.
 * @param name `rankMe` or a metric.
 * @returns The number, where there is one of that name.
 */
export function numberIn({ rankMe, metrics }: ScoreReport, name: string): number | undefined {
  if (name === "rankMe") return rankMe;
  return Object.hasOwn(metrics, name) ? metrics[name] : undefined;
}

/**
 * How sure one of the numbers of a report is.
 *
 * @param report The report.
 * @param name `rankMe` or a metric.
 * @returns Its interval, where there is one.
 */
export function intervalIn({ confidence }: ScoreReport, name: string): Interval | undefined {
  if (!confidence || name === "rankMe") return confidence;
  return Object.hasOwn(confidence.metrics, name) ? confidence.metrics[name] : undefined;
}
