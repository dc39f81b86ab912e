import type { Encoding } from "hyparquet";
import { formatBytes, RankMeError } from "../../errors.ts";
import {
  dateText,
  textOfBytes,
  textOfNumber,
  timestampText,
  type UnitsPerSecond,
} from "../row_keys.ts";
import type { Chunk } from "./chunks.ts";
import { corrupt, decoding, numberOf } from "./corrupt.ts";
import { HybridDecoder } from "./hybrid.ts";
import {
  byteStreamSplit,
  deltaBinaryUnpack,
  deltaByteArray,
  deltaLengthByteArray,
  readPlain,
} from "./hyparquet.ts";
import type { ScalarColumn } from "./schema.ts";
import { neededDictionary, unknownEncoding, type ValueCoding } from "./value_coding.ts";

/** Reads the texts of so many values, which are all that a page has. */
export type PageTexts = (count: number) => readonly (string | null)[];
/** A value as hyparquet reads it. */
type Raw = number | bigint | boolean | Uint8Array;
/** The text of a value; null where it is NaN. */
export type TextOf = (raw: Raw) => string | null;

/** A dictionary is read as a whole. */
const MAX_DICTIONARY_BYTES = 256 << 20;

/**
 * How to read what rows belong to.
 *
 * @param chunk The column chunk that it is in.
 * @param textOf Makes a text of a value.
 * @returns What reads its pages.
 */
export function keyCoding(
  { column: { element }, padding }: Chunk<ScalarColumn>,
  textOf: TextOf,
): ValueCoding<PageTexts, readonly (string | null)[]> {
  const { type, type_length: width } = element;
  return {
    mostBytes: () => Infinity,
    dictionary(values, length, bytes) {
      // The least that a value takes is the length of a text, or its one byte.
      if (values === undefined || !(values >= 0 && values <= length)) {
        throw corrupt(`a dictionary of ${numberOf(values)} values in ${length} bytes`);
      }
      if (length > MAX_DICTIONARY_BYTES) {
        throw new RankMeError("unsupported", `a dictionary of ${formatBytes(length)}`, {
          advice: "write it without dictionaries",
        });
      }
      return decoding(() => textsOf(plain(bytes(), values), textOf));
    },
    values: (bytes, encoding, dictionary) => (count) =>
      decoding(() => {
        switch (encoding) {
          case "PLAIN_DICTIONARY":
          case "RLE_DICTIONARY":
            return looked(bytes, neededDictionary(dictionary), { count, padding });
          default:
            return textsOf(decoded(bytes, encoding, count), textOf);
        }
      }),
  };

  function plain(bytes: Uint8Array, count: number): ArrayLike<Raw> {
    const reader = readerOf(bytes);
    const values = readPlain(reader, type!, count, width);
    const left = bytes.length - reader.offset;
    if (left !== 0 && left !== padding) throw corrupt(`${left} bytes after the last value`);
    return values as ArrayLike<Raw>;
  }

  function decoded(
    bytes: Uint8Array,
    encoding: Encoding | undefined,
    count: number,
  ): ArrayLike<Raw> {
    if (encoding === "PLAIN") return plain(bytes, count);
    if (count === 0) return [];
    if (encoding === "RLE" && type === "BOOLEAN") return booleans(bytes, count);
    const reader = readerOf(bytes);
    const isText = type === "BYTE_ARRAY";
    if (encoding === "DELTA_BINARY_PACKED" && (type === "INT32" || type === "INT64")) {
      const numbers = type === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
      deltaBinaryUnpack(reader, count, numbers);
      return numbers;
    }
    const texts: Uint8Array[] = [];
    if (encoding === "DELTA_LENGTH_BYTE_ARRAY" && isText) {
      deltaLengthByteArray(reader, count, texts);
    } else if (encoding === "DELTA_BYTE_ARRAY" && isText) deltaByteArray(reader, count, texts);
    else if (encoding === "BYTE_STREAM_SPLIT" && !isText && type !== "INT96") {
      return byteStreamSplit(reader, count, type!, width) as ArrayLike<Raw>;
    } else throw unknownEncoding(encoding);
    return texts;
  }
}

/** In memory of their own, beyond which hyparquet cannot read. */
function readerOf(bytes: Uint8Array): { view: DataView<ArrayBuffer>; offset: number } {
  // Of what node:zlib made, slice() would be a view.
  return { view: new DataView(new Uint8Array(bytes).buffer), offset: 0 };
}

