import { RankMeError } from "../../errors.ts";
import { shapeName } from "../axes.ts";
import { type ExactReader, truncated } from "../bytes/exact_reads.ts";
import {
  dateText,
  KEYS_NEEDED,
  textOfBytes,
  textOfNumber,
  timestampText,
  type UnitsPerSecond,
} from "../row_keys.ts";
import { corruptData } from "../corrupt.ts";

/** Texts are made of so many values at a time. */
const BLOCK_VALUES = 1 << 14;

/** An array that says what rows belong to. */
export interface KeyArray {
  /** What messages call it, as in `array "labels"`. */
  readonly origin: string;
  /** Its shape. */
  readonly shape: readonly number[];
  /** The type of its values as NumPy writes it, as in `<i8`; nothing where that has no name. */
  readonly descr?: string;
  /** What messages call that type. Default: as NumPy writes it. */
  readonly type?: string;
}

/** How the values of an array become texts. */
export interface KeyValues {
  /** The bytes of each. */
  readonly size: number;
  /** How many there are. */
  readonly count: number;
  /** The text of the value that begins somewhere; null where it is none. */
  readonly textAt: (bytes: DataView, at: number) => string | null;
}

/**
 * Finds out how to read what rows belong to.
 *
 * @param array The array.
 * @returns How to.
 * @throws {RankMeError} `dimension`, when it has not one axis; `column`, when its values cannot say it.
 */
export function keyValues({ origin, shape, descr = "", type }: KeyArray): KeyValues {
  if (shape.length !== 1) {
    throw new RankMeError("dimension", `${origin} has shape ${shapeName(shape)}`, {
      advice: "what rows belong to has one axis: (rows,)",
    });
  }
  const [order, kind] = descr;
  const [, digits, unit] = /^..(\d+)(.*)$/.exec(descr) ?? [];
  const size = Number(digits) * (kind === "U" ? 4 : 1);
  const textAt = textReader(kind, size, order !== ">", unit, origin);
  if (!textAt || !Number.isSafeInteger(shape[0] * size)) {
    const called = type ??
      (descr ? `of the data type ${JSON.stringify(descr)}` : "of several fields");
    throw new RankMeError("column", `${origin} is ${called}`, {
      advice: kind === "O" ? "save it as text: np.asarray(labels, dtype=str)" : KEYS_NEEDED,
    });
  }
  return { size, count: shape[0], textAt };
}

function textReader(
  kind: string,
  size: number,
  isLittle: boolean,
  unit: string,
  origin: string,
): KeyValues["textAt"] | undefined {
  switch (kind) {
    case "b":
      return (bytes, at) => String(bytes.getUint8(at) !== 0);
    case "i":
    case "u":
      return integers(kind === "i", size, isLittle);
    case "f":
      return floats(size, isLittle, origin);
    case "U":
      return (bytes, at) => textOfCodes(bytes, at, at + size, isLittle, origin);
    case "S":
      return (bytes, at) => textOfField(bytes, at, at + size, origin);
    case "M":
      return size === 8 ? dates(unit, isLittle) : undefined;
  }
}

function integers(
  isSigned: boolean,
  size: number,
  little: boolean,
): KeyValues["textAt"] | undefined {
  switch (size) {
    case 1:
      return (bytes, at) => String(isSigned ? bytes.getInt8(at) : bytes.getUint8(at));
    case 2:
      return (bytes, at) =>
        String(isSigned ? bytes.getInt16(at, little) : bytes.getUint16(at, little));
    case 4:
      return (bytes, at) =>
        String(isSigned ? bytes.getInt32(at, little) : bytes.getUint32(at, little));
    case 8:
      return (bytes, at) =>
        String(isSigned ? bytes.getBigInt64(at, little) : bytes.getBigUint64(at, little));
  }
}

function floats(size: number, little: boolean, origin: string): KeyValues["textAt"] | undefined {
  switch (size) {
    case 2:
      return (bytes, at) => textOfNumber(bytes.getFloat16(at, little), origin);
    case 4:
      return (bytes, at) => textOfNumber(bytes.getFloat32(at, little), origin);
    case 8:
      return (bytes, at) => textOfNumber(bytes.getFloat64(at, little), origin);
  }
}

/** Code points of four bytes each, filled up with zeros. */
function textOfCodes(
  bytes: DataView,
  start: number,
  end: number,
  isLittle: boolean,
  origin: string,
): string {
  const codes: number[] = [];
  for (let at = start; at < end; at += 4) codes.push(bytes.getUint32(at, isLittle));
  const length = codes.findLastIndex((code) => code !== 0) + 1;
  try {
    return String.fromCodePoint(...codes.slice(0, length));
  } catch (error) {
    throw corruptData(".npy data", `characters that there are not in ${origin}`, error);
  }
}

/** Bytes, filled up with zeros. */
function textOfField(bytes: DataView, start: number, end: number, origin: string): string {
  const field = new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
  const length = field.findLastIndex((byte) => byte !== 0) + 1;
  try {
    return textOfBytes(field, 0, length);
  } catch (cause) {
    throw new RankMeError("column", `bytes in ${origin} that are not UTF-8`, {
      advice: "save it as text: np.asarray(labels, dtype=str)",
      cause,
    });
  }
}

/** NumPy's NaT. */
const NOT_A_TIME = -(2n ** 63n);
const UNITS: ReadonlyMap<string, UnitsPerSecond> = new Map([
  ["[s]", 1n],
  ["[ms]", 1_000n],
  ["[us]", 1_000_000n],
  ["[ns]", 1_000_000_000n],
]);

function dates(unit: string, little: boolean): KeyValues["textAt"] | undefined {
  const perSecond = UNITS.get(unit);
  if (perSecond === undefined && unit !== "[D]") return undefined;
  return (bytes, at) => {
    const value = bytes.getBigInt64(at, little);
    if (value === NOT_A_TIME) return null;
    return perSecond === undefined
      ? dateText(Number(value))
      : timestampText(value, perSecond, false);
  };
}

/**
 * Reads what rows belong to.
 *
 * @param values How to.
 * @param origin What messages call the array.
 * @returns Its texts, some at a time.
 * @throws {RankMeError} `truncated`; `column`, with the row.
 */
export function* keyTextsOf(
  { size, count, textAt }: KeyValues,
  origin: string,
): ExactReader<(string | null)[]> {
  for (let first = 0; first < count; first += BLOCK_VALUES) {
    const values = Math.min(BLOCK_VALUES, count - first);
    const bytes = yield values * size;
    if (bytes.length < values * size) {
      throw truncated(`inside ${origin}`, (count - first) * size - bytes.length);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    yield Array.from({ length: values }, (_, i) => {
      try {
        return textAt(view, i * size);
      } catch (error) {
        throw error instanceof RankMeError ? error.at({ row: first + i }) : error;
      }
    });
  }
}
