import type { ColumnSpan } from "../../batch.ts";
import type { RowBlock } from "../row_block.ts";
import { withKeys } from "../row_keys.ts";
import { mixedDimensions } from "../usable_rows.ts";

/** Numbers in a block: about 1 MiB of them. */
const BLOCK_NUMBERS = 1 << 17;

/** Collects rows that come one at a time. */
export class RowBlocks {
  #dim = 0;
  #capacity = BLOCK_NUMBERS;
  #data = new Float64Array(0);
  #nullRows: number[] = [];
  /** What is null in some of these rows, where it is not all of the numbers. */
  #nullIn = new Map<number, string>();
  #lines: number[] = [];
  #rowsBefore = 0;
  readonly #keys: readonly string[];
  /** For each column of keys, the texts of the rows in the block. */
  #texts: (string | null)[][];

  /**
   * @param origin What messages call the numbers.
   * @param keys The columns that say what rows belong to.
   */
  constructor(origin: RowBlocks["origin"], keys: readonly string[] = []) {
    this.origin = origin;
    this.#keys = keys;
    this.#texts = keys.map(() => []);
  }

  /** What messages call the numbers, and what these have to show; it may become known later. */
  origin: Pick<RowBlock, "origin" | "dimensions" | "unproven">;
  /** The columns that stand side by side, as soon as it is known where. Default: it is all one. */
  columns: readonly ColumnSpan[] | undefined;
  /** What the row that is added next belongs to: a text for each column of keys, or null. */
  nextKeys: readonly (string | null)[] = [];

  /** How many rows there were so far. */
  get rows(): number {
    return this.#rowsBefore + this.#lines.length;
  }

  /** D of the rows so far; 0 where all were null. */
  get dim(): number {
    return this.#dim;
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
   * @param where What is null, where it is not all of the numbers.
   */
  addNull(line: number, where?: string): void {
    this.#nullRows.push(this.#lines.length);
    if (where !== undefined) this.#nullIn.set(this.#lines.length, where);
    this.#push(line);
  }

  /** Makes a block of the rows that there are, be it full or not. */
  finish(): void {
    const lines = this.#lines, rows = lines.length;
    if (rows === 0) return;
    const nullIn = this.#nullIn, columns = this.columns;
    const block: RowBlock = {
      rows,
      dim: this.#dim,
      data: this.#dataOf(rows),
      nullRows: this.#nullRows,
      ...this.origin,
      ...nullIn.size > 0 && { nullIn: (row) => nullIn.get(row) },
      ...columns && { columns, origins: columns.map(({ name }) => `column "${name}"`) },
      placeOf: (row) => ({ line: lines[row] }),
    };
    this.full.push(withKeys(
      block,
      this.#keys.map((name, i) => ({ name, origin: `column "${name}"`, texts: this.#texts[i] })),
    ));
    this.#rowsBefore += rows;
    this.#lines = [];
    this.#nullRows = [];
    this.#nullIn = new Map();
    this.#texts = this.#keys.map(() => []);
  }

  /**
   * The numbers of the block; where all rows are null, none were held. Whoever keeps a few rows is not
   * to keep the memory of a full block.
   */
  #dataOf(rows: number): Float64Array {
    const length = rows * this.#dim, data = this.#data;
    if (data.length === 0) return new Float64Array(length);
    if (2 * length < data.length) return data.slice(0, length);
    this.#data = new Float64Array(0);
    return data.subarray(0, length);
  }

  #push(line: number): void {
    this.#lines.push(line);
    for (let i = 0; i < this.#keys.length; i++) this.#texts[i].push(this.nextKeys[i]);
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
