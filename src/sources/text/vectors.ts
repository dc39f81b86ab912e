import { parseJson } from "../../parse_json.ts";
import { shapeName } from "../axes.ts";
import { DecimalScanner, numberOf } from "./numbers.ts";

/** Numbers that a vector has room for at first. */
const FIRST_ROOM = 1024;
/** As much of a text is looked at to tell what it is. */
const BEGINNING = 4096;
const COMMA = 0x2c, SPACE = 0x20;
const OPENING = "[{", CLOSING = "]}";

/** Reads vectors out of text: `[0.1, 0.2]` as JSON and pgvector have them, `{0.1,0.2}` as Postgres. */
export class VectorScanner {
  /** The numbers of the last vector, and after them anything. */
  numbers = new Float64Array(FIRST_ROOM);
  /** How many numbers the last vector had. */
  length = 0;
  /** Whether one of them is missing. */
  hasNull = false;
  readonly #decimals = new DecimalScanner();

  /**
   * Reads a vector.
   *
   * @param cell All of a cell.
   * @returns Whether it is one.
   */
  read(cell: string): boolean {
    const text = cell.trim();
    const close = CLOSING[OPENING.indexOf(text[0])];
    const end = text.length - 1;
    this.length = 0;
    this.hasNull = false;
    if (end < 1 || text[end] !== close) return false;
    const decimals = this.#decimals;
    let at = pastSpace(text, 1);
    if (at === end) return true;
    for (;;) {
      decimals.at = at;
      let number = decimals.read(text);
      at = pastSpace(text, decimals.at);
      if (Number.isNaN(number)) {
        const comma = text.indexOf(",", at);
        const word = text.slice(at, at = comma < 0 ? end : comma);
        const other = /\w/.test(word) ? numberOf(word) : undefined;
        if (other === undefined) return false;
        this.hasNull ||= other === null;
        number = other ?? NaN;
      }
      this.#add(number);
      if (at === end) return true;
      if (text.charCodeAt(at) !== COMMA) return false;
      at = pastSpace(text, at + 1);
    }
  }

  #add(number: number): void {
    if (this.length === this.numbers.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[this.length++] = number;
  }
}

function pastSpace(text: string, at: number): number {
  // Tabs, newlines and carriage returns too.
  while (text.charCodeAt(at) <= SPACE) at++;
  return at;
}

/** Something that was meant to be a vector. */
export interface NoVector {
  /** What it is, as in `a NumPy array as it prints itself`. */
  readonly what: string;
  /** What would do, as a clause. */
  readonly advice: string;
}

/**
 * What a text is that is no vector, but was meant to be one.
 *
 * @param cell All of a cell.
 * @returns What it is, if anything is known of it.
 */
