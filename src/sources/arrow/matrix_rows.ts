import type { Data } from "apache-arrow";
import { DataType } from "apache-arrow/type";
import { RankMeError } from "../../errors.ts";
import { mixedDimensions } from "../usable_rows.ts";
import { corrupt } from "./corrupt.ts";
import { isList } from "./type_name.ts";
import { anyNull, type ColumnRows, floats, offsetsOf, roomFor } from "./values.ts";

/*
 * Lists of lists of numbers, at any depth and of any kind. Level 0 are the lists that are values of the
 * column; the last level are the innermost ones, whose elements are the numbers.
 */

/** The lists of one level. */
interface Level {
  readonly lists: Data;
  /** Where each begins among what is in them, and where the last one ends. */
  readonly offsets: readonly number[];
}

/** Where a row is among the numbers; nothing where it is null. */
type Extent = { readonly start: number; readonly end: number } | undefined;

/**
 * Takes each innermost list as a row. A list that is null is one null row at any level, as nobody knows
 * how many would be in it.
 *
 * @param column Lists of lists.
 * @param count How many values it has.
 * @param nulls Which of these are null.
 * @param dim D as earlier batches have it, or 0 when there were none.
 * @returns The rows, as a view on the numbers where they lie end to end.
 * @throws {RankMeError} `dimension`, with the row, when rows differ in length; `corrupt`.
 */
export function rowsOfMatrices(
  column: Data,
  count: number,
  nulls: ReadonlySet<number>,
  dim: number,
): ColumnRows {
  const levels = levelsOf(column, count);
  const numbers = levels[levels.length - 1].lists.children[0];
  const extents: Extent[] = [];

  function take(depth: number, list: number): void {
    const { lists, offsets } = levels[depth];
    const start = offsets[list], end = offsets[list + 1];
    if (depth < levels.length - 1) {
      const inner = lists.children[0];
      for (let i = start; i < end; i++) {
        if (inner.getValid(i)) take(depth + 1, i);
        else extents.push(undefined);
      }
    } else {
      extents.push(hasNull(numbers, start, end) ? undefined : { start, end });
    }
  }

  for (let value = 0; value < count; value++) {
    if (nulls.has(value)) extents.push(undefined);
    else take(0, value);
  }
  return gathered(numbers, extents, dim);
}

/**
 * Takes all numbers of each value as one row. A null anywhere in it makes the row null.
 *
 * @param column Lists of lists.
 * @param count How many values it has.
 * @param nulls Which of these are null.
 * @param dim D as earlier batches have it, or 0 when there were none.
 * @param shape The lengths of the lists of each level in earlier batches. Default: those of the first.
 * @returns The rows, as a view on the numbers where they lie end to end.
 * @throws {RankMeError} `dimension`, with the row, when its lists have other lengths than those before,
 * be their product the same; `corrupt`.
 */
export function flatMatrices(
  column: Data,
  count: number,
  nulls: ReadonlySet<number>,
  dim: number,
  shape?: readonly number[],
): ColumnRows {
  const levels = levelsOf(column, count);
  const extents = Array.from({ length: count }, (_, value): Extent => {
    if (nulls.has(value)) return undefined;
    const extent = flatExtent(levels, value);
    if (!extent) return undefined;
    shape ??= firstLengths(levels, value);
    checkLengths(levels, value, shape);
    return extent;
  });
  const numbers = levels[levels.length - 1].lists.children[0];
  return { ...gathered(numbers, extents, dim), shape };
}

/** Where the numbers of a value are, unless it has a null in it. */
function flatExtent(levels: readonly Level[], value: number): Extent {
  let start = value, end = value + 1;
  for (const { lists: { children: [inner] }, offsets } of levels) {
    [start, end] = [offsets[start], offsets[end]];
    if (hasNull(inner, start, end)) return undefined;
  }
  return { start, end };
}

/** The length of the first list of each level in a value. */
function firstLengths(levels: readonly Level[], value: number): number[] {
  let first = value;
  return levels.map(({ offsets }) => {
    const start = offsets[first], length = offsets[first + 1] - start;
    // Of a list without any in it, the lengths further in are not known; nor is it an embedding.
    if (length === 0) throw mixedDimensions(value, 0, 0);
    first = start;
    return length;
  });
}

/** Checks that all lists of a level of a value are of one length. */
function checkLengths(levels: readonly Level[], value: number, shape: readonly number[]): void {
  let start = value, end = value + 1;
  for (const [depth, { offsets }] of levels.entries()) {
    for (let list = start; list < end; list++) {
      const length = offsets[list + 1] - offsets[list];
      if (length !== shape[depth]) throw mixedLengths(value, length, shape, depth);
    }
    [start, end] = [offsets[start], offsets[end]];
  }
}

function mixedLengths(
  row: number,
  length: number,
  shape: readonly number[],
  depth: number,
): RankMeError {
  const isInnermost = depth === shape.length - 1;
  const what = isInnermost ? "numbers" : "lists";
  return new RankMeError(
    "dimension",
    `a list of ${length} ${what} where earlier ones have ${shape[depth]}`,
    {
      place: { row },
      advice: isInnermost ? undefined : "with --axes rows, each innermost list is a row by itself",
    },
  );
}

function levelsOf(column: Data, count: number): Level[] {
  const levels: Level[] = [];
  for (let lists = column; isList(lists.type); lists = lists.children[0]) {
    const length = levels.length === 0 ? count : lists.length;
    // Lists of no elements take no memory, so that their number can be any.
    if (DataType.isFixedSizeList(lists.type) && lists.type.listSize === 0 && length > 0) {
      throw mixedDimensions(0, 0, 0);
    }
    const offsets = placeless(() => offsetsOf(lists, length));
    if (!(offsets[length] <= lists.children[0].length)) {
      throw corrupt("a column shorter than its rows");
    }
    levels.push({ lists, offsets });
  }
  return levels;
}

/** Without the row of an error, which is that of a list and not one that comes out. */
function placeless<T>(find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof RankMeError)) throw error;
    const { code, what, advice, cause } = error;
    throw new RankMeError(code, what, { advice, cause });
  }
}

function hasNull(values: Data, start: number, end: number): boolean {
  return values.nullCount > 0 && anyNull(values, start, end);
}

/** Rows of one length, as a view on the numbers where each begins at the end of the one before. */
function gathered(column: Data, extents: readonly Extent[], knownDim: number): ColumnRows {
  const all = floats(column, column.length);
  const rows = extents.length;
  const nullRows: number[] = [];
  let dim = knownDim;
  let isContiguous = true;
  extents.forEach((extent, row) => {
    if (!extent) return nullRows.push(row);
    const length = extent.end - extent.start;
    dim ||= length;
    if (length !== dim || dim === 0) throw mixedDimensions(row, length, dim);
    isContiguous &&= row === 0 || extents[row - 1]?.end === extent.start;
  });
  if (isContiguous && nullRows.length === 0) {
    const start = extents[0]?.start ?? 0;
    return { rows, dim, data: all.subarray(start, start + rows * dim), nullRows };
  }
  const data = roomFor([all], rows * dim);
  extents.forEach((extent, row) => {
    if (extent) data.set(all.subarray(extent.start, extent.end), row * dim);
  });
  return { rows, dim, data, nullRows };
}
