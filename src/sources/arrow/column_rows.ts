import type { Data, FixedSizeList, Vector } from "apache-arrow";
import { DataType } from "apache-arrow/type";
import type { EmbeddingData } from "../../batch.ts";
import { mixedDimensions } from "../usable_rows.ts";
import type { Axes } from "../axes.ts";
import { corrupt } from "./corrupt.ts";
import { flatMatrices, rowsOfMatrices } from "./matrix_rows.ts";
import type { BareBatch } from "./messages.ts";
import {
  anyNull,
  columnAt,
  type ColumnRows,
  floats,
  type FoundColumn,
  offsetsOf,
  roomFor,
} from "./values.ts";

/** Where in a record batch the embeddings are: the index of a column, then those of fields of structs. */
export type EmbeddingColumns =
  | {
    readonly kind: "vectors";
    readonly paths: readonly [readonly number[]];
    /** How many rows each list holds: more than one where it is a tensor. */
    readonly perValue: number;
  }
  | {
    readonly kind: "matrices";
    readonly paths: readonly [readonly number[]];
    /** Whether each innermost list is a row, or all of a value's together are. */
    readonly axes: Axes;
  }
  | { readonly kind: "numbers"; readonly paths: readonly (readonly number[])[] };

/**
 * Reads the embeddings out of a record batch, as a view where the layout allows it.
 *
 * @param batch The record batch.
 * @param columns Where in it they are.
 * @param dim D as earlier batches have it, or 0 when there were none.
 * @param shape The lengths that lists of lists have in earlier batches, if any were flattened.
 * @returns The rows.
 * @throws {RankMeError} `dimension`, with the row, when rows differ in length; `corrupt`, when offsets
 * or indices lead outside of the values.
 */
export function readColumns(
  { data }: BareBatch,
  columns: EmbeddingColumns,
  dim: number,
  shape?: readonly number[],
): ColumnRows {
  const found = columns.paths.map((path) => columnAt(data, path));
  const rows = columns.kind === "numbers"
    ? readNumbers(found, data.length)
    : columns.kind === "matrices"
    ? readMatrices(found[0], data.length, columns.axes, dim, shape)
    : DataType.isFixedSizeList(found[0].column.type)
    ? readFixedSizeLists(found[0], data.length, columns.perValue)
    : DataType.isDictionary(found[0].column.type)
    ? readDictionary(found[0], data.length, dim)
    : readLists(found[0], data.length, dim);
  if (dim !== 0 && rows.dim !== 0 && rows.dim !== dim) throw mixedDimensions(0, rows.dim, dim);
  return rows;
}

function readNumbers(columns: readonly FoundColumn[], rows: number): ColumnRows {
  const dim = columns.length;
  const all = columns.map(({ column }) => floats(column, rows));
  const data = roomFor(all, rows * dim);
  all.forEach((values, dimension) => {
    for (let row = 0, to = dimension; row < rows; row++, to += dim) data[to] = values[row];
  });
  const nullRows = nullRowsOf(rows, columns.flatMap(({ nullable }) => nullable));
  return { rows, dim, data, nullRows };
}

function readFixedSizeLists(
  { column, nullable }: FoundColumn,
  count: number,
  perValue: number,
): ColumnRows {
  const dim = (column.type as FixedSizeList).listSize / perValue, rows = count * perValue;
  if (dim === 0 && rows > 0) throw mixedDimensions(0, 0, 0);
  const values = column.children[0];
  const data = floats(values, rows * dim);
  const nullRows = nullRowsOf(rows, nullable, {
    indexOf: (row) => Math.floor(row / perValue),
    values,
    startOf: (row) => row * dim,
  });
  return { rows, dim, data, nullRows };
}

