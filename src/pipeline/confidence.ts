import { jackknife } from "../metrics/jackknife.ts";
import type { Confidence } from "../report/report.ts";
import type { Numbers } from "./rank_report.ts";

const LEVEL = 0.95;

/**
 * How sure numbers are, by what they are without each group of rows in turn.
 *
 * @param numbers RankMe and the metrics of all rows.
 * @param replicates The same without each group.
 * @returns Intervals; none for a metric that is the same without any group, or absent without one.
 */
export function confidenceOf(numbers: Numbers, replicates: readonly Numbers[]): Confidence {
  const intervals = Object.entries(numbers).flatMap(([name, estimate]) => {
    const values = replicates.flatMap((replicate) => replicate[name] ?? []);
    const varies = values.some((value) => value !== values[0]);
    if (values.length < replicates.length || name !== "rankMe" && !varies) return [];
    return [[name, jackknife(estimate, values)] as const];
  });
  const { rankMe, ...metrics } = Object.fromEntries(intervals);
  return {
    level: LEVEL,
    ...rankMe,
    method: "jackknife",
    groups: replicates.length,
    metrics,
    replicates,
  };
}
