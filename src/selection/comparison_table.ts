import { formatDifference, formatRank, grouped, withInterval } from "../report/digits.ts";
import type { Interval } from "../report/report.ts";
import type { Table } from "../report/table.ts";
import type { Watched } from "./checkpoints.ts";
import type { Comparison, Ranked } from "./comparison.ts";
import { position } from "./comparison_text.ts";
import { intervalIn, numberIn } from "./numbers.ts";

/** What to put into a table. */
export interface ComparisonTableOptions {
  /** Metrics to show beside RankMe. Default: what is ranked by. */
  readonly metrics?: readonly string[];
  /** Checkpoints in the order of the training, and what their numbers count, as `step`. */
  readonly checkpoints?: { readonly word: string; readonly watched: readonly Watched[] };
}

/** One line of a comparison. */
interface Line extends Ranked {
  readonly checkpoint?: Watched;
  readonly isBest: boolean;
}

/** A column: its heading, and its cell in a line. */
type Column = readonly [head: string, cell: (line: Line) => string];

/**
 * A comparison as a table for people: the best first, checkpoints in their order.
 *
 * @param comparison The comparison.
 * @param options Which metrics, and the checkpoints.
 * @returns The table; what could not be scored stands at the end.
 *
 * @example Its headings
 * ```ts
 * import { EmbeddingBatch, scoreEach } from "@rankme/rankme";
 * import { compare, comparisonTable } from "@rankme/rankme/selection";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(3, 0, 0, 3), dim: 2 });
 * const { heads, rows } = comparisonTable(
 *   compare(await scoreEach([{ name: "square", source: [batch] }])),
 * );
 * assertEquals(heads, ["name", "rows × dim", "RankMe", "vs best"]);
 * assertEquals(rows, [["square", "2 × 2", "2.000", "best"]]);
 * ```
 */
export function comparisonTable(
  comparison: Comparison,
  { metrics = [], checkpoints }: ComparisonTableOptions = {},
): Table {
  const lines = linesOf(comparison, checkpoints?.watched);
  const { sort } = comparison;
  const shown = [...new Set(["rankMe", ...sort === "rankMe" ? [] : [sort], ...metrics])];
  const isWhole = comparison.unscored.length === 0;
  const sure = comparison.ranked.some(({ interval }) => interval);
  const columns: Column[] = [
    ["name", ({ name }) => name],
    ...only(checkpoints, [checkpoints?.word ?? "", positionCell]),
    ["rows × dim", ({ report: { rows, dim } }) => `${grouped(rows)} × ${grouped(dim)}`],
    ...shown.map((name) => numberColumn(name, sure && name === sort)),
    ...only(isWhole, [
      sure ? `vs best ${HALF_WIDTH}` : "vs best",
      (line) => line.isBest ? "best" : versus(line),
    ]),
    ...only(isWhole && sure, ["", ({ tied }) => tied ? "≈" : ""]),
    ...only(checkpoints, ["vs best before", dropCell]),
  ];
  const without = (name: string, why: string) =>
    columns.map(([head]) => head === "name" ? name : head.startsWith("RankMe") ? why : "");
  return {
    heads: columns.map(([head]) => head),
    rows: [
      ...lines.map((line) => columns.map(([, cell]) => cell(line))),
      ...comparison.failed.map(({ name }) => without(name, "failed")),
      ...comparison.unscored.map((name) => without(name, "not scored")),
    ],
    texts: 1,
  };
}

/**
 * A comparison as a table for programs: numbers with all their digits, what could not be scored at the
 * end with its error.
 *
 * @param comparison The comparison.
 * @param checkpoints Checkpoints in the order of the training.
 * @returns The table.
 *
 * @example As CSV
 * ```ts
 * import { EmbeddingBatch, scoreEach } from "@rankme/rankme";
 * import { csvTable } from "@rankme/rankme/report";
 * import { compare, comparisonRecords } from "@rankme/rankme/selection";
 * import { assertMatch } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(3, 0, 0, 3), dim: 2 });
 * const comparison = compare(await scoreEach([{ name: "square", source: [batch] }]));
 * assertMatch(csvTable(comparisonRecords(comparison)), /^name,rankMe,.*\nsquare,1\.99999.*,2,2,true,\n$/);
 * ```
 */
