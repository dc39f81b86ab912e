import { printable } from "../printable.ts";
import { fitTable, GAP } from "./fit_table.ts";
import { alignedCells, type Table } from "./table_cells.ts";

export type { Table } from "./table_cells.ts";

/** How to write a table for a terminal. */
export interface TextTableOptions {
  /** Whether to dim the heading. Default: false. */
  readonly color?: boolean;
  /** The columns of a line: a wider table is fitted into it. Default: as many as the table takes. */
  readonly width?: number;
}

/**
 * A table for a terminal. Where it finds no room long words are shortened in their middle, and numbers
 * that still find none stand below, beside the same words.
 *
 * @param table The heading and the rows.
 * @param options Colours and width.
 * @returns A line for the heading and each row, each ended, none with blanks at its end.
 *
 * @example Words on the left, numbers on the right
 * ```ts
 * import { textTable } from "@rankme/rankme/report";
 * import { assertEquals } from "@std/assert";
 *
 * const table = { heads: ["name", "RankMe"], rows: [["a.npy", "9.5"], ["b", "12.0"]], texts: 1 };
 * assertEquals(textTable(table), "name   RankMe\na.npy     9.5\nb        12.0\n");
 * ```
 */
export function textTable(
  { heads, rows, texts }: Table,
  { color = false, width = Infinity }: TextTableOptions = {},
): string {
  const written = {
    heads: heads.map(printable),
    rows: rows.map((row) => row.map(printable)),
    texts,
  };
  return fitTable(written, width).map((table) => {
    const [heading, ...rest] = alignedCells(table).map((cells) =>
      cells.join(" ".repeat(GAP)).trimEnd()
    );
    const lines = [color ? `\x1b[2m${heading}\x1b[0m` : heading, ...rest];
    return lines.map((line) => `${line}\n`).join("");
  }).join("\n");
}

/**
 * A table for a Markdown page, in the dialect of GitHub. What would be markup in a cell is escaped.
 *
 * @param table The heading and the rows.
 * @returns Some lines, each ended.
 *
 * @example The row of hyphens says which columns stand on the right
 * ```ts
 * import { markdownTable } from "@rankme/rankme/report";
 * import { assertEquals } from "@std/assert";
 *
 * const table = { heads: ["name", "RankMe"], rows: [["a|b", "9.5"]], texts: 1 };
 * assertEquals(markdownTable(table), "| name | RankMe |\n| ---- | -----: |\n| a\\|b |    9.5 |\n");
 * ```
 */
export function markdownTable(table: Table): string {
  const [heading, ...rows] = alignedCells(table, escapedForMarkdown, 3);
  const rule = heading.map(({ length }, column) =>
    column < (table.texts ?? 0) ? "-".repeat(length) : `${"-".repeat(length - 1)}:`
  );
  return [heading, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/**
 * A table as CSV: quoted as in RFC 4180, the first line the heading, lines ended with `\n`. What is no
 * number and would be a formula in a spreadsheet has `'` before it, which makes it text.
 *
 * @param table The heading and the rows.
 * @returns Some lines, each ended.
 *
 * @example A comma in a cell
 * ```ts
 * import { csvTable } from "@rankme/rankme/report";
 * import { assertEquals } from "@std/assert";
 *
 * const table = { heads: ["name", "RankMe"], rows: [["a,b", "9.5"]] };
 * assertEquals(csvTable(table), 'name,RankMe\n"a,b",9.5\n');
 * ```
 */
export function csvTable({ heads, rows }: Table): string {
  return [heads, ...rows].map((cells) => `${cells.map(quotedForCsv).join(",")}\n`).join("");
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A backslash before what follows it as well, or it would take our own away. */
function escapedForMarkdown(cell: string): string {
  return printable(cell).replaceAll(/[\\|`*<]/g, "\\$&");
}

function quotedForCsv(cell: string): string {
  const text = isFormula(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Whether a spreadsheet would compute a cell; it takes the wide signs of Japanese for the others. */
function isFormula(cell: string): boolean {
  return /^[\s\p{Cc}]*[=+\-@＝＋－＠]/u.test(cell) && !NUMBER.test(cell);
}
