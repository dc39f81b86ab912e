import type { Data, Dictionary, Timestamp, Vector } from "apache-arrow";
import { DateUnit, TimeUnit, Type } from "apache-arrow/enum";
import { DataType } from "apache-arrow/type";
import { RankMeError } from "../../errors.ts";
import {
  dateText,
  noKeys,
  textOfBytes,
  textOfNumber,
  timestampText,
  type UnitsPerSecond,
} from "../row_keys.ts";
import type { ArrowColumn } from "./arrow_columns.ts";
import { corrupt } from "./corrupt.ts";
import { floats, type FoundColumn, offsetsOf } from "./values.ts";

/** Types whose values say what rows belong to; so do dictionaries of them. */
const KEY_TYPES: readonly Type[] = [
  Type.Utf8,
  Type.LargeUtf8,
  Type.Utf8View,
  Type.Int,
  Type.Bool,
  Type.Date,
  Type.Timestamp,
  Type.Float,
  // Has nothing but nulls, which are refused where they are.
  Type.Null,
];

const PER_SECOND: { readonly [unit: number]: UnitsPerSecond | undefined } = {
  [TimeUnit.SECOND]: 1n,
  [TimeUnit.MILLISECOND]: 1_000n,
  [TimeUnit.MICROSECOND]: 1_000_000n,
  [TimeUnit.NANOSECOND]: 1_000_000_000n,
};
const DAY_MILLISECONDS = 86_400_000;

/**
 * Refuses a column that cannot say what rows belong to.
 *
 * @param column The column.
 * @throws {RankMeError} `column`, when it is of a type that cannot.
 */
export function checkKeyType({ name, field, type }: ArrowColumn): void {
  const inner: DataType = DataType.isDictionary(field.type) ? field.type.dictionary : field.type;
  if (!KEY_TYPES.includes(inner.typeId)) throw noKeys(`column "${name}"`, type);
}

/**
 * What rows belong to, as text.
 *
 * @param found The column.
 * @param rows How many rows there are.
 * @param origin What messages call the column.
 * @returns For each row its text, or null.
 * @throws {RankMeError} `column`, with the row, when a value cannot say it; `corrupt`.
 */
export function keyTexts(found: FoundColumn, rows: number, origin: string): (string | null)[] {
  const textAt = nullableTexts(found, rows, origin);
  return Array.from({ length: rows }, (_, row) => {
    try {
      return textAt(row);
    } catch (error) {
      throw error instanceof RankMeError ? error.at({ row }) : error;
    }
  });
}

/** Reads the value of a row. */
type TextAt = (row: number) => string | null;

function nullableTexts({ column, nullable }: FoundColumn, rows: number, origin: string): TextAt {
  const withNulls = nullable.filter(({ nullCount }) => nullCount > 0);
  const textAt = textsOf(column, rows, origin);
  if (withNulls.length === 0) return textAt;
  return (row) => withNulls.some((data) => !data.getValid(row)) ? null : textAt(row);
}

function textsOf(column: Data, rows: number, origin: string): TextAt {
  const { type } = column;
  if (DataType.isDictionary(type)) return entriesAt(column, rows, origin);
  if (type.typeId === Type.Null) return () => null;
  if (DataType.isUtf8View(type)) return viewedTexts(column, rows);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) {
    const offsets = offsetsOf(column, rows, bytesIn(column));
    return (row) => utf8(column.values, offsets[row], offsets[row + 1]);
  }
  if (DataType.isBool(type)) return booleans(column, rows);
  if (DataType.isFloat(type)) {
    const numbers = floats(column, rows);
    return (row) => textOfNumber(numbers[row], origin);
  }
  const { values } = column;
  if (!(values?.length >= rows)) throw corrupt("a column shorter than its rows");
  const valueAt = (row: number): number | bigint => values[row];
  if (DataType.isTimestamp(type)) {
    const { unit, timezone } = type as Timestamp;
    const perSecond = PER_SECOND[unit], isUtc = Boolean(timezone);
    if (perSecond === undefined) throw corrupt(`times in unit ${unit}`);
    return remembering(valueAt, (units) => timestampText(BigInt(units), perSecond, isUtc));
  }
  if (DataType.isDate(type)) {
    const perDay = type.unit === DateUnit.DAY ? 1 : DAY_MILLISECONDS;
    return remembering(valueAt, (units) => dateText(Math.floor(Number(units) / perDay)));
  }
  return (row) => String(values[row]);
}

/** Days and times come again and again, and putting one into words takes a while. */
function remembering<T>(valueAt: (row: number) => T, textOf: (value: T) => string): TextAt {
  let last: T | undefined, text = "";
  return (row) => {
    const value = valueAt(row);
    if (value !== last) {
      text = textOf(value);
      last = value;
    }
    return text;
  };
}

function booleans({ values, offset }: Data, rows: number): TextAt {
  if (!(values?.length * 8 >= offset + rows)) throw corrupt("a column shorter than its rows");
  return (row) => String((values[(offset + row) >> 3] >> ((offset + row) & 7)) % 2 === 1);
}

function bytesIn({ values }: Data): number {
  return values?.length ?? 0;
}

/** A view has 16 bytes: a length, and the text itself or which buffer it is in, and where. */
const VIEW_BYTES = 16, INLINE_BYTES = 12;

function viewedTexts({ values, variadicBuffers }: Data, rows: number): TextAt {
  if (!(values?.length >= rows * VIEW_BYTES)) throw corrupt("a column shorter than its rows");
  const views: Uint8Array = values;
  const numbers = new DataView(views.buffer, views.byteOffset, views.byteLength);
  return (row) => {
    const at = row * VIEW_BYTES;
    const length = numbers.getInt32(at, true);
    if (length >= 0 && length <= INLINE_BYTES) return utf8(views, at + 4, at + 4 + length);
    const buffer = variadicBuffers[numbers.getInt32(at + 8, true)];
    const start = numbers.getInt32(at + 12, true);
    if (!(length >= 0 && start >= 0 && start + length <= buffer?.length)) {
      throw corrupt(`a text of ${length} bytes outside of its buffer`);
    }
    return utf8(buffer, start, start + length);
  };
}

function utf8(bytes: Uint8Array, start: number, end: number): string {
  try {
    return textOfBytes(bytes, start, end);
  } catch (error) {
    throw corrupt("text that is not UTF-8", error);
  }
}

/** Each row is an index into a dictionary. */
function entriesAt(column: Data, rows: number, origin: string): TextAt {
  const entries = entriesOf(column.dictionary!, origin);
  const indices: ArrayLike<number | bigint> = column.values;
  if (!(indices?.length >= rows)) throw corrupt("a column shorter than its rows");
  return (row) => {
    const text = entries[Number(indices[row])];
    if (text !== undefined) return text;
    throw corrupt(`index ${indices[row]} into a dictionary of ${entries.length} values`);
  };
}

/** The texts of a dictionary, which stays the same for many record batches. */
const ENTRIES = new WeakMap<Vector, readonly (string | null)[]>();

function entriesOf(
  dictionary: Vector<Dictionary["dictionary"]>,
  origin: string,
): readonly (string | null)[] {
  const known = ENTRIES.get(dictionary);
  if (known) return known;
  // One that has not come has a part without values.
  const entries = dictionary.data
    .filter(({ length }) => length > 0)
    .flatMap((part: Data) => {
      const textAt = nullableTexts({ column: part, nullable: [part] }, part.length, origin);
      return Array.from({ length: part.length }, (_, index) => textAt(index));
    });
  ENTRIES.set(dictionary, entries);
  return entries;
}