export function almostVector(cell: string): NoVector | undefined {
  const text = cell.trim();
  if (/^[[{]\s*[[{]/.test(text)) {
    const shape = nestedShape(text);
    return {
      what: `an array of ${shape ? `shape ${shape}` : "arrays"}`,
      advice: "one vector per row is needed: pool or flatten them first",
    };
  }
  // Between two numbers NumPy prints no comma; and it prints its scalars as np.float32(0.1).
  const beginning = text.slice(0, BEGINNING);
  if (/^(?:array\()?\[.*(?:\d\.?\s+[-\d]|\.\.\.|\bnp\.float)/s.test(beginning)) {
    return {
      what: "a NumPy array as it prints itself",
      advice: "that is rounded and may be cut short: write lists, as df['emb'] = " +
        "df['emb'].map(lambda v: np.asarray(v).tolist()) does",
    };
  }
}

/** Numbers that a text holds in a form that is not read. */
export interface NumbersInText extends NoVector {
  readonly numbers: number;
  /** Whether they are several vectors. */
  readonly areSeveral?: boolean;
}

/** Numbers with whatever is between them but letters, as programs print them: `(0.1, 0.2)`, `tensor([1.5 2])`. */
const PRINTED = /^(?:[A-Za-z.]{1,16}\()?[[({<]{0,2}\s*([-+.\d][-+.\deE\s,;|]*)[\])}>]{0,2}/;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const LEAST_PRINTED = 3;

/** Base64 of bytes that are as many as whole numbers of 4 have, and of at least four of them. */
const BASE64 = /^(?=.{22})(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** More text than base64 of any vector has; what is longer, as an image, the expression is not asked. */
const MOST_BASE64 = 1 << 21;
/** The magnitudes that numbers of an embedding have; random bytes hardly ever have them. */
const LEAST = 1e-12, MOST = 1e6;

/**
 * The numbers that a text holds in a form that is not read: base64 of their bytes, arrays in arrays, or
 * as programs print them.
 *
 * @param text The text.
 * @returns What it is, if it holds any.
 */
export function numbersInText(text: string): NumbersInText | undefined {
  const almost = almostVector(text);
  if (almost) {
    const areSeveral = /^[[{]\s*[[{]/.test(text.trimStart());
    return { ...almost, numbers: text.match(/\d+\.?\d*/g)?.length ?? 0, areSeveral };
  }
  return numbersPrinted(text) ?? numbersInBytes(text);
}

function numbersPrinted(text: string): NumbersInText | undefined {
  const [, inner] = PRINTED.exec(text.slice(0, BEGINNING)) ?? [];
  if (inner === undefined) return undefined;
  const words = inner.split(/[\s,;|]+/).filter((word) => word !== "");
  // The last may be cut off, where the text is longer than what is looked at.
  if (text.length > BEGINNING) words.pop();
  // Whole numbers between spaces and hyphens are as often a date or a telephone number.
  const areNumbers = words.length >= LEAST_PRINTED && words.every((word) => NUMBER.test(word)) &&
    words.some((word) => /[.eE]/.test(word));
  if (!areNumbers) return undefined;
  const what = `text of ${text.length > BEGINNING ? "many" : words.length} numbers`;
  return { what, advice: "write arrays, such as [0.1, 0.2]", numbers: words.length };
}

/** The bytes of base64, or of hexadecimal digits. */
function bytesIn(text: string): { readonly form: string; readonly bytes: Uint8Array } | undefined {
  if (text.length > MOST_BASE64) return undefined;
  const digits = text.replace(/^(?:0x|\\x)/, "");
  if (digits.length >= 32 && digits.length % 8 === 0 && /^[\da-f]+$/i.test(digits)) {
    const bytes = Uint8Array.from(
      { length: digits.length / 2 },
      (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16),
    );
    return { form: "hexadecimal", bytes };
  }
  if (!BASE64.test(text)) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return { form: "base64", bytes };
}

function numbersInBytes(text: string): NumbersInText | undefined {
  const { form, bytes } = bytesIn(text) ?? {};
  if (!bytes) return undefined;
  const decoded = form === "base64" ? "base64.b64decode(text)" : "bytes.fromhex(text)";
  for (const [name, code, size] of [["float32", "f4", 4], ["float64", "f8", 8]] as const) {
    if (bytes.length % size !== 0 || bytes.length < 2 * size) continue;
    const view = new DataView(bytes.buffer);
    const numbers = Array.from(
      { length: bytes.length / size },
      (_, i) => Math.abs(size === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true)),
    );
    if (!numbers.every((number) => number === 0 || number >= LEAST && number <= MOST)) continue;
    return {
      what: `${form} of ${numbers.length} ${name} numbers`,
      advice: `write arrays, as np.frombuffer(${decoded}, "<${code}").tolist() makes them`,
      numbers: numbers.length,
    };
  }
}

/** The shape of arrays in an array, where it is one that JSON can say. */
function nestedShape(text: string): string | undefined {
  try {
    return shapeOf(parseJson(text.replaceAll("{", "[").replaceAll("}", "]")));
  } catch {
    return undefined;
  }
}

/**
 * The shape of arrays in an array.
 *
 * @param array The array.
 * @returns For example `(8, 64)`, by its first elements.
 */
export function shapeOf(array: unknown): string {
  const shape: number[] = [];
  for (let inner = array; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  return shapeName(shape);
}
