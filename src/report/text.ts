import { printable } from "../printable.ts";
import type { ColumnsReport, Interval, ScoreReport } from "./report.ts";
import { sparkline } from "./sparkline.ts";

/** How to write for a terminal. */
export interface TextOptions {
  /** Whether to use colours. Default: false. */
  readonly color?: boolean;
  /** How many characters fit on a line. Default: 80. */
  readonly width?: number;
}

/**
 * Where the words of the verdict change, as shares of the dimensions that could be used. They name
 * what is seen and are no thresholds from the paper, which compares runs only.
 */
const VERDICTS: readonly (readonly [number, string, keyof typeof STYLES])[] = [
  [0.5, "well spread", "green"],
  [0.1, "partly collapsed", "yellow"],
  [0, "collapsed", "red"],
];

/** The narrowest column of labels. */
const LABEL_WIDTH = 13;
const STYLES = { bold: "1", dim: "2", red: "31", green: "32", yellow: "33" } as const;

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
  { color = false, width = 80 }: TextOptions = {},
): string {
  const paint = (style: keyof typeof STYLES, text: string) =>
    color ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text;
  const { rankMe, rows, dim, skippedRows, complete, metrics, spectrum, confidence } = report;
  const possible = Math.min(rows, dim);
  const share = rankMe / possible;
  const [, verdict, tone] = VERDICTS.find(([least]) => share >= least) ?? VERDICTS[2];
  const { singularValues: sigma } = spectrum;
  const columns = describeColumns(report);
  const labelWidth = Math.max(LABEL_WIDTH, ...Object.keys(metrics).map(({ length }) => length));
  const label = (text: string) => paint("dim", text.padEnd(labelWidth));
  const lines = [
    paint("bold", `RankMe  ${formatRank(rankMe)}`) +
    (confidence ? `  ${percent(confidence.level)} interval ${interval(confidence)}` : "") +
    (complete ? "" : paint("red", "  partial")),
    "",
    label("rows × dim") + `  ${grouped(rows)} × ${grouped(dim)}` +
    (skippedRows > 0 ? `, ${grouped(skippedRows)} rows skipped` : "") +
    settling(report),
    ...columns ? [`${label(columns[0])}  ${columns[1]}`] : [],
    label("verdict") +
    `  ${paint(tone, verdict)}: ${percent(share)} of ${grouped(possible)} ` +
    (possible < dim ? "possible with so few rows" : "dimensions in use"),
    label("spectrum") + `  ${sparkline(sigma, Math.min(48, width - labelWidth - 2))}`,
    label("") +
    `  σ₁ ${sigma[0].toPrecision(4)} … σ${subscript(sigma.length)} ${
      sigma[sigma.length - 1].toPrecision(4)
    }`,
    ...metricLines(report).map(([name, text]) => `${label(name)}  ${text}`),
    label("computed") + `  ${describeComputation(report)}`,
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

/** Each metric, its numbers one below the other. */
function metricLines({ metrics, confidence }: ScoreReport): [string, string][] {
  const entries = Object.entries(metrics).map(([name, value]) => ({
    name,
    text: formatMetric(value),
    sure: confidence?.metrics[name],
  }));
  const width = confidence ? Math.max(0, ...entries.map(({ text }) => text.length)) : 0;
  return entries.map(({ name, text, sure }) => [
    name,
    text.padEnd(width) + (sure ? `  ${interval(sure)}` : ""),
  ]);
}

/** An interval with the digits that are worth showing. */
export function interval({ low, high }: Interval): string {
  return `${formatMetric(low)} – ${formatMetric(high)}`;
}

/** How a report says that more rows would say the same; nothing where that is not known. */
export function settling({ settled }: ScoreReport): string {
  if (!settled?.reached) return "";
  return `, enough: half of them gave the same within ${percentOf(settled.change)}`;
}

/** How much of a name is shown: a list of columns may be as long as a row. */
const NAME_WIDTH = 60;

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

/**
 * An effective rank with the digits that are worth showing.
 *
 * @param rank The number.
 * @returns For example `31.65`.
 */
export function formatRank(rank: number): string {
  return rank >= 1000 ? rank.toFixed(1) : rank.toPrecision(4);
}

/**
 * A metric with the digits that are worth showing: those that count something are whole.
 *
 * @param value The number.
 * @returns For example `0.8312`, `17` or `2.13e+9`.
 */
export function formatMetric(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  return Math.abs(value) >= 1e6 ? value.toExponential(2) : formatRank(value);
}

/**
 * A whole number with its thousands set apart.
 *
 * @param count The number.
 * @returns For example `25,600`.
 */
export function grouped(count: number): string {
  // toLocaleString("en-US") says the same, and takes 10 ms or more the first time.
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A small share, as in `0.083 %`. */
export function percentOf(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** A share of what is possible, as in `99.7 %`. */
export function percent(share: number): string {
  return `${(100 * share).toPrecision(share >= 0.995 ? 3 : 2)} %`;
}

function subscript(count: number): string {
  return String(count).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]);
}
