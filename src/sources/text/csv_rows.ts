import { RankMeError } from "../../errors.ts";
import { checkColumnCount } from "../column.ts";
import { checkChoice, type ChosenColumns, originOf } from "../columns.ts";
import type { RowOptions } from "../format_reader.ts";
import type { RowBlock } from "../row_block.ts";
import { ChoiceByRows } from "./choice_by_rows.ts";
import { checkFields, type CsvCells, csvCells, splitLine } from "./csv_cells.ts";
import { CsvColumns } from "./csv_columns.ts";
import {
  areTypes,
  checkCountingNames,
  checkNoNames,
  couldBeNames,
  delimiterOf,
  headerPlace,
} from "./csv_header.ts";
import { CsvKeyCells } from "./csv_key_cells.ts";
import { readRecords } from "./csv_records.ts";
import { RowBlocks } from "./row_blocks.ts";
import { newlinesIn, type TextReader } from "./text_feeder.ts";

/** How to read rows of a CSV text. */
export interface CsvOptions extends RowOptions {
  /** What separates the fields. Default: as the first line looks. */
  readonly delimiter?: string;
}

/** One character that cannot be part of a value or of quotes. */
const DELIMITER = /^[^\w"'#.+\-[\]{}\r\n\0\\]$/;

/** What Excel wants to be told before the first row, as in `sep=;`. */
const SEPARATOR = /^"?sep=([,;|\t ])"?\r?$/i;

interface TextRow {
  readonly cells: readonly string[];
  readonly line: number;
  /** Whether it is the last, and has no newline. */
  readonly isCut: boolean;
}

/** Takes the rows out of a CSV text. */
export class CsvRows implements TextReader {
  line = 1;
  readonly #options: CsvOptions;
  #delimiter: string | undefined;
  /** What the first line says that it is. */
  #told: string | undefined;
  /** The last comment before the first row. */
  #comment: string | undefined;
  #columns: CsvColumns | undefined;
  /** The first row, of which the one after it tells whether it is of names. */
  #first: TextRow & { readonly isHeader: boolean } | undefined;
  #isAfterNames = false;
  /** Rows that wait for the columns to be known. */
  #waiting: TextRow[] = [];
  #choice: ChoiceByRows | undefined;
  #cells: CsvCells | undefined;
  #blocks: RowBlocks | undefined;

  /**
   * @param options Which columns.
   * @throws {RankMeError} `usage`, when the options contradict each other.
   */
  constructor(options: CsvOptions) {
    checkChoice(options);
    const { delimiter } = options;
    if (delimiter !== undefined && !DELIMITER.test(delimiter)) {
      throw new RankMeError("usage", `${JSON.stringify(delimiter)} as a delimiter`, {
        advice: "pass one character that numbers, arrays and quotes do not have",
      });
    }
    this.#options = options;
  }

  /** Reads some lines. */
  *read(text: string, isEnd: boolean): Generator<RowBlock, string> {
    const begun = this.#delimiter === undefined ? this.#begin(text) : text;
    const rest = begun.includes('"')
      ? yield* this.#readQuoted(begun, isEnd)
      : yield* this.#readLines(begun);
    if (isEnd) {
      this.#takeFirst();
      this.#choose(this.#choice?.end());
      yield* this.early();
    }
    return rest;
  }

  /** Gives out the rows that wait for others to fill a block. */
  *early(): Generator<RowBlock> {
    this.#blocks?.finish();
    yield* this.#taken();
  }

  /** Passes comments and blank lines by; what follows them is or says what the delimiter is. */
  #begin(text: string): string {
    let start = 0;
    while (start < text.length) {
      const newline = text.indexOf("\n", start);
      const end = newline < 0 ? text.length : newline;
      const line = text.slice(start, end);
      const told = this.line === 1 ? SEPARATOR.exec(line)?.[1] : undefined;
      if (told !== undefined) {
        this.#told = told;
      } else if (line.startsWith("#")) {
        this.#comment = line.slice(1).trim();
      } else if (!isBlank(text, start, end)) {
        this.#delimiter = this.#options.delimiter ?? this.#told ?? delimiterOf(line);
        break;
      }
      this.line++;
      start = end + 1;
    }
    return text.slice(start);
  }

  *#readLines(text: string): Generator<RowBlock, string> {
    for (let start = 0; start < text.length; this.line++) {
      const newline = text.indexOf("\n", start);
      const next = newline < 0 ? text.length : newline;
      const end = text[next - 1] === "\r" ? next - 1 : next;
      if (!isBlank(text, start, end)) this.#takeLine(text, start, end, newline < 0);
      if (this.#hasBlocks) yield* this.#taken();
      start = next + 1;
    }
    return "";
  }

  *#readQuoted(text: string, isEnd: boolean): Generator<RowBlock, string> {
    // Of the library each line must end alike, and a field has no use for its carriage returns.
    const lines = text.includes("\r") ? text.replaceAll("\r\n", "\n") : text;
    const delimiter = this.#delimiter!;
    const { records, isMalformed } = readRecords(lines, delimiter, isEnd);
    let start = 0;
    for (const { cells, end } of records) {
      const record = lines.slice(start, end);
      const fields = delimiter === " " ? cells.filter((cell) => cell !== "") : cells;
      if (!isBlank(record, 0, record.length)) this.#takeCells(fields, !record.endsWith("\n"));
      if (this.#hasBlocks) yield* this.#taken();
      this.line += newlinesIn(record);
      start = end;
    }
    if (isMalformed) throw malformed(this.line, isEnd);
    return lines.slice(start);
  }

  #takeLine(text: string, start: number, end: number, isCut: boolean): void {
    const cells = this.#cells;
    if (!cells || !this.#choice!.isSettled) {
      return this.#takeCells(splitLine(text.slice(start, end), this.#delimiter!), isCut);
    }
    this.#placing({ line: this.line, isCut }, () => cells.takeLine(text, start, end, this.line));
  }

  #takeCells(cells: readonly string[], isCut: boolean): void {
    if (!this.#columns) {
      const row = { cells, line: this.line, isCut };
      this.#placedAt(row, () => checkColumnCount(cells.length, "columns"));
      const { columns, isHeader } = this.#named(cells);
      this.#columns = columns;
      this.#choice = new ChoiceByRows(columns, this.#options);
      const isTold = this.#options.header !== undefined || !isHeader && columns.areNamed;
      if (!isTold && (isHeader || couldBeNames(cells))) this.#first = { ...row, isHeader };
      this.#isAfterNames = isHeader;
      if (isHeader || this.#first) return;
    }
    if (this.#isAfterNames && areTypes(cells)) return;
    this.#isAfterNames = false;
    this.#takeFirst(cells);
    this.#takeRow({ cells, line: this.line, isCut });
  }

  /** Takes the first row for what it is, as the one after it tells. */
  #takeFirst(second?: readonly string[]): void {
    const first = this.#first;
    if (!first) return;
    this.#first = undefined;
    const { cells, isHeader } = first;
    if (second) {
      this.#placedAt(first, () => (isHeader ? checkCountingNames : checkNoNames)(cells, second));
    }
    if (!isHeader) this.#takeRow(first);
  }

  #takeRow(row: TextRow): void {
    const { cells, line } = row, choice = this.#choice!;
    if (!choice.isSettled) {
      this.#placing(row, () => checkFields(cells.length, this.#columns!.count));
      this.#columns!.learn(cells);
      const length = cells.reduce((sum, cell) => sum + cell.length, 0);
      if (this.#cells) this.#placedAt(row, () => this.#choose(choice.add(length)));
      else this.#choose(choice.add(length));
    }
    const known = this.#cells;
    if (known) this.#placing(row, () => known.take(cells, line));
    else this.#waiting.push(row);
  }

  #placedAt({ line }: Pick<TextRow, "line">, check: () => void): void {
    try {
      check();
    } catch (error) {
      throw error instanceof RankMeError ? error.at({ line }) : error;
    }
  }

  /** The columns by their names, and whether a row is the one that names them. */
  #named(cells: readonly string[]): { readonly columns: CsvColumns; readonly isHeader: boolean } {
    const delimiter = this.#delimiter!;
    const comment = this.#comment === undefined ? undefined : splitLine(this.#comment, delimiter);
    try {
      const place = headerPlace(cells, comment, this.#options.header, delimiter);
      const isHeader = place === "row";
      const names = isHeader ? cells : place === "comment" ? comment! : undefined;
      const columns = names
        ? new CsvColumns(names.map((name) => name.trim()), true, delimiter)
        : new CsvColumns(cells.map((_, index) => `${index}`), false, delimiter);
      return { columns, isHeader };
    } catch (error) {
      throw error instanceof RankMeError ? error.at({ line: this.line }) : error;
    }
  }

  /** Takes what was chosen, and the rows that waited for it. */
  #choose(chosen: ChosenColumns | undefined): void {
    if (!chosen) return;
    if (this.#blocks) {
      this.#blocks.origin = originOf(chosen);
      return;
    }
    const columns = this.#columns!;
    this.#options.onColumns?.({ ...chosen, areNamed: columns.areNamed });
    const keys = columns.chooseKeys(this.#options);
    const layout = { delimiter: this.#delimiter!, fields: columns.count };
    const blocks = this.#blocks = new RowBlocks(originOf(chosen), keys.map(({ name }) => name));
    const embeddings = csvCells(chosen, layout, blocks);
    const taking = this.#cells = keys.length === 0
      ? embeddings
      : new CsvKeyCells(embeddings, keys.map(({ index }) => index), layout, blocks);
    for (const row of this.#waiting) {
      this.#placing({ ...row, isCut: false }, () => taking.take(row.cells, row.line));
    }
    this.#waiting = [];
  }

  get #hasBlocks(): boolean {
    return this.#blocks !== undefined && this.#blocks.full.length > 0;
  }

  *#taken(): Generator<RowBlock> {
    const full = this.#blocks?.full ?? [];
    while (full.length > 0) yield full.shift()!;
  }

  /** Takes a row; errors say where it is, and whether it was cut off. */
  #placing({ line, isCut }: Omit<TextRow, "cells">, take: () => void): void {
    try {
      take();
    } catch (error) {
      if (!(error instanceof RankMeError)) throw error;
      const row = this.#blocks?.rows ?? this.#waiting.length;
      throw (isCut ? cutOff(error) : error).at({ line, row });
    }
  }
}

/** Whether there is nothing in a line but spaces; tabs separate cells that are empty. */
function isBlank(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (!" \r\n".includes(text[at])) return false;
  }
  return true;
}

/** An error in the last row, where this has no newline. */
function cutOff(error: RankMeError): RankMeError {
  if (error.code !== "corrupt" && error.code !== "dimension") return error;
  return new RankMeError("truncated", `${error.what}, in a last line without a newline`, {
    place: error.place,
    advice: "if its producer was cut off, run it again",
    cause: error,
  });
}

function malformed(line: number, isEnd: boolean): RankMeError {
  const place = { line };
  return isEnd
    ? new RankMeError("truncated", "a quote in this row is not closed, or text follows it", {
      place,
      advice: 'if its producer was cut off, run it again; in a quoted field, a quote is ""',
    })
    : new RankMeError("corrupt", "text follows the closing quote of a field", {
      place,
      advice: 'in a quoted field, a quote is ""',
    });
}