export function comparisonRecords(
  comparison: Comparison,
  checkpoints?: ComparisonTableOptions["checkpoints"],
): Table {
  const { sort, ranked, failed, unscored } = comparison;
  const metrics = new Set(ranked.flatMap(({ report }) => Object.keys(report.metrics)));
  const columns: Column[] = [
    ["name", ({ name }) => name],
    ...only(checkpoints, [checkpoints?.word ?? "", ({ checkpoint }) => text(checkpoint?.x)]),
    ["rankMe", ({ report }) => text(report.rankMe)],
    ...intervalColumns("", ({ report }) => report.confidence),
    ...[...metrics].flatMap((name): Column[] => [
      [name, ({ report }) => text(numberIn(report, name))],
      ...sort === name ? intervalColumns(name, ({ report }) => intervalIn(report, name)) : [],
    ]),
    ["difference", ({ difference }) => text(difference?.value)],
    ...intervalColumns("difference", ({ difference }) => difference),
    ["tied", ({ tied }) => text(tied)],
    ...checkpoints ? DROP_COLUMNS : [],
    ["rows", ({ report }) => text(report.rows)],
    ["dim", ({ report }) => text(report.dim)],
    ["complete", ({ report }) => text(report.complete)],
  ];
  const lines = linesOf(comparison, checkpoints?.watched);
  const without = (name: string, why: string) => [name, ...columns.slice(1).map(() => ""), why];
  return {
    heads: [...columns.map(([head]) => head), "error"],
    rows: [
      ...lines.map((line) => [...columns.map(([, cell]) => cell(line)), ""]),
      ...failed.map(({ name, error }) => without(name, error.message)),
      ...unscored.map((name) => without(name, "interrupted")),
    ],
    texts: 1,
  };
}

const DROP_COLUMNS: readonly Column[] = [
  ["drop", ({ checkpoint }) => text(checkpoint?.drop?.value)],
  ...intervalColumns("drop", ({ checkpoint }) => checkpoint?.drop),
  ["dropFrom", ({ checkpoint }) => text(checkpoint?.drop?.from)],
  ["collapse", ({ checkpoint }) => text(checkpoint?.drop?.collapse)],
];

function linesOf({ ranked }: Comparison, watched?: readonly Watched[]): readonly Line[] {
  const lines = ranked.map((one, index) => ({ ...one, isBest: index === 0 }));
  if (!watched) return lines;
  const byName = new Map(lines.map((line) => [line.name, line]));
  return watched.map((checkpoint) => ({ ...byName.get(checkpoint.name)!, checkpoint }));
}

/** A column that may not apply. */
function only(applies: unknown, column: Column): readonly Column[] {
  return applies ? [column] : [];
}

function positionCell({ checkpoint }: Line): string {
  return checkpoint ? position(checkpoint.x) : "";
}

/** After a heading: what ± stands for. */
const HALF_WIDTH = "± 95 %";

function numberColumn(name: string, withIntervals: boolean): Column {
  const head = name === "rankMe" ? "RankMe" : name;
  return [
    withIntervals ? `${head} ${HALF_WIDTH}` : head,
    ({ report, interval }) => {
      const value = numberIn(report, name);
      if (value === undefined) return "";
      return withInterval(value, withIntervals ? interval : undefined, formatRank);
    },
  ];
}

function intervalColumns(
  prefix: string,
  of: (line: Line) => Partial<Interval> | undefined,
): readonly Column[] {
  return (["standardError", "low", "high"] as const).map((key) => {
    const head = prefix && `${prefix}${key[0].toUpperCase()}${key.slice(1)}`;
    return [head || key, (line) => text(of(line)?.[key])];
  });
}

function dropCell({ checkpoint }: Line): string {
  const { drop } = checkpoint ?? {};
  if (!drop) return "";
  return `${drop.collapse ? "collapse" : "drop"} −${percent(1 - drop.share)}`;
}

function versus({ value, difference }: Line): string {
  return difference && value !== undefined ? formatDifference(difference, value) : "";
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(2)} %`;
}

function text(value: number | boolean | undefined): string {
  return value === undefined ? "" : String(value);
}
