import { printable } from "../printable.ts";
import { formatRank, grouped, percent, percentOf, withInterval } from "./digits.ts";
import { LABEL_WIDTH, labelled } from "./labelled.ts";
import { shortenAll, type TextOptions } from "./layout.ts";
import type { ColumnsReport, ScoreReport } from "./report.ts";
import { sparkline } from "./sparkline.ts";

/** How much of a line labels may take. */
const LABEL_SHARE = 0.4;
/** The most bars of a spectrum. */
const BARS = 48;
const STYLES = { bold: "1", red: "31" } as const;

/**
 * A report for a person to read.
 *
 * @param report The report.
 * @param options Colours and width.
 * @returns Some lines, each ended.
 *
 * @example The first line
 * ```ts
 * import { EmbeddingBatch, score } from "@rankme/rankme";
 * import { toText } from "@rankme/rankme/report";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(3, 0, 0, 3), dim: 2 });
 * assertEquals(toText(await score([batch])).split("\n")[0], "RankMe  2.000");
 * ```
 */
export function toText(
  report: ScoreReport,
  { color = false, width = Infinity }: TextOptions = {},
): string {
  const paint = (style: keyof typeof STYLES, text: string) =>
    color ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text;
  const columns = describeColumns(report);
  const numbers = numbersOf(report, width);
  const labelWidth = Math.max(LABEL_WIDTH, ...numbers.map(([{ length }]) => length));
  const bars = Math.max(0, Math.min(BARS, width - labelWidth - 2));
  const lines = labelled([
    ["rows × dim", shapeOf(report)],
    ...columns ? [columns] : [],
    ["spread", spreadOf(report)],
    ["spectrum", sparkline(report.spectrum.singularValues, bars)],
    ["", extremesOf(report)],
    ...numbers,
    ["computed", describeComputation(report)],
  ], { color, width });
  return [headingOf(report, paint), "", ...lines].map((line) => `${line}\n`).join("");
}

type Paint = (style: keyof typeof STYLES, text: string) => string;

function headingOf({ rankMe, confidence, complete }: ScoreReport, paint: Paint): string {
  return paint("bold", `RankMe  ${withInterval(rankMe, confidence, formatRank)}`) +
    (confidence ? `  (${percent(confidence.level)} interval)` : "") +
    (complete ? "" : paint("red", "  partial"));
}

function shapeOf(report: ScoreReport): string {
  const { rows, dim, skippedRows, zeroRows } = report;
  return `${grouped(rows)} × ${grouped(dim)}` +
    (zeroRows !== undefined ? `, ${grouped(zeroRows)} rows all zero` : "") +
    (skippedRows > 0 ? `, ${grouped(skippedRows)} rows skipped` : "") + settling(report);
}

/** RankMe as a share of the most that it can be: no judgement, which only other runs allow. */
function spreadOf({ rankMe, rows, dim }: ScoreReport): string {
  const possible = Math.min(rows, dim);
  return `${percent(rankMe / possible)} of ${grouped(possible)} ` +
    (possible < dim ? "possible with so few rows" : dim === 1 ? "dimension" : "dimensions") +
    " (compare with runs of the same method)";
}

function extremesOf({ spectrum: { singularValues: sigma } }: ScoreReport): string {
  return `σ₁ ${sigma[0].toPrecision(4)} … σ${subscript(sigma.length)} ${
    sigma[sigma.length - 1].toPrecision(4)
  }`;
}

/** Each metric with its number, and its interval where it has one. */
function numbersOf({ metrics, confidence }: ScoreReport, width: number): [string, string][] {
  const names = Object.keys(metrics);
  const labels = shortenAll(names, Math.max(LABEL_WIDTH, Math.floor(LABEL_SHARE * width)));
  return names.map((name, at) => [
    labels[at],
    withInterval(metrics[name], confidence?.metrics[name]),
  ]);
}

/** How a report says that more rows would say the same; nothing where that is not known. */
export function settling({ settled }: ScoreReport): string {
  if (!settled?.reached) return "";
  return `, enough: half of them gave the same within ${percentOf(settled.change)}`;
}

/** How much of a name is shown: a list of columns may be as long as a row. */
const NAME_WIDTH = 50;

/** Which columns were read, after what they are called; nothing where they have no names. */
export function describeColumns(
  { column, columns }: ColumnsReport,
): readonly [label: string, name: string] | undefined {
  const name = column ?? columns;
  if (name === undefined) return undefined;
  const shown = name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH)}…` : name;
  return [column === undefined ? "columns" : "column", printable(shown)];
}

/** By which convention a number was computed, in words. */
export function describeComputation(
  { convention, centered, epsilon, normalized }: ScoreReport,
): string {
  return `convention ${convention}, ${centered ? "centred" : "not centred"}, ε = ${epsilon}` +
    (normalized ? ", rows of length 1" : "");
}

function subscript(count: number): string {
  return String(count).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]);
}
