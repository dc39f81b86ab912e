import type { Data, FixedSizeList } from "apache-arrow";
import { DataType } from "apache-arrow/type";
import type { EmbeddingData } from "../../batch.ts";
import type { BareBatch } from "./messages.ts";
import { corrupt } from "./corrupt.ts";
import type { ChosenColumns } from "../columns.ts";
import type { RowBlock } from "../row_block.ts";
import { mixedDimensions } from "../usable_rows.ts";

/** The rows of one record batch as they stand in its columns. */
export type ColumnRows = Required<Pick<RowBlock, "dim" | "data" | "nullRows">>;

/**
 * Reads the embeddings out of a record batch, as a view where the layout allows it.
 *
 * @param batch The record batch.
 * @param column Where in it they are.
 * @param dim D as earlier batches have it, or 0 when there were none.
 * @returns The rows.
 * @throws {RankMeError} `dimension`, with the row, when rows differ in length; `corrupt`, when offsets
 * lead outside of the values.
 */
export function readColumn(
  { data: { children, length } }: BareBatch,
  column: ChosenColumns,
  dim: number,
): ColumnRows {
  const rows = column.kind === "numbers"
    ? readScalars(column.indices.map((index) => children[index]), length)
    : DataType.isFixedSizeList(children[column.index].type)
    ? readFixedSizeLists(children[column.index], length)
    : readLists(children[column.index], length, dim);
  if (dim !== 0 && rows.dim !== 0 && rows.dim !== dim) throw mixedDimensions(0, rows.dim, dim);
  return rows;
}

function readScalars(columns: readonly Data[], rows: number): ColumnRows {
  const dim = columns.length;
  const all = columns.map((column) => floats(column, rows));
  const data = new (widestOf(all))(rows * dim);
  all.forEach((values, dimension) => {
    for (let row = 0, to = dimension; row < rows; row++, to += dim) data[to] = values[row];
  });
  const nullRows = where(rows, (row) => columns.some((column) => isNull(column, row)), columns);
  return { dim, data, nullRows };
}

function readFixedSizeLists(lists: Data, rows: number): ColumnRows {
  const dim = (lists.type as FixedSizeList).listSize;
  if (dim === 0 && rows > 0) throw mixedDimensions(0, 0, 0);
  const values = lists.children[0];
  const data = floats(values, rows * dim);
  const nullRows = where(
    rows,
    (row) => isNull(lists, row) || anyNull(values, row * dim, (row + 1) * dim),
    [lists, values],
  );
  return { dim, data, nullRows };
}

function readLists(lists: Data, rows: number, knownDim: number): ColumnRows {
  const values = lists.children[0];
  const offsets = Array.from(
    (lists.valueOffsets as Int32Array | BigInt64Array).subarray(0, rows + 1),
    Number,
  );
  for (let row = 0; row < rows; row++) {
    if (offsets[row + 1] < offsets[row]) {
      throw corrupt("list offsets that run backwards").at({ row });
    }
  }
  const [first, last] = rows > 0 ? [offsets[0], offsets[rows]] : [0, 0];
  if (first < 0 || last > values.length) throw corrupt("list offsets outside of the values");
  const nullRows = where(
    rows,
    (row) => isNull(lists, row) || anyNull(values, offsets[row], offsets[row + 1]),
    [lists, values],
  );
  const nulls = new Set(nullRows);
  let dim = knownDim;
  for (let row = 0; row < rows; row++) {
    if (nulls.has(row)) continue;
    const length = offsets[row + 1] - offsets[row];
    dim ||= length;
    if (length !== dim || dim === 0) throw mixedDimensions(row, length, dim);
  }
  const all = floats(values, last);
  const contiguous = nullRows.every((row) => offsets[row + 1] - offsets[row] === dim);
  if (contiguous) return { dim, data: all.subarray(first, last), nullRows };
  // Null rows of another length: give each row a place of its own.
  const data = new (widestOf([all]))(rows * dim);
  for (let row = 0; row < rows; row++) {
    if (!nulls.has(row)) data.set(all.subarray(offsets[row], offsets[row + 1]), row * dim);
  }
  return { dim, data, nullRows };
}

/** The type that holds the numbers of all columns exactly. */
function widestOf(
  columns: readonly EmbeddingData[],
): typeof Float16Array | typeof Float32Array | typeof Float64Array {
  if (columns.some((values) => values instanceof Float64Array)) return Float64Array;
  return columns.some((values) => values instanceof Float32Array) ? Float32Array : Float16Array;
}

/** The first values of a float column, as a view; Apache Arrow gives float16 as its bits. */
function floats({ values, type }: Data, length: number): EmbeddingData {
  if (!(values?.length >= length)) throw corrupt("a column shorter than its rows");
  const used = values.subarray(0, length);
  if (used instanceof Float32Array || used instanceof Float64Array) return used;
  if (!DataType.isFloat(type)) throw corrupt("a column whose values are not floats");
  return new Float16Array(used.buffer, used.byteOffset, length);
}

function isNull(column: Data, index: number): boolean {
  return column.nullCount > 0 && !column.getValid(index);
}

function anyNull(values: Data, start: number, end: number): boolean {
  if (values.nullCount === 0) return false;
  for (let index = start; index < end; index++) if (isNull(values, index)) return true;
  return false;
}

function where(
  rows: number,
  holds: (row: number) => boolean,
  nullable: readonly Data[],
): readonly number[] {
  if (nullable.every((column) => column.nullCount === 0)) return [];
  return Array.from({ length: rows }, (_, row) => row).filter(holds);
}