function textsOf(values: ArrayLike<Raw>, textOf: TextOf): (string | null)[] {
  return Array.from(values, textOf);
}

/** A length of four bytes, then runs. */
function booleans(bytes: Uint8Array, count: number): boolean[] {
  const bits = new Uint8Array(count);
  new HybridDecoder(bytes.subarray(4), 1).read(bits, count);
  return Array.from(bits, (bit) => bit === 1);
}

/** How many bits an index has, then the indices. */
function looked(
  bytes: Uint8Array,
  dictionary: readonly (string | null)[],
  { count, padding }: { readonly count: number; readonly padding: number },
): (string | null)[] {
  // A page of nothing but nulls may leave out even this.
  const width = bytes.length > 0 ? bytes[0] : 0;
  if (width > 32) throw corrupt(`indices of ${width} bits`);
  const indices = new Uint32Array(count);
  const decoder = new HybridDecoder(bytes.subarray(1), width);
  decoder.read(indices, count);
  if (padding === 0) decoder.finish();
  return Array.from(indices, (index) => {
    if (index < dictionary.length) return dictionary[index];
    throw corrupt(`index ${index} of a dictionary of ${dictionary.length} values`);
  });
}

const PER_SECOND: { readonly [unit: string]: UnitsPerSecond } = {
  MILLIS: 1_000n,
  MICROS: 1_000_000n,
  NANOS: 1_000_000_000n,
};

/**
 * How values of a column become texts.
 *
 * @param column The column.
 * @param origin What messages call it.
 * @returns What makes a text of one, or nothing where they cannot say what rows belong to.
 */
export function keyTextOf({ element }: ScalarColumn, origin: string): TextOf | undefined {
  const { type, logical_type: logical, converted_type: converted } = element;
  const annotation = logical?.type ?? converted;
  switch (type) {
    case "BOOLEAN":
      return String;
    case "BYTE_ARRAY":
      return annotation && ["STRING", "UTF8", "ENUM"].includes(annotation)
        ? (raw) => textOfBytes(raw as Uint8Array)
        : undefined;
    case "FLOAT":
    case "DOUBLE":
      return (raw) => textOfNumber(raw as number, origin);
    case "FIXED_LEN_BYTE_ARRAY":
      return annotation === "FLOAT16" ? (raw) => textOfNumber(float16(raw), origin) : undefined;
    case "INT96":
      return (raw) => timestampText(nanosecondsOf(raw as bigint), 1_000_000_000n, false);
    case "INT32":
    case "INT64":
      return integerText(element);
  }
}

function integerText(
  { type, logical_type: logical, converted_type: converted }: Element,
): TextOf | undefined {
  const annotation = logical?.type ?? converted;
  if (annotation === "DATE") return (raw) => dateText(Number(raw));
  if (logical?.type === "TIMESTAMP") {
    return times(logical.unit, logical.isAdjustedToUTC);
  }
  if (converted === "TIMESTAMP_MILLIS" || converted === "TIMESTAMP_MICROS") {
    return times(converted.slice("TIMESTAMP_".length), true);
  }
  if (logical?.type === "INTEGER" ? !logical.isSigned : converted?.startsWith("UINT")) {
    const bits = type === "INT32" ? 32 : 64;
    return (raw) => String(BigInt.asUintN(bits, BigInt(raw as number | bigint)));
  }
  const isInteger = annotation === undefined || annotation === "NULL" ||
    annotation.startsWith("INT") && annotation !== "INTERVAL";
  return isInteger ? String : undefined;
}

type Element = ScalarColumn["element"];

function times(unit: string, isUtc: boolean): TextOf | undefined {
  const perSecond = PER_SECOND[unit];
  return perSecond && ((raw) => timestampText(BigInt(raw as number | bigint), perSecond, isUtc));
}

function float16(raw: Raw): number {
  const bytes = raw as Uint8Array;
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat16(0, true);
}

/** The day in the Julian calendar, then the nanoseconds in it. */
function nanosecondsOf(raw: bigint): bigint {
  const days = (raw >> 64n) - 2_440_588n;
  return days * 86_400_000_000_000n + BigInt.asUintN(64, raw);
}
