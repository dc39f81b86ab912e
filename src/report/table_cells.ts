import { displayWidth } from "./layout.ts";

/** A heading and rows of text: what a terminal, a Markdown page and a CSV file are written from. */
export interface Table {
  /** What the columns are called. */
  readonly heads: readonly string[];
  /** The cells of each row, as many as there are heads. */
  readonly rows: readonly (readonly string[])[];
  /** How many of the first columns are words, on the left; numbers stand on the right. Default: 0. */
  readonly texts?: number;
}

/**
 * The heading and the rows of a table, every cell padded to the width of its column.
 *
 * @param table The table.
 * @param written How a cell is written. Default: as it is.
 * @param least The narrowest column. Default: any.
 * @returns The cells of each line, the heading first.
 */
export function alignedCells(
  { heads, rows, texts = 0 }: Table,
  written = (cell: string) => cell,
  least = 0,
): string[][] {
  const lines = [heads, ...rows].map((cells) => cells.map(written));
  const widths = heads.map((_, column) =>
    lines.reduce((most, line) => Math.max(most, displayWidth(line[column])), least)
  );
  return lines.map((line) =>
    line.map((cell, column) => {
      const blanks = " ".repeat(widths[column] - displayWidth(cell));
      return column < texts ? cell + blanks : blanks + cell;
    })
  );
}
