import type { ScoreReport } from "./report.ts";
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
  const { rankMe, rows, dim, skippedRows, complete, metrics, spectrum } = report;
  const possible = Math.min(rows, dim);
  const share = rankMe / possible;
  const [, verdict, tone] = VERDICTS.find(([least]) => share >= least) ?? VERDICTS[2];
  const { singularValues: sigma } = spectrum;
  const label = (text: string) => paint("dim", text.padEnd(LABEL_WIDTH));
  const lines = [
    `${paint("bold", `RankMe  ${formatRank(rankMe)}`)}${complete ? "" : paint("red", "  partial")}`,
    "",
    label("rows × dim") + `  ${grouped(rows)} × ${grouped(dim)}` +
    (skippedRows > 0 ? `, ${grouped(skippedRows)} rows skipped` : ""),
    label("verdict") +
    `  ${paint(tone, verdict)}: ${percent(share)} of ${grouped(possible)} ` +
    (possible < dim ? "possible with so few rows" : "dimensions in use"),
    label("spectrum") + `  ${sparkline(sigma, Math.min(48, width - LABEL_WIDTH - 2))}`,
    label("") +
    `  σ₁ ${sigma[0].toPrecision(4)} … σ${subscript(sigma.length)} ${
      sigma[sigma.length - 1].toPrecision(4)
    }`,
    ...Object.entries(metrics).map(([name, value]) => `${label(name)}  ${formatRank(value)}`),
    label("computed") + `  ${describeComputation(report)}`,
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

/**
 * Reports on the same rows as a table, a line for each.
 *
 * @param reports The reports, at least one.
 * @param options Colours.
 * @returns Some lines, each ended.
 *
 * @example The heading
 * ```ts
 * import { EmbeddingBatch, scoreDims } from "@rankme/rankme";
 * import { toTable } from "@rankme/rankme/report";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(3, 0, 0, 3), dim: 2 });
 * const reports = await scoreDims([batch], [{ end: 1 }, { end: 2 }]);
 * assertEquals(toTable(reports).split("\n").slice(0, 3), [
 *   "dims  RankMe  in use",
 *   " 0:1   1.000   100 %",
 *   " 0:2   2.000   100 %",
 * ]);
 * ```
 */
export function toTable(
  reports: readonly ScoreReport[],
  { color = false }: Pick<TextOptions, "color"> = {},
): string {
  const rows = [
    ["dims", "RankMe", "in use"],
    ...reports.map(({ dims, dim, rows, rankMe }) => [
      (dims ?? [0, dim]).join(":"),
      formatRank(rankMe),
      percent(rankMe / Math.min(rows, dim)),
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => row.map((cell, i) => cell.padStart(widths[i])).join("  "));
  const [{ rows: count, skippedRows, complete }] = reports;
  return [
    color ? `\x1b[${STYLES.dim}m${lines[0]}\x1b[0m` : lines[0],
    ...lines.slice(1),
    "",
    `${grouped(count)} rows${skippedRows > 0 ? `, ${grouped(skippedRows)} rows skipped` : ""}` +
    `${complete ? "" : ", partial"}; ${describeComputation(reports[0])}`,
  ].map((line) => `${line}\n`).join("");
}

function describeComputation({ convention, centered, epsilon }: ScoreReport): string {
  return `convention ${convention}, ${centered ? "centred" : "not centred"}, ε = ${epsilon}`;
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
 * A whole number with its thousands set apart.
 *
 * @param count The number.
 * @returns For example `25,600`.
 */
export function grouped(count: number): string {
  // toLocaleString("en-US") says the same, and takes 10 ms or more the first time.
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(share >= 0.995 ? 3 : 2)} %`;
}

function subscript(count: number): string {
  return String(count).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]);
}
