import { RankMeError } from "../../errors.ts";
import type { ChosenColumns } from "../columns.ts";
import { shown } from "./csv_header.ts";
import { decimalPoints, isDecimalComma } from "./decimal_comma.ts";
import { DecimalScanner, numberOf } from "./numbers.ts";
import type { RowBlocks } from "./row_blocks.ts";
import { almostVector, VectorScanner } from "./vectors.ts";
import { WideRow } from "./wide_row.ts";

/** Takes the embeddings out of rows of cells. */
export interface CsvCells {
  /** Takes a row; null where something of it is missing. */
  take(cells: readonly string[], line: number): void;
  /** Takes a row of a text without quotes, from `start` to `end`. */
  takeLine(text: string, start: number, end: number, line: number): void;
}

/** How a text is laid out. */
export interface CsvLayout {
  readonly delimiter: string;
  /** How many fields each row has. */
  readonly fields: number;
}

/**
 * Makes what takes the embeddings out of rows.
 *
 * @param chosen Which columns hold them.
 * @param layout How the text is laid out.
 * @param blocks Where they are collected.
 * @returns What takes them.
 */
export function csvCells(chosen: ChosenColumns, layout: CsvLayout, blocks: RowBlocks): CsvCells {
  switch (chosen.kind) {
    case "vectors":
      return new VectorCells(chosen.name, chosen.index, layout, blocks);
    case "several":
      return new WideCells(chosen.names, chosen.indices, layout, blocks);
    case "numbers":
      return new NumberCells(chosen.names, chosen.indices, layout, blocks);
  }
}

/**
 * The fields of a line without quotes.
 *
 * @param line The line.
 * @param delimiter What separates them; of spaces there may be several.
 * @returns The fields.
 */
export function splitLine(line: string, delimiter: string): string[] {
  return delimiter === " " ? line.trim().split(/ +/) : line.split(delimiter);
}

/**
 * Checks how many fields a row has.
 *
 * @param found How many it has.
 * @param fields How many it should have.
 * @throws {RankMeError} `corrupt`, when these differ.
 */
export function checkFields(found: number, fields: number): void {
  if (found === fields) return;
  throw new RankMeError("corrupt", `${found} fields where the first line has ${fields}`, {
    advice: "a field with a delimiter in it needs quotes, an array too",
  });
}

/** One column of arrays. */
class VectorCells implements CsvCells {
  readonly #name: string;
  readonly #index: number;
  readonly #layout: CsvLayout;
  readonly #blocks: RowBlocks;
  readonly #scanner = new VectorScanner();

  constructor(name: string, index: number, layout: CsvLayout, blocks: RowBlocks) {
    this.#name = name;
    this.#index = index;
    this.#layout = layout;
    this.#blocks = blocks;
  }

