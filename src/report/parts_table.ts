import { formatRank, grouped, percent, withInterval } from "./digits.ts";
import { type TextOptions, wrap } from "./layout.ts";
import { areOfSeveralColumns } from "./name_of_part.ts";
import type { ScoreReport } from "./report.ts";
import { textTable } from "./table.ts";
import { describeColumns, describeComputation, settling } from "./text.ts";

/**
 * Reports on parts of a data set as a table, a line for each.
 *
 * @param reports The reports, at least one.
 * @param options Colours and width.
 * @returns Some lines, each ended.
 *
 * @example The heading
 * ```ts
 * import { EmbeddingBatch, scoreParts } from "@rankme/rankme";
 * import { toTable } from "@rankme/rankme/report";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(3, 0, 0, 3), dim: 2 });
 * const reports = await scoreParts([batch], { dims: [{ end: 1 }, { end: 2 }] });
 * assertEquals(toTable(reports).split("\n").slice(0, 3), [
 *   "dims  RankMe  spread  effectiveRank",
 *   "0:1    1.000   100 %              1",
 *   "0:2    2.000   100 %              2",
 * ]);
 * ```
 */
export function toTable(
  reports: readonly ScoreReport[],
  { color, width = Infinity }: TextOptions = {},
): string {
  const [first] = reports;
  const some = (pick: (report: ScoreReport) => unknown) =>
    reports.some((report) => pick(report) !== undefined);
  const names = ["column", "group", "dims"] as const;
  const ofSeveral = areOfSeveralColumns(reports);
  const words = names.filter((name) =>
    name === "column" ? ofSeveral : some((report) => report[name])
  );
  const countsDiffer = reports.some(({ rows }) => rows !== first.rows);
  const hasIntervals = some(({ confidence }) => confidence);
  const metrics = [...new Set(reports.flatMap((report) => Object.keys(report.metrics)))];
  const table = textTable({
    heads: [
      ...words,
      ...countsDiffer ? ["rows"] : [],
      hasIntervals ? "RankMe ± 95 %" : "RankMe",
      "spread",
      ...metrics,
    ],
    rows: reports.map((report) => [
      ...words.map((name) => nameOfPart(report, name)),
      ...countsDiffer ? [grouped(report.rows)] : [],
      withInterval(report.rankMe, report.confidence, formatRank),
      percent(report.rankMe / Math.min(report.rows, report.dim)),
      ...metrics.map((name) =>
        name in report.metrics
          ? withInterval(report.metrics[name], report.confidence?.metrics[name])
          : ""
      ),
    ]),
    texts: words.length,
  }, { color, width });
  const total = countsDiffer
    ? `${reports.length} parts`
    : `${grouped(first.rows)} rows${settling(first)}`;
  const columns = ofSeveral ? undefined : describeColumns(first);
  const legend = total +
    (first.skippedRows > 0 ? `, ${grouped(first.skippedRows)} rows skipped` : "") +
    `${first.complete ? "" : ", partial"}; ${describeComputation(first)}` +
    (columns ? `; ${columns.join(" ")}` : "");
  return `${table}\n${wrap(legend, width).join("\n")}\n`;
}

function nameOfPart(report: ScoreReport, name: "column" | "group" | "dims"): string {
  if (name !== "dims") return report[name] ?? "";
  return (report.dims ?? [0, report.dim]).join(":");
}
