import type { ColumnSpan, EmbeddingData } from "../batch.ts";
import { allocating, RankMeError } from "../errors.ts";
import type { RowBlock } from "./row_block.ts";
import { widestOf } from "./widest_numbers.ts";

/** The same rows of one of several columns. */
export interface ColumnPart extends Pick<RowBlock, "rows" | "dim" | "data" | "nullRows"> {
  /** The column's name. */
  readonly name: string;
  /** What messages call it, as in `column "layer1"`. */
  readonly origin: string;
}

/** Rows of several columns, in memory of their own. */
export type WideBlock =
  & Required<Pick<RowBlock, "rows" | "dim" | "data" | "nullRows" | "nullIn">>
  & Pick<RowBlock, "columns" | "origins">;

/**
 * Puts the rows of several columns side by side, in the widest type among them. A row that is null in
 * any column is null.
 *
 * @param parts The same rows of each column.
 * @returns The rows, whose numbers are a copy.
 * @throws {RankMeError} `dimension`, when one has more rows than another; `memory`.
 */
export function sideBySide(parts: readonly ColumnPart[]): WideBlock {
  const [first] = parts, { rows } = first;
  const other = parts.find((part) => part.rows !== rows);
  if (other) throw unequalRows(first, other);
  const nullRows = [...new Set(parts.flatMap((part) => part.nullRows ?? []))].sort((a, b) => a - b);
  const nullIn = (row: number) => parts.find((part) => part.nullRows?.includes(row))?.origin;
  // A column whose rows are all null has no dimensions, and no other row can be used then.
  if (parts.some(({ dim }) => dim === 0)) {
    return { rows, dim: 0, data: first.data.subarray(0, 0), nullRows, nullIn };
  }
  const columns = spansOf(parts.map(({ name }) => name), parts.map(({ dim }) => dim));
  const dim = columns[columns.length - 1].end;
  const array = widestOf(parts.map(({ data }) => data));
  const data = allocating(
    rows * dim * array.BYTES_PER_ELEMENT,
    `a batch of ${parts.length} columns`,
    () => new array(rows * dim),
  );
  parts.forEach((part, index) => copyColumn(part, data, columns[index].start, dim));
  return { rows, dim, data, nullRows, nullIn, columns, origins: parts.map(({ origin }) => origin) };
}

/**
 * Where columns are that stand side by side.
 *
 * @param names Their names.
 * @param dims How many dimensions each has.
 * @returns One span after the other, from 0.
 */
export function spansOf(names: readonly string[], dims: readonly number[]): ColumnSpan[] {
  let start = 0;
  return names.map((name, index) => ({ name, start, end: start += dims[index] }));
}

/**
 * The error for columns of which one has more rows than another.
 *
 * @param a How many rows one has.
 * @param b How many another has.
 * @returns The error.
 */
export function unequalRows(
  a: Pick<ColumnPart, "rows" | "origin">,
  b: Pick<ColumnPart, "rows" | "origin">,
): RankMeError {
  return new RankMeError(
    "dimension",
    `${b.rows} rows of ${b.origin} beside ${a.rows} rows of ${a.origin}`,
    { advice: "what is read together needs as many rows; score each by itself" },
  );
}

function copyColumn(
  { rows, dim, data }: ColumnPart,
  into: EmbeddingData,
  start: number,
  width: number,
): void {
  for (let row = 0, to = start; row < rows; row++, to += width) {
    into.set(data.subarray(row * dim, (row + 1) * dim), to);
  }
}