  take(cells: readonly string[], line: number): void {
    checkFields(cells.length, this.#layout.fields);
    const numbers = vectorIn(cells[this.#index], this.#scanner, this.#name);
    if (numbers) this.#blocks.add(numbers, line);
    else this.#blocks.addNull(line);
  }

  takeLine(text: string, start: number, end: number, line: number): void {
    this.take(splitLine(text.slice(start, end), this.#layout.delimiter), line);
  }
}

/** Several columns of arrays, side by side. */
class WideCells implements CsvCells {
  readonly #names: readonly string[];
  readonly #indices: readonly number[];
  readonly #layout: CsvLayout;
  readonly #row: WideRow;
  readonly #scanner = new VectorScanner();

  constructor(
    names: readonly string[],
    indices: readonly number[],
    layout: CsvLayout,
    blocks: RowBlocks,
  ) {
    this.#names = names;
    this.#indices = indices;
    this.#layout = layout;
    this.#row = new WideRow(names, blocks);
  }

  take(cells: readonly string[], line: number): void {
    checkFields(cells.length, this.#layout.fields);
    this.#row.begin();
    this.#indices.forEach((field, column) =>
      this.#row.add(vectorIn(cells[field], this.#scanner, this.#names[column]), line)
    );
  }

  takeLine(text: string, start: number, end: number, line: number): void {
    this.take(splitLine(text.slice(start, end), this.#layout.delimiter), line);
  }
}

/** The numbers of a cell, good until the next is read; nothing where it is null or has a null in it. */
function vectorIn(cell: string, scanner: VectorScanner, name: string): Float64Array | undefined {
  if (scanner.read(cell)) {
    return scanner.hasNull ? undefined : scanner.numbers.subarray(0, scanner.length);
  }
  // A vector that is missing is NaN where pandas was told to write so.
  const number = numberOf(cell);
  if (number !== null && !Number.isNaN(number)) throw notVector(cell, name);
}

function notVector(cell: string, name: string): RankMeError {
  const almost = almostVector(cell);
  return new RankMeError(
    "corrupt",
    `${almost?.what ?? shown(cell)} in column "${name}"`,
    { advice: almost?.advice ?? "an array of numbers is needed, such as [0.1, 0.2] or {0.1,0.2}" },
  );
}

const NO_DIMENSION = -1;
const SPACE = 0x20;

/** One column of numbers for each dimension. */
class NumberCells implements CsvCells {
  readonly #names: readonly string[];
  readonly #indices: readonly number[];
  readonly #layout: CsvLayout;
  readonly #blocks: RowBlocks;
  readonly #delimiterCode: number;
  /** Which dimension each field is, or none. */
  readonly #dimensions: Int32Array;
  readonly #row: Float64Array;
  readonly #decimals = new DecimalScanner();

  constructor(
    names: readonly string[],
    indices: readonly number[],
    layout: CsvLayout,
    blocks: RowBlocks,
  ) {
    this.#names = names;
    this.#indices = indices;
    this.#layout = layout;
    this.#blocks = blocks;
    this.#delimiterCode = layout.delimiter.charCodeAt(0);
    this.#dimensions = new Int32Array(layout.fields).fill(NO_DIMENSION);
    indices.forEach((field, dimension) => this.#dimensions[field] = dimension);
    this.#row = new Float64Array(indices.length);
  }

  take(cells: readonly string[], line: number): void {
    checkFields(cells.length, this.#layout.fields);
    let hasNull = false;
    this.#indices.forEach((field, dimension) => {
      if (this.#set(dimension, cells[field])) hasNull = true;
    });
    this.#add(hasNull, line);
  }

  takeLine(text: string, start: number, end: number, line: number): void {
    const delimiter = this.#delimiterCode, dimensions = this.#dimensions, row = this.#row;
    const decimals = this.#decimals;
    const isSpaced = delimiter === SPACE;
    let hasNull = false;
    let field = 0, at = start;
    while (isSpaced && text.charCodeAt(at) === SPACE) at++;
    for (;; field++) {
      const cell = at;
      const dimension = field < dimensions.length ? dimensions[field] : NO_DIMENSION;
      if (dimension === NO_DIMENSION) {
        at = cellEnd(text, at, end, delimiter);
      } else {
        decimals.at = at;
        row[dimension] = decimals.read(text);
        at = decimals.at;
        if (at === cell || (at !== end && text.charCodeAt(at) !== delimiter)) {
          at = cellEnd(text, cell, end, delimiter);
          if (this.#set(dimension, text.slice(cell, at))) hasNull = true;
        }
      }
      if (at === end) break;
      at++;
      while (isSpaced && text.charCodeAt(at) === SPACE) at++;
      if (isSpaced && at === end) break;
    }
    checkFields(field + 1, this.#layout.fields);
    this.#add(hasNull, line);
  }

  /** Sets a dimension of the row; whether the cell is null. */
  #set(dimension: number, cell: string): boolean {
    const number = numberOf(cell);
    if (number === undefined) {
      throw new RankMeError("corrupt", `${shown(cell)} in column "${this.#names[dimension]}"`, {
        advice: isDecimalComma(cell)
          ? decimalPoints(this.#layout.delimiter)
          : "a decimal number is needed, such as -0.25 or 1e-3",
      });
    }
    this.#row[dimension] = number ?? NaN;
    return number === null;
  }

  #add(hasNull: boolean, line: number): void {
    if (hasNull) this.#blocks.addNull(line);
    else this.#blocks.add(this.#row, line);
  }
}

function cellEnd(text: string, start: number, end: number, delimiter: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) !== delimiter) at++;
  return at;
}
