import { RankMeError } from "../errors.ts";
import type { RowBlock } from "./row_block.ts";

/** What some rows belong to, as one column says it. */
export interface KeyTexts {
  /** The column's name. */
  readonly name: string;
  /** What messages call it, as in `column "class"`. */
  readonly origin: string;
  /** For each row its text, or null where there is none. */
  readonly texts: readonly (string | null)[];
}

/** What a column of keys has to be, for messages. */
export const KEYS_NEEDED = "what rows belong to is text, a whole number, a boolean or a date";

/**
 * Says of rows what they belong to. A row of which a column does not say it is null.
 *
 * @param block The rows.
 * @param keys For each column as many texts as there are rows.
 * @returns The same rows with their keys.
 */
export function withKeys<T extends RowBlock>(block: T, keys: readonly KeyTexts[]): T {
  if (keys.length === 0) return block;
  const named = {
    ...block,
    keys: Object.fromEntries(
      keys.map(({ name, texts }) => [name, texts.map((text) => text ?? "")]),
    ),
  };
  const nulls = new Set(block.nullRows);
  const before = nulls.size;
  for (const { texts } of keys) {
    for (let row = texts.indexOf(null); row >= 0; row = texts.indexOf(null, row + 1)) {
      nulls.add(row);
    }
  }
  if (nulls.size === before) return named;
  return {
    ...named,
    nullRows: [...nulls].sort((a, b) => a - b),
    nullIn: (row) => keys.find(({ texts }) => texts[row] === null)?.origin ?? block.nullIn?.(row),
  };
}

/**
 * The text of a number that says what a row belongs to. Whole numbers beside missing ones are floats
 * in pandas, and missing ones NaN.
 *
 * @param value The number.
 * @param origin What messages call the column.
 * @returns Its digits, or null where it is NaN.
 * @throws {RankMeError} `column`, when it is no whole number, or one of which digits may be lost.
 */
export function textOfNumber(value: number, origin: string): string | null {
  if (Number.isSafeInteger(value)) return String(value);
  if (Number.isNaN(value)) return null;
  throw new RankMeError("column", `${value} in ${origin}`, {
    advice: Number.isInteger(value)
      ? "such large numbers are rounded: write them as text"
      : `${KEYS_NEEDED}: round it, or write it as text`,
  });
}

/**
 * The error for a column that cannot say what rows belong to.
 *
 * @param origin What messages call it.
 * @param type What messages call its type.
 * @returns The error.
 */
export function noKeys(origin: string, type: string): RankMeError {
  return new RankMeError("column", `${origin} is ${type}`, { advice: KEYS_NEEDED });
}

/**
 * The error for keys of values that are several rows each.
 *
 * @param key What messages call the column of keys.
 * @param origin What they call the values.
 * @returns The error.
 */
export function sharedKeys(key: string, origin: string): RankMeError {
  return new RankMeError("unsupported", `${key} says one thing of several rows of ${origin}`, {
    advice: "pool them to one row, or pass --axes flat",
  });
}

/**
 * A day as text.
 *
 * @param days Days since 1970.
 * @returns For example `2026-11-25`.
 */
export function dateText(days: number): string {
  return isoText(days * 86_400_000).replace(/T.*/, "");
}

/** How many of each unit make a second. */
export type UnitsPerSecond = 1n | 1_000n | 1_000_000n | 1_000_000_000n;

/**
 * A point in time as text.
 *
 * @param units Units since 1970.
 * @param perSecond How many make a second.
 * @param isUtc Whether the time is known to be that of Greenwich.
 * @returns For example `2026-11-25T12:30:00.5Z`, with as many digits as it takes.
 */
export function timestampText(units: bigint, perSecond: UnitsPerSecond, isUtc: boolean): string {
  const fraction = ((units % perSecond) + perSecond) % perSecond;
  const seconds = (units - fraction) / perSecond;
  const whole = isoText(Number(seconds) * 1000).slice(0, -".000Z".length);
  const digits = String(perSecond + fraction).slice(1).replace(/0+$/, "");
  return whole + (digits && `.${digits}`) + (isUtc ? "Z" : "");
}

function isoText(milliseconds: number): string {
  const date = new Date(milliseconds);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new RankMeError("column", "a date that no calendar has", {
    advice: "was it written in another unit?",
  });
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Text of no more bytes is put together here: calling the decoder takes longer. */
const SHORT_BYTES = 32;

/**
 * Bytes as text.
 *
 * @param bytes All of them, or more.
 * @param start Where the text begins.
 * @param end Where it ends.
 * @returns The text.
 * @throws {TypeError} When it is not UTF-8.
 */
export function textOfBytes(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const text = bytes.subarray(start, end);
  if (text.length > SHORT_BYTES || !isAscii(bytes, start, end)) return decoder.decode(text);
  // Spread, they would take five times as long.
  return String.fromCharCode.apply(null, text as unknown as number[]);
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] >= 0x80) return false;
  return true;
}
