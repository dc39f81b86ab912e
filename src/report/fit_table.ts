import { displayWidth, shortenAll } from "./layout.ts";
import type { Table } from "./table_cells.ts";

/** Between the columns of a table. */
export const GAP = 2;
/** A column of words is not made narrower than this to have all numbers beside each other. */
const LEAST_WORDS = 16;
/** The share of a line that words may take where the numbers need several lines in any case. */
const WORDS_SHARE = 0.4;
/** A heading is not made narrower than this. */
const LEAST_HEAD = 12;

/**
 * Fits a table into a width: long words are shortened in their middle, and numbers that still find no
 * room stand in further tables below, beside the same words again.
 *
 * @param table The table, without control characters in it.
 * @param width The columns of a line.
 * @returns One table or several; none is wider unless a number with its words is.
 */
export function fitTable(table: Table, width: number): readonly Table[] {
  const { texts = 0 } = table;
  if (total(widthsOf(table)) <= width) return [table];
  const columns = table.heads.map((head, at) => [head, ...table.rows.map((row) => row[at])]);
  const numbers = withShortHeads(columns.slice(texts));
  const words = columns.slice(0, texts);
  const room = width - numbers.reduce((sum, column) => sum + widest(column) + GAP, 0);
  const natural = words.map(widest);
  const least = total(natural.map((one) => Math.min(one, LEAST_WORDS)));
  const share = Math.max(Math.floor(WORDS_SHARE * width), total(natural.map(() => 1)));
  const shortened = shorten(words, natural, room >= least ? room : share);
  const taken = total(shortened.map(widest));
  return packed(numbers, width - (words.length > 0 ? taken + GAP : 0))
    .map((some) => tableOf([...shortened, ...some], texts));
}

/** Numbers, with headings that are not much wider than what stands below them. */
function withShortHeads(columns: readonly (readonly string[])[]): string[][] {
  const room = Math.max(LEAST_HEAD, ...columns.map(([, ...cells]) => widest(cells)));
  const heads = shortenAll(columns.map(([head]) => head), room);
  return columns.map(([, ...cells], at) => [heads[at], ...cells]);
}

/** Columns of words that fit a width together, the widest shortened first. */
function shorten(
  columns: readonly (readonly string[])[],
  natural: readonly number[],
  width: number,
): readonly (readonly string[])[] {
  let most = Math.max(0, ...natural);
  while (most > 2 && total(natural.map((one) => Math.min(one, most))) > width) most--;
  return columns.map((
    [head, ...cells],
  ) => [...shortenAll([head], most), ...shortenAll(cells, most)]);
}

/** As many columns in each block as fit, one at least. */
function packed(columns: readonly string[][], width: number): string[][][] {
  const blocks: string[][][] = [[]];
  let left = width;
  for (const column of columns) {
    const needed = widest(column);
    if (needed > left && blocks[blocks.length - 1].length > 0) {
      blocks.push([]);
      left = width;
    }
    blocks[blocks.length - 1].push(column);
    left -= needed + GAP;
  }
  return blocks;
}

function tableOf(columns: readonly (readonly string[])[], texts: number): Table {
  const [heads, ...rows] = columns[0].map((_, line) => columns.map((column) => column[line]));
  return { heads, rows, texts };
}

function widthsOf({ heads, rows }: Table): number[] {
  return heads.map((head, at) => widest([head, ...rows.map((row) => row[at])]));
}

function widest(cells: readonly string[]): number {
  return cells.reduce((most, cell) => Math.max(most, displayWidth(cell)), 0);
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, widths.length - 1);
}
