import { RankMeError } from "../../errors.ts";
import { patternsOf } from "../column_names.ts";
import { isDecimalComma } from "./decimal_comma.ts";
import { numberOf } from "./numbers.ts";
import { VectorScanner } from "./vectors.ts";

/** What separates the fields of a text where it has none: no text has this character. */
export const NO_DELIMITER = "\0";
/** In this order: a comma may stand in a field between tabs, a space in one between any others. */
const DELIMITERS = ["\t", ",", ";", "|", " "];

const vectors = new VectorScanner();

/** What a cell of a first row says of whether it is one of names. */
type CellKind = "vector" | "number" | "null" | "empty" | "text";

/**
 * What separates the fields of a line, quotes and brackets aside.
 *
 * @param line The first line.
 * @returns One character.
 */
export function delimiterOf(line: string): string {
  const found = new Set<string>();
  let isQuoted = false, depth = 0;
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if ("[{".includes(character)) depth++;
    else if ("]}".includes(character)) depth--;
    else if (depth <= 0) found.add(character);
  }
  const first = DELIMITERS.find((delimiter) => found.has(delimiter)) ?? NO_DELIMITER;
  if (first !== ",") return first;
  // Between other characters the commas may be those of decimals.
  const isOther = (delimiter: string) =>
    delimiter !== "," && found.has(delimiter) &&
    line.trim().split(delimiter).every((cell) => isDecimalComma(cell) || isWhole(cell));
  return DELIMITERS.find(isOther) ?? first;
}

function isWhole(cell: string): boolean {
  return /^\s*[+-]?\d*\s*$/.test(cell);
}

/** Where a text names its columns: in its first row, in a comment before it, or nowhere. */
export type HeaderPlace = "row" | "comment" | "none";

/**
 * Finds out where a text names its columns. A comment of as many fields as the first row counts: of
 * what `np.savetxt(header="id,x,y")` writes, the identifier would pass for a dimension.
 *
 * @param cells The first row.
 * @param comment The fields of the last comment before it, if there is one.
 * @param asked Whether the first row does, if the user says so.
 * @param delimiter What separates its fields.
 * @returns Where.
 * @throws {RankMeError} `column`, when it cannot be told.
 */
export function headerPlace(
  cells: readonly string[],
  comment: readonly string[] | undefined,
  asked: boolean | undefined,
  delimiter?: string,
): HeaderPlace {
  if (asked !== undefined) return asked ? "row" : "none";
  const looks = looksLike(cells);
  if (looks === "names") return "row";
  if (comment && comment.length > 1 && comment.length === cells.length) {
    if (looksLike(comment) === "names") return "comment";
    throw ambiguous(comment, "a line with a # before the first row could be a row");
  }
  if (looks === "values") return "none";
  if (delimiter === " " && isWordAndVector(cells)) throw wordVectors(cells);
  throw ambiguous(cells);
}

function looksLike(cells: readonly string[]): "names" | "values" | "both" {
  if (isCounting(cells)) return "names";
  const kinds = new Set(cells.map(kindOf));
  if (kinds.has("vector")) return "values";
  if (!kinds.has("number") && !kinds.has("null")) return "names";
  // As pandas names its index, the numbers after it may be the names of some columns of an array.
  if (kinds.size === 2 && kinds.has("empty") && kindOf(cells[0]) === "empty") return "both";
  return kinds.has("text") ? "both" : "values";
}

/**
 * Whether a first row of values could still be names: those of some columns of an array, as
 * `df[[0, 2, 5]].to_csv(index=False)` writes them.
 *
 * @param cells The first row.
 * @returns Whether its cells are whole numbers, each greater than the one before.
 */
export function couldBeNames(cells: readonly string[]): boolean {
  return cells.length > 1 &&
    cells.every((cell, i) =>
      /^\d+$/.test(cell) && (i === 0 || Number(cell) > Number(cells[i - 1]))
    );
}

/**
 * Refuses a first row that could be names, where the one after it is of fractions.
 *
 * @param first The first row.
 * @param second The second.
 * @throws {RankMeError} `column`, when it cannot be told.
 */
export function checkNoNames(first: readonly string[], second: readonly string[]): void {
  if (couldBeNames(first) && second.some(isFraction)) {
    throw ambiguous(first);
  }
}

/** As many numbers that count are names before a row of fractions mostly, and before any numbers. */
const ENOUGH_BEFORE_FRACTIONS = 4, ENOUGH = 16;

/**
 * Refuses names that count, as pandas gives them, where they could be the first of the rows: where these
 * are of whole numbers, too, or of so few that they count by chance.
 *
 * @param header The first row, taken for names.
 * @param row The row after it.
 * @throws {RankMeError} `column`, when it cannot be told.
 */
