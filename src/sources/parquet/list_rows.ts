import { allocating, RankMeError } from "../../errors.ts";
import type { EmbeddingData } from "../../batch.ts";
import type { RowBlock } from "../row_block.ts";
import { mixedDimensions } from "../usable_rows.ts";
import type { Page } from "./column_pages.ts";
import { corrupt } from "./corrupt.ts";
import { ARRAYS, type Numbers } from "./numbers.ts";
import type { Axes } from "../axes.ts";
import { isRegular } from "./regular_levels.ts";
import type { ListColumn } from "./schema.ts";

/** Rows of one column, in one row group. */
export type ListBlock = Required<Pick<RowBlock, "rows" | "dim" | "data" | "nullRows">>;

/** A block's numbers take about this many bytes. */
const BLOCK_BYTES = 1 << 20;
/** So many null rows make a block, where they have no length. */
const NULL_ROWS = 1 << 16;
/** How many levels are decoded at a time. */
const LEVELS = 1 << 16;
/** No backend could hold the covariance of more; a length that lies could claim any number. */
const MAX_DIM = 1 << 24;
/** Room for the first row, whose length is not known before it ends. */
const FIRST_ROW = 1024;

/**
 * Makes rows of the pages of a list column. A row may go on in the next page. Rows of the same length
 * without nulls are taken many at a time; all others one by one. Of lists of lists, each innermost one
 * is a row, or all in a value are one.
 */
export class ListRows {
  readonly #column: ListColumn;
  readonly #elementDefinition: number;
  /** The definition levels of lists that are there, without elements: of the outer ones, and of all. */
  readonly #outerEmpty: readonly number[];
  readonly #empty: readonly number[];
  /** How deep the innermost lists are: the repetition level of an element that follows another. */
  readonly #depth: number;
  /** What begins a row is of a repetition level below this. */
  readonly #begins: number;
  readonly #isFlat: boolean;
  readonly #repetition = new Uint8Array(LEVELS);
  readonly #definition = new Uint8Array(LEVELS);
  #dim = 0;
  /** How many rows the row group has that are in no block yet, where that is known. */
  #left = 0;
  /** Of lists of lists: how many values the row group still has. */
  #valuesLeft = 0;
  /** How many of the lists around what was read last have elements. */
  #lastElements = 0;
  /** Of lists of lists as one row: the repetition levels of each, or so far those of the first. */
  #pattern: number[] = [];
  /** The block under way: the room for its numbers, its whole rows, and those of them that are null. */
  #data: EmbeddingData | undefined;
  #rows = 0;
  #nullRows: number[] = [];
  /** The row under way: how many elements it has so far, and whether it is null or one of them is. */
  #isOpen = false;
  #length = 0;
  #isNull = false;
  #isUneven = false;

  /**
   * @param column The column, of lists.
   * @param axes Of lists of lists: whether each innermost one is a row, or all of a value are one.
   */
  constructor(column: ListColumn, axes?: Axes) {
    this.#column = column;
    this.#elementDefinition = column.elementDefinition;
    const outer = column.outerDefinitions ?? [];
    // One level below its elements, a list is there; further below, it is not.
    this.#outerEmpty = outer.map((definition) => definition - 1);
    this.#empty = [...this.#outerEmpty, column.elementDefinition - 1];
    this.#depth = this.#empty.length;
    this.#isFlat = this.#depth > 1 && axes === "flat";
    this.#begins = this.#isFlat ? 1 : this.#depth;
  }

  /**
   * Begins a row group.
   *
   * @param rows How many rows it has.
   */
  begin(rows: number): void {
    this.#left = this.#begins > 1 ? Infinity : rows;
    this.#valuesLeft = rows;
    this.#lastElements = 0;
  }

