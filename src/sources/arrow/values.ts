import type { Data, FixedSizeList } from "apache-arrow";
import { DataType } from "apache-arrow/type";
import type { EmbeddingData } from "../../batch.ts";
import { allocating } from "../../errors.ts";
import type { RowBlock } from "../row_block.ts";
import { widestOf } from "../widest_numbers.ts";
import { corrupt } from "./corrupt.ts";

/** The rows of one record batch as they stand in its columns. */
export interface ColumnRows extends Required<Pick<RowBlock, "rows" | "dim" | "data" | "nullRows">> {
  /** Of lists of lists that were flattened: the lengths that they have. Default: not known. */
  readonly shape?: readonly number[];
}

/** A column, or a field of structs. */
export interface FoundColumn {
  readonly column: Data;
  /** It and the structs that it is in: where one of these is null, so is it. */
  readonly nullable: readonly Data[];
}

/**
 * Finds a column in a record batch.
 *
 * @param batch The record batch.
 * @param path The index of a column, then those of fields of structs.
 * @returns The column, and what it is in.
 */
export function columnAt(batch: Data, path: readonly number[]): FoundColumn {
  const nullable: Data[] = [];
  let column = batch;
  for (const index of path) nullable.push(column = column.children[index]);
  return { column, nullable };
}

/**
 * The first values of a float column; Apache Arrow gives float16 as its bits.
 *
 * @param column The column.
 * @param length How many.
 * @returns A view on them.
 * @throws {RankMeError} `corrupt`, when there are fewer, or they are no floats.
 */
export function floats({ values, type }: Data, length: number): EmbeddingData {
  if (!(values?.length >= length)) throw corrupt("a column shorter than its rows");
  const used = values.subarray(0, length);
  if (used instanceof Float32Array || used instanceof Float64Array) return used;
  if (!DataType.isFloat(type)) throw corrupt("a column whose values are not floats");
  return new Float16Array(used.buffer, used.byteOffset, length);
}

/**
 * Memory for numbers that do not lie as rows do.
 *
 * @param columns Where they come from.
 * @param length How many.
 * @returns An array that holds all of them exactly.
 * @throws {RankMeError} `memory`, when it cannot be had.
 */
export function roomFor(columns: readonly EmbeddingData[], length: number): EmbeddingData {
  const array = widestOf(columns);
  const bytes = length * array.BYTES_PER_ELEMENT;
  return allocating(bytes, "a batch of embeddings", () => new array(length));
}

/**
 * Where each list begins among the values, and where the last one ends.
 *
 * @param lists Lists of any kind.
 * @param count How many of them are looked at.
 * @param values How many values there are. Default: as many as those of the lists.
 * @returns One offset more than lists, ascending, none of them outside of the values.
 * @throws {RankMeError} `corrupt`, with the row, when those that are stored are not so.
 */
export function offsetsOf(
  lists: Data,
  count: number,
  values = lists.children[0].length,
): readonly number[] {
  if (count === 0) return [0];
  if (DataType.isFixedSizeList(lists.type)) {
    return Array.from({ length: count + 1 }, (_, index) => index * listSizeOf(lists));
  }
  const stored: Int32Array | BigInt64Array = lists.valueOffsets;
  const offsets = Array.from(stored.subarray(0, count + 1), Number);
  for (let row = 0; row < count; row++) {
    if (offsets[row + 1] < offsets[row]) {
      throw corrupt("list offsets that run backwards").at({ row });
    }
  }
  if (offsets[0] < 0 || offsets[count] > values) {
    throw corrupt("list offsets outside of the values");
  }
  return offsets;
}

function listSizeOf({ type }: Data): number {
  return (type as FixedSizeList).listSize;
}

/**
 * Whether there is a null among some values of a column.
 *
 * @param values The column.
 * @param start The first of them.
 * @param end The first after them.
 * @returns Whether there is.
 */
export function anyNull(values: Data, start: number, end: number): boolean {
  for (let index = start; index < end; index++) if (!values.getValid(index)) return true;
  return false;
}
