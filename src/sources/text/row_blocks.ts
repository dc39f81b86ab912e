import type { RowBlock } from "../row_block.ts";
import { mixedDimensions } from "../usable_rows.ts";

/** Numbers in a block: about 1 MiB of them. */
const BLOCK_NUMBERS = 1 << 17;

/** Collects rows that come one at a time. */
export class RowBlocks {
  readonly #origin: Pick<RowBlock, "origin" | "dimensions">;
  #dim = 0;
  #capacity = BLOCK_NUMBERS;
  #data = new Float64Array(0);
  #nullRows: number[] = [];
  #lines: number[] = [];
  #rowsBefore = 0;

  /** @param origin What messages call the numbers. */
  constructor(origin: Pick<RowBlock, "origin" | "dimensions">) {
    this.#origin = origin;
  }

  /** How many rows there were so far. */
  get rows(): number {
    return this.#rowsBefore + this.#lines.length;
  }

  /** The blocks that are full, for the caller to take out. */
  readonly full: RowBlock[] = [];

  /**
   * Adds a row.
   *
   * @param numbers Its numbers, which are copied.
   * @param line The number of its line.
   * @throws {RankMeError} `dimension`, when there are more or fewer than in rows before.
   */
  add(numbers: Float64Array | readonly number[], line: number): void {
    const { length } = numbers;
    if (length !== this.#dim || length === 0) this.#begin(length);
    if (this.#data.length === 0) this.#data = new Float64Array(this.#capacity * length);
    this.#data.set(numbers, this.#lines.length * length);
    this.#push(line);
  }

  /**
   * Adds a row that is null, or has a null in it.
   *
   * @param line The number of its line.
   */
  addNull(line: number): void {
    this.#nullRows.push(this.#lines.length);
    this.#push(line);
  }

  /** Makes a block of the rows that there are, be it full or not. */
  finish(): void {
    const lines = this.#lines, rows = lines.length;
    if (rows === 0) return;
    this.full.push({
      rows,
      dim: this.#dim,
      data: this.#dataOf(rows),
      nullRows: this.#nullRows,
      ...this.#origin,
      placeOf: (row) => ({ line: lines[row] }),
    });
    this.#rowsBefore += rows;
    this.#data = new Float64Array(0);
    this.#lines = [];
    this.#nullRows = [];
  }

  /** The numbers of the block; where all rows are null, none were held. */
  #dataOf(rows: number): Float64Array {
    const length = rows * this.#dim;
    return this.#data.length > 0 ? this.#data.subarray(0, length) : new Float64Array(length);
  }

  #push(line: number): void {
    this.#lines.push(line);
    if (this.#lines.length === this.#capacity) this.finish();
  }

  #begin(dim: number): void {
    if (this.#dim !== 0 || dim === 0) throw mixedDimensions(this.rows, dim, this.#dim);
    // Null rows before it are a block of no dimensions: they may be more than one of D has room for.
    this.finish();
    this.#dim = dim;
    this.#capacity = Math.max(1, Math.floor(BLOCK_NUMBERS / dim));
  }
}