export function checkCountingNames(header: readonly string[], row: readonly string[]): void {
  if (!isCounting(header)) return;
  const isIndexed = header[0].trim() === "";
  // Under the empty name of an index are no fractions; where it is a missing number, there may be.
  if (isIndexed && !isFraction(row[0] ?? "")) return;
  const kinds = new Set(row.map(kindOf));
  if (kinds.has("text") || kinds.has("vector") || row.some(keepsZeros)) return;
  const areFractions = 2 * row.filter(isFraction).length >= row.length;
  const goesOn = row.every((cell, i) => Number(cell) === header.length + i);
  const enough = areFractions ? ENOUGH_BEFORE_FRACTIONS : ENOUGH;
  if (header.length < enough || goesOn) throw ambiguous(header);
}

/** Whether a number has a zero after its point: who writes `1.0` writes no `0` and `1` in its column. */
function keepsZeros(cell: string): boolean {
  return /\.(\d*0)?\s*$/.test(cell);
}

/** Whether a number is written as floats are, be it whole. */
function isFraction(cell: string): boolean {
  return /\.\d|\d\.|\de/i.test(cell);
}

/** A type as ClickHouse writes it, such as `Array(Nullable(Float32))`. */
const TYPE =
  /^(U?Int\d+|Float\d+|BFloat16|String|Bool|UUID|IPv[46]|Date(Time)?(32|64)?|JSON|(FixedString|Array|Nullable|LowCardinality|Map|Tuple|Nested|Variant|Decimal\d*|Enum\d*|DateTime(64)?|JSON)\(.*\))$/s;

/**
 * Whether a row under the names says of what types the columns are, as in ClickHouse's
 * `TabSeparatedWithNamesAndTypes`.
 *
 * @param cells The row.
 * @returns Whether each of its cells is a type: no row of embeddings is.
 */
export function areTypes(cells: readonly string[]): boolean {
  return cells.every((cell) => TYPE.test(cell.trim()));
}

/** 0, 1, … as pandas names the columns of an array, perhaps after the empty name of its index. */
function isCounting(cells: readonly string[]): boolean {
  const isIndexed = cells[0].trim() === "";
  const names = isIndexed ? cells.slice(1) : cells;
  return names.length >= (isIndexed ? 1 : 2) && names.every((name, i) => name.trim() === `${i}`);
}

function kindOf(cell: string): CellKind {
  if (cell.trim() === "") return "empty";
  const number = numberOf(cell);
  if (number !== undefined) return number === null ? "null" : "number";
  if (isDecimalComma(cell)) return "number";
  return vectors.read(cell) ? "vector" : "text";
}

/** A word, then fractions, as GloVe writes its vectors. */
function isWordAndVector([first, ...others]: readonly string[]): boolean {
  return kindOf(first) === "text" && others.length > 1 &&
    others.every((cell) => kindOf(cell) === "number") &&
    others.some((cell) => cell.includes("."));
}

/** Words may have quotes and spaces in them, so that no flag reads such a file. */
function wordVectors(cells: readonly string[]): RankMeError {
  return new RankMeError("column", `a word stands before the numbers: ${shownCells(cells)}`, {
    advice: "take the words away: cut -d ' ' -f 2- FILE | rankme --no-header",
  });
}

function ambiguous(
  cells: readonly string[],
  what = "the first row could be names or numbers",
): RankMeError {
  const ifNot = cells.some((cell) => kindOf(cell) === "text")
    ? `; if it does not, ${besideText(cells)}`
    : ", --no-header if it does not";
  return new RankMeError("column", `${what}: ${shownCells(cells)}`, {
    advice: `pass --header if it names the columns${ifNot}`,
  });
}

/** As many columns are named one by one. */
const MOST_NAMED = 12;

/**
 * What reads a text without a header whose rows have text beside the numbers, which none is without naming
 * its dimensions. Of whole numbers nobody knows whether they are one or an identifier.
 */
function besideText(cells: readonly string[]): string {
  const columns = cells.map((cell, index) => ({ name: `${index}`, cell }));
  const numbers = columns.filter(({ cell }) => typeof numberOf(cell) === "number");
  const names = !numbers.every(({ cell }) => isFraction(cell))
    ? undefined
    : numbers.length <= MOST_NAMED
    ? numbers.map(({ name }) => name).join(",")
    : patternsOf({ prefix: "", columns: numbers }, columns);
  return names === undefined
    ? "pass --no-header, and name the dimensions with --columns, from 0"
    : `and its numbers are the dimensions, pass --no-header --columns ${names}`;
}

/** Cells that a message shows, and characters of each. */
const SHOWN_CELLS = 6, SHOWN_CHARACTERS = 24;

/**
 * A text as messages show it.
 *
 * @param text Any text.
 * @returns It, or its beginning, in quotes.
 */
export function shown(text: string): string {
  const isLong = text.length > SHOWN_CHARACTERS;
  return JSON.stringify(isLong ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
}

function shownCells(cells: readonly string[]): string {
  return cells.slice(0, SHOWN_CELLS).map(shown).join(", ") +
    (cells.length > SHOWN_CELLS ? ", …" : "");
}
