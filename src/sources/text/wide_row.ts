import { RankMeError } from "../../errors.ts";
import { spansOf } from "../side_by_side.ts";
import { mixedDimensions } from "../usable_rows.ts";
import type { RowBlocks } from "./row_blocks.ts";

/** Numbers that a row has room for at first. */
const FIRST_ROOM = 1024;

/** Puts the vectors of several columns side by side, one row after the other. */
export class WideRow {
  readonly #names: readonly string[];
  readonly #blocks: RowBlocks;
  readonly #dims: number[] = [];
  #numbers = new Float64Array(FIRST_ROOM);
  /** How many columns and numbers the row under way has so far. */
  #columns = 0;
  #length = 0;
  /** The first of its columns that is null. */
  #nullIn: string | undefined;

  /**
   * @param names The columns' names, in order.
   * @param blocks Where the rows are collected.
   */
  constructor(names: readonly string[], blocks: RowBlocks) {
    this.#names = names;
    this.#blocks = blocks;
  }

  /**
   * Adds the vector of the next column; after that of the last, the row is whole.
   *
   * @param numbers Its numbers, which are copied; nothing where it is null or has a null in it.
   * @param line The number of the row's line.
   * @throws {RankMeError} `dimension`, when there are more or fewer than in rows before.
   */
  add(numbers: Float64Array | readonly number[] | undefined, line: number): void {
    const column = this.#columns++;
    if (numbers) this.#take(numbers, column);
    else this.#nullIn ??= `column "${this.#names[column]}"`;
    if (this.#columns === this.#names.length) this.#finish(line);
  }

  /** Begins a new row, be the one under way whole or not. */
  begin(): void {
    this.#columns = 0;
    this.#length = 0;
    this.#nullIn = undefined;
  }

  #take(numbers: Float64Array | readonly number[], column: number): void {
    const { length } = numbers, dim = this.#dims[column] ??= length;
    if (length !== dim || length === 0) {
      const { code, what } = mixedDimensions(0, length, length === 0 ? 0 : dim);
      throw new RankMeError(code, `${what} (column "${this.#names[column]}")`);
    }
    const end = this.#length + length;
    if (end > this.#numbers.length) {
      const larger = new Float64Array(2 * end);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers.set(numbers, this.#length);
    this.#length = end;
  }

  #finish(line: number): void {
    if (this.#nullIn !== undefined) return this.#blocks.addNull(line, this.#nullIn);
    this.#blocks.columns ??= spansOf(this.#names, this.#dims);
    this.#blocks.add(this.#numbers.subarray(0, this.#length), line);
  }
}
