/** Below it, every sum of digits is exact in float64. */
const EXACT = 2 ** 53;
/** The powers of ten that float64 holds exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

const PLUS = 0x2b, MINUS = 0x2d, POINT = 0x2e, ZERO = 0x30, NINE = 0x39, UPPER_E = 0x45;
const LOWER_E = 0x65;

/** Reads decimal numbers out of text, each where the last one ended. */
export class DecimalScanner {
  /** Where the next number begins; once it was read, where it ended. */
  at = 0;

  /**
   * Reads a number: digits with a point or without, perhaps a sign and an exponent, and nothing else.
   * A significand below 2⁵³ times or over an exact power of ten is rounded once, and so right (Clinger,
   * "How to read floating point numbers accurately", 1990); any other is left to the engine.
   *
   * @param text The text.
   * @returns The nearest float64, or NaN where there is no number, and nothing was read.
   */
  read(text: string): number {
    const start = this.at;
    let at = start;
    let code = text.charCodeAt(at);
    const isNegative = code === MINUS;
    if (isNegative || code === PLUS) code = text.charCodeAt(++at);
    let significand = 0, digits = at, scale = 0;
    for (; code >= ZERO && code <= NINE; code = text.charCodeAt(++at)) {
      significand = significand * 10 + (code - ZERO);
    }
    digits = at - digits;
    if (code === POINT) {
      const point = at;
      code = text.charCodeAt(++at);
      for (; code >= ZERO && code <= NINE; code = text.charCodeAt(++at)) {
        significand = significand * 10 + (code - ZERO);
      }
      scale = point + 1 - at;
      digits -= scale;
    }
    if (digits === 0) return NaN;
    if (code === LOWER_E || code === UPPER_E) {
      code = text.charCodeAt(++at);
      const isSmall = code === MINUS;
      if (isSmall || code === PLUS) code = text.charCodeAt(++at);
      const from = at;
      let exponent = 0;
      for (; code >= ZERO && code <= NINE; code = text.charCodeAt(++at)) {
        exponent = exponent * 10 + (code - ZERO);
      }
      if (at === from) return NaN;
      scale += isSmall ? -exponent : exponent;
    }
    this.at = at;
    if (significand >= EXACT || scale < -22 || scale > 22) return Number(text.slice(start, at));
    const value = scale < 0
      ? significand / POWERS_OF_TEN[-scale]
      : significand * POWERS_OF_TEN[scale];
    return isNegative ? -value : value;
  }
}

/** What stands for a value that is missing: in pandas, polars, SQL, R, and Postgres' COPY. */
const NULLS: ReadonlySet<string> = new Set(["", "NULL", "null", "None", "\\N", "NA"]);
const NON_FINITE = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i;

const decimals = new DecimalScanner();

/**
 * What a text says, if it is a number.
 *
 * @param text All of a cell.
 * @returns The number, NaN and infinities included; null where it is missing; nothing where the text
 * is anything else.
 */
export function numberOf(text: string): number | null | undefined {
  const trimmed = text.trim();
  decimals.at = 0;
  const number = decimals.read(trimmed);
  if (!Number.isNaN(number)) return decimals.at === trimmed.length ? number : undefined;
  if (NULLS.has(trimmed)) return null;
  const [found, sign, nan] = NON_FINITE.exec(trimmed) ?? [];
  if (found === undefined) return undefined;
  return nan ? NaN : sign === "-" ? -Infinity : Infinity;
}
