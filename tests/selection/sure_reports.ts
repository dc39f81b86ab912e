/** Reports that say how sure they are, for tests. */
import type { ScoreReport } from "../../src/report/report.ts";
import { reportOf } from "../report/reports.ts";

/** A report with what RankMe would be without each group of rows. */
export function sureReport(
  rankMe: number,
  replicates: readonly number[],
  changes: Partial<ScoreReport> = {},
): ScoreReport {
  const { metrics = {} } = changes;
  return reportOf({
    rankMe,
    confidence: {
      level: 0.95,
      // Not what a difference is judged by.
      standardError: 1,
      low: rankMe - 2,
      high: rankMe + 2,
      method: "jackknife",
      groups: replicates.length,
      metrics: {},
      replicates: replicates.map((replicate) => ({ ...metrics, rankMe: replicate })),
    },
    ...changes,
  });
}
