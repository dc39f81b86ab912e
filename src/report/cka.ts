import { printable } from "../printable.ts";
import { grouped } from "./digits.ts";
import { GAP, LABEL_WIDTH, labelled } from "./labelled.ts";
import { shortenAll, type TextOptions, wrap } from "./layout.ts";
import type { Making } from "./report.ts";
import { textTable } from "./table.ts";

/** How alike sets of embeddings of the same samples are, and the circumstances of its making. */
export interface CkaReport extends Making {
  /** What the sets are called: by their inputs, or by their columns. */
  readonly names: readonly string[];
  /** D of each. */
  readonly dims: readonly number[];
  /** Linear CKA of each two: from 0 to 1, and 1 of each with itself; symmetric. */
  readonly cka: readonly (readonly number[])[];
  /** Its mean over all pairings of the rows: what unrelated rows would give. */
  readonly chance: readonly (readonly number[])[];
  /** N: how many rows were compared. */
  readonly rows: number;
}

/**
 * A report as one line of JSON: of two sets `cka` and `chance` are numbers, of more they are lists of
 * lists.
 *
 * @param report The report.
 * @returns JSON without a line break.
 *
 * @example Two sets
 * ```ts
 * import { cka, EmbeddingBatch } from "@rankme/rankme";
 * import { ckaToJson } from "@rankme/rankme/report";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(1, 2, 4), dim: 1 });
 * assertAlmostEquals(JSON.parse(ckaToJson(await cka([batch], [batch]))).cka, 1);
 * ```
 */
export function ckaToJson(report: CkaReport): string {
  const { names, dims, cka, chance, ...rest } = report;
  const isPair = names.length === 2;
  return JSON.stringify({
    cka: isPair ? cka[0][1] : cka,
    chance: isPair ? chance[0][1] : chance,
    names,
    dims,
    ...rest,
  });
}

/**
 * A report for a person to read: one number for two sets, a table for more.
 *
 * @param report The report.
 * @param options Colours and width.
 * @returns Some lines, each ended.
 *
 * @example The first line
 * ```ts
 * import { cka, EmbeddingBatch } from "@rankme/rankme";
 * import { ckaToText } from "@rankme/rankme/report";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(1, 2, 4), dim: 1 });
 * assertEquals(ckaToText(await cka([batch], [batch])).split("\n")[0], "CKA  1.0000");
 * ```
 */
export function ckaToText(
  report: CkaReport,
  { color = false, width = Infinity }: TextOptions = {},
): string {
  const write = report.names.length === 2 ? pairText : matrixText;
  return write(report, { color, width });
}

function pairText(
  { names, dims, cka, chance, complete, ...report }: CkaReport,
  { color, width }: Required<TextOptions>,
): string {
  const paint = (style: string, text: string) => color ? `\x1b[${style}m${text}\x1b[0m` : text;
  const room = width - LABEL_WIDTH - GAP - 1;
  const called = shortenAll(names.map(printable), Math.max(LABEL_WIDTH, room));
  const heading = paint("1", `CKA  ${formatted(cka[0][1])}`);
  return [
    `${heading}${complete ? "" : paint("31", "  partial")}`,
    "",
    ...labelled([
      ["chance level", unrelated(chance[0][1])],
      ["rows", `${grouped(report.rows)}${skipped(report)}`],
      ...called.map((name, i) =>
        [i === 0 ? "of" : "and", `${name}, ${grouped(dims[i])} dims`] as const
      ),
    ], { color, width }),
  ].map((line) => `${line}\n`).join("");
}

function matrixText(
  { names, cka, chance, complete, ...report }: CkaReport,
  options: Required<TextOptions>,
): string {
  const table = {
    heads: ["", ...names],
    rows: names.map((name, i) => [name, ...cka[i].map(formatted)]),
    texts: 1,
  };
  const most = Math.max(...chance.flatMap((row, i) => row.filter((_, j) => j !== i)));
  const count = `${grouped(report.rows)} rows${skipped(report)}${complete ? "" : ", partial"}`;
  const legend = wrap(`${count}; ${unrelated(most, "up to ")}`, options.width);
  return `${textTable(table, options)}\n${legend.join("\n")}\n`;
}

/** The mean over all pairings of the rows, in words. */
function unrelated(chance: number, upTo = ""): string {
  return `unrelated rows would give ${upTo}${formatted(chance)}`;
}

function skipped({ skippedRows }: Pick<CkaReport, "skippedRows">): string {
  return skippedRows > 0 ? `, ${grouped(skippedRows)} rows skipped` : "";
}

function formatted(value: number): string {
  return value.toFixed(4);
}