  /**
   * Takes the next page.
   *
   * @param page The page.
   * @returns Blocks, as they become full.
   * @throws {RankMeError} `dimension`, with the row in the block under way, when it has another length
   * than those before; `corrupt`.
   */
  *take(page: Page<Numbers>): Generator<ListBlock> {
    const { repetition, definition, numbers } = page;
    for (let left = page.values; left > 0; left -= LEVELS) {
      const read = Math.min(left, LEVELS);
      repetition.read(this.#repetition, read);
      definition.read(this.#definition, read);
      const count = this.#depth > 1 ? this.#checked(read) : read;
      for (let at = 0; at < count;) {
        if (this.#repetition[at] < this.#begins) {
          yield* this.#closeRow();
          const rows = this.#regularRows(at, count);
          if (rows > 0) {
            numbers.read(this.#room(), this.#rows * this.#dim, rows * this.#dim);
            this.#rows += rows;
            at += rows * this.#dim;
            if (this.#isFull()) yield this.#block();
            continue;
          }
          if (this.#left <= this.#rows) throw corrupt("more rows than the row group says");
          this.#isOpen = true;
          this.#length = 0;
          this.#isNull = false;
          this.#isUneven = false;
        } else if (!this.#isOpen || this.#length === 0) {
          throw corrupt("a list that goes on before it begins");
        }
        let end = at + 1;
        while (end < count && this.#repetition[end] >= this.#begins) end++;
        if (this.#isFlat) this.#flatElements(at, end, numbers);
        else this.#elements(at, end, numbers);
        at = end;
      }
    }
    repetition.finish();
    definition.finish();
    numbers.finish();
  }

  /**
   * Says that there are no more pages in the row group.
   *
   * @returns The last block, if it has rows.
   * @throws {RankMeError} `dimension`, as in {@linkcode take}; `corrupt`, when rows are missing.
   */
  *finish(): Generator<ListBlock> {
    yield* this.#closeRow();
    if (this.#rows > 0) yield this.#block();
    const missing = this.#begins > 1 ? this.#valuesLeft : this.#left;
    if (missing > 0) throw corrupt(`${missing} rows fewer than the row group says`);
  }

  /**
   * Checks that some levels are those of lists of lists, and counts values. As rows, takes those levels
   * out that stand for no innermost list.
   */
  #checked(count: number): number {
    const repetition = this.#repetition, definition = this.#definition;
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const repeated = repetition[at], defined = definition[at];
      const elements = this.#elementsIn(defined);
      // What goes on with a list is an element of it, and so is what comes before.
      if (repeated > Math.min(this.#lastElements, elements)) {
        throw corrupt(`a list that goes on without elements, at levels ${repeated} and ${defined}`);
      }
      this.#lastElements = elements;
      if (repeated === 0 && --this.#valuesLeft < 0) {
        throw corrupt("more rows than the row group says");
      }
      if (!this.#isFlat && this.#outerEmpty.includes(defined)) continue;
      repetition[kept] = repeated;
      definition[kept++] = defined;
    }
    return kept;
  }

  /** How many of the lists around what has a definition level have elements, from the outermost on. */
  #elementsIn(defined: number): number {
    let depth = this.#depth;
    while (depth > 0 && defined <= this.#empty[depth - 1]) depth--;
    return depth;
  }

  /** How many rows from here on have D numbers, none of them null, and end before the last level. */
  #regularRows(start: number, end: number): number {
    const dim = this.#dim;
    if (dim === 0) return 0;
    const most = Math.min(Math.floor((end - 1 - start) / dim), this.#capacity() - this.#rows);
    const repetition = this.#repetition, definition = this.#definition, begins = this.#begins;
    const present = this.#column.definition;
    let rows = 0;
    // Each row is known to begin at `at`; whether it has D numbers shows where the next one begins.
    for (let at = start; rows < most; rows++) {
      const next = at + dim;
      if (definition[at] !== present || repetition[next] >= begins) break;
      const first = at;
      for (at++; at < next && repetition[at] >= begins && definition[at] === present; at++);
      if (at < next || this.#isFlat && !this.#fitsPattern(first, next, 0)) break;
    }
    return rows;
  }

  /** Takes some elements of the row under way. */
  #elements(start: number, end: number, numbers: Numbers): void {
    const definition = this.#definition, present = this.#column.definition;
    if (definition[start] < this.#elementDefinition) {
      if (end !== start + 1 || this.#length > 0) throw corrupt("an empty list that has elements");
      // One level below its elements, the list is there; further below, it is not.
      this.#isNull = definition[start] < this.#elementDefinition - 1;
      return;
    }
    let count = 0;
    for (let at = start; at < end; at++) {
      const level = definition[at];
      if (level === present) count++;
      else if (level > present || level < this.#elementDefinition) {
        throw corrupt(`definition level ${level} in a list`);
      }
    }
    if (count < end - start) this.#isNull = true;
    const from = this.#length;
    this.#length += end - start;
    if (this.#isNull || this.#dim > 0 && this.#length > this.#dim) return numbers.skip(count);
    const room = this.#dim === 0 ? this.#firstRoom(this.#length) : this.#room();
    numbers.read(room, this.#rows * this.#dim + from, count);
  }

  /** Takes some of the lists of lists of the row under way, and what is in them. */
  #flatElements(start: number, end: number, numbers: Numbers): void {
    const repetition = this.#repetition, definition = this.#definition;
    const present = this.#column.definition;
    const from = this.#length;
    let count = 0;
    for (let at = start; at < end; at++) {
      const level = definition[at];
      if (level === present) {
        count++;
      } else if (level > present) {
        throw corrupt(`definition level ${level} in a list`);
      } else if (this.#empty.includes(level)) {
        this.#isUneven = true;
      } else {
        this.#isNull = true;
      }
    }
    this.#length += end - start;
    if (this.#dim > 0) this.#isUneven ||= !this.#fitsPattern(start, end, from);
    if (this.#isNull || this.#isUneven) return numbers.skip(count);
    const room = this.#dim === 0 ? this.#firstRoom(this.#length) : this.#room();
    numbers.read(room, this.#rows * this.#dim + from, count);
    if (this.#dim > 0) return;
    if (from === 0) this.#pattern = [];
    for (let at = start; at < end; at++) this.#pattern.push(repetition[at]);
  }

  /** Whether some repetition levels are those that earlier rows have at a place. */
  #fitsPattern(start: number, end: number, from: number): boolean {
    const repetition = this.#repetition, pattern = this.#pattern;
    for (let at = start; at < end; at++) {
      if (repetition[at] !== pattern[from + at - start]) return false;
    }
    return true;
  }

  /** Refuses a row whose lists are not as long as those of earlier rows, or of the same one. */
  #checkPattern(): void {
    const isFirst = this.#dim === 0;
    const isEven = !this.#isUneven &&
      (isFirst ? isRegular(this.#pattern, this.#depth) : this.#length === this.#dim);
    if (isEven) return;
    throw new RankMeError(
      "dimension",
      isFirst ? "lists of different lengths" : "lists of other lengths than in earlier rows",
      {
        place: { row: this.#rows },
        advice: "with --axes rows, each innermost list is a row by itself",
      },
    );
  }

  *#closeRow(): Generator<ListBlock> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#isFlat && !this.#isNull) this.#checkPattern();
    if (this.#isNull) {
      this.#nullRows.push(this.#rows);
    } else if (this.#length === 0 || this.#dim > 0 && this.#length !== this.#dim) {
      throw mixedDimensions(this.#rows, this.#length, this.#dim);
    } else if (this.#dim === 0) {
      const first = this.#firstRoom(this.#length).subarray(0, this.#length);
      // The null rows before it have no length.
      if (this.#rows > 0) yield this.#block();
      this.#dim = this.#length;
      this.#data = undefined;
      this.#room().set(first);
    }
    this.#rows++;
    if (this.#isFull()) yield this.#block();
  }

  #isFull(): boolean {
    return this.#rows === this.#capacity();
  }

  /** How many rows the block under way can have. */
  #capacity(): number {
    const rowBytes = this.#dim * ARRAYS[this.#column.type].BYTES_PER_ELEMENT;
    const most = rowBytes === 0 ? NULL_ROWS : Math.max(1, Math.floor(BLOCK_BYTES / rowBytes));
    return Math.min(most, this.#left);
  }

  #block(): ListBlock {
    const rows = this.#rows, dim = this.#dim, nullRows = this.#nullRows;
    const data = dim > 0 ? this.#room().subarray(0, rows * dim) : this.#array(0);
    this.#data = undefined;
    this.#left -= rows;
    this.#rows = 0;
    this.#nullRows = [];
    return { rows, dim, data, nullRows };
  }

  /** The memory of the block under way. */
  #room(): EmbeddingData {
    return this.#data ??= this.#array(this.#capacity() * this.#dim);
  }

  /** Memory for the first row, with so many numbers so far. */
  #firstRoom(length: number): EmbeddingData {
    if (length > MAX_DIM) {
      throw new RankMeError("dimension", `an embedding of more than ${MAX_DIM} dimensions`, {
        place: { row: this.#rows },
      });
    }
    const before = this.#data;
    if (before && before.length >= length) return before;
    this.#data = this.#array(Math.max(FIRST_ROW, 2 ** Math.ceil(Math.log2(length))));
    if (before) this.#data.set(before);
    return this.#data;
  }

  #array(length: number): EmbeddingData {
    const array = ARRAYS[this.#column.type];
    const bytes = length * array.BYTES_PER_ELEMENT;
    return allocating(bytes, "a block of embeddings", () => new array(length));
  }
}