function readLists({ column, nullable }: FoundColumn, rows: number, knownDim: number): ColumnRows {
  const values = column.children[0];
  const offsets = offsetsOf(column, rows);
  const nullRows = nullRowsOf(rows, nullable, { values, startOf: (row) => offsets[row] });
  const nulls = new Set(nullRows);
  let dim = knownDim;
  for (let row = 0; row < rows; row++) {
    if (nulls.has(row)) continue;
    const length = offsets[row + 1] - offsets[row];
    dim ||= length;
    if (length !== dim || dim === 0) throw mixedDimensions(row, length, dim);
  }
  const [first, last] = [offsets[0], offsets[rows]];
  const all = floats(values, last);
  const contiguous = nullRows.every((row) => offsets[row + 1] - offsets[row] === dim);
  if (contiguous) return { rows, dim, data: all.subarray(first, last), nullRows };
  // Null rows of another length: give each row a place of its own.
  const data = roomFor([all], rows * dim);
  for (let row = 0; row < rows; row++) {
    if (!nulls.has(row)) data.set(all.subarray(offsets[row], offsets[row + 1]), row * dim);
  }
  return { rows, dim, data, nullRows };
}

function readMatrices(
  { column, nullable }: FoundColumn,
  count: number,
  axes: Axes,
  dim: number,
  shape: readonly number[] | undefined,
): ColumnRows {
  const nulls = new Set(nullRowsOf(count, nullable));
  return axes === "rows"
    ? rowsOfMatrices(column, count, nulls, dim)
    : flatMatrices(column, count, nulls, dim, shape);
}

/** Each row is an index into a dictionary of lists. */
function readDictionary(
  { column, nullable }: FoundColumn,
  rows: number,
  knownDim: number,
): ColumnRows {
  const entries = entriesOf(column.dictionary!);
  const indices: ArrayLike<number | bigint> = column.values;
  if (!(indices.length >= rows)) throw corrupt("a column shorter than its rows");
  const nulls = new Set(nullRowsOf(rows, nullable));
  const found: (EmbeddingData | null)[] = [];
  let dim = knownDim;
  for (let row = 0; row < rows; row++) {
    const entry = nulls.has(row) ? null : entries[Number(indices[row])];
    if (entry === undefined) {
      throw corrupt(`index ${indices[row]} into a dictionary of ${entries.length} lists`).at({
        row,
      });
    }
    found.push(entry);
    if (entry === null) continue;
    dim ||= entry.length;
    if (entry.length !== dim || dim === 0) throw mixedDimensions(row, entry.length, dim);
  }
  const data = roomFor(entries.filter((entry) => entry !== null), rows * dim);
  found.forEach((entry, row) => entry && data.set(entry, row * dim));
  return { rows, dim, data, nullRows: found.flatMap((entry, row) => entry ? [] : [row]) };
}

/** The lists of a dictionary, which stays the same for many record batches. */
const ENTRIES = new WeakMap<Vector, readonly (EmbeddingData | null)[]>();

function entriesOf(dictionary: Vector): readonly (EmbeddingData | null)[] {
  const known = ENTRIES.get(dictionary);
  if (known) return known;
  // One that has not come has a part without values.
  const parts = dictionary.data.filter(({ length }) => length > 0);
  const entries = parts.flatMap((lists: Data) => {
    const { length, children: [values] } = lists;
    const offsets = offsetsOf(lists, length);
    const all = floats(values, offsets[length]);
    const nulls = new Set(nullRowsOf(length, [lists], { values, startOf: (i) => offsets[i] }));
    return Array.from(
      { length },
      (_, i) => nulls.has(i) ? null : all.subarray(offsets[i], offsets[i + 1]),
    );
  });
  ENTRIES.set(dictionary, entries);
  return entries;
}

/** Where the numbers of rows are, each from the start of its row to that of the next. */
interface RowValues {
  readonly values: Data;
  readonly startOf: (row: number) => number;
  /** Which list a row is in. Default: that of its own index. */
  readonly indexOf?: (row: number) => number;
}

/** The rows that are null in any of some columns, or have a null among their numbers. */
function nullRowsOf(
  rows: number,
  columns: readonly Data[],
  numbers?: RowValues,
): readonly number[] {
  const nullable = columns.filter(({ nullCount }) => nullCount > 0);
  const hasNulls = numbers !== undefined && numbers.values.nullCount > 0;
  if (nullable.length === 0 && !hasNulls) return [];
  const nullRows: number[] = [];
  for (let row = 0; row < rows; row++) {
    const index = numbers?.indexOf?.(row) ?? row;
    const isNull = nullable.some((column) => !column.getValid(index)) ||
      hasNulls && anyNull(numbers.values, numbers.startOf(row), numbers.startOf(row + 1));
    if (isNull) nullRows.push(row);
  }
  return nullRows;
}
