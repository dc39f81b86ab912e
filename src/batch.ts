/**
 * The one type that flows between stages.
 *
 * @module
 */

import { RankMeError } from "./errors.ts";

/** The numbers of some rows, row-major. */
export type EmbeddingData = Float16Array | Float32Array | Float64Array;

/** A NaN or an infinity in a batch. */
export interface NonFinite {
  /** The row in this batch. */
  readonly row: number;
  /** The dimension. */
  readonly dimension: number;
  /** What it is. */
  readonly value: number;
}

/** Which dimensions of a batch are of which column, where several stand side by side. */
export interface ColumnSpan {
  /** The column's name. */
  readonly name: string;
  /** Its first dimension in the batch. */
  readonly start: number;
  /** The dimension after its last. */
  readonly end: number;
}

/** What rows belong to: for each column that says so, by its name, the text of each row. */
export type RowKeys = { readonly [column: string]: readonly string[] };

/** What an {@linkcode EmbeddingBatch} is made from. */
export interface EmbeddingBatchInit {
  /** `rows × dim` numbers, row-major. The batch keeps this array: do not write to it afterwards. */
  readonly data: EmbeddingData;
  /** The number of dimensions D, at least 1. */
  readonly dim: number;
  /** The index in the stream of the first row. Default: 0. */
  readonly offset?: number;
  /** The columns that stand side by side in it. Default: it is all one. */
  readonly columns?: readonly ColumnSpan[];
  /** What its rows belong to. Default: nothing is known of that. */
  readonly keys?: RowKeys;
  /**
   * Makes the error for a NaN or infinity that is found later, where more is known of the place than
   * the row in the stream and the dimension.
   */
  readonly refusal?: (found: NonFinite) => RankMeError;
}

/**
 * Some consecutive rows of an embedding matrix. Immutable: a stage that changes numbers makes a new
 * batch, so that a batch may be kept, tee'd or sent elsewhere.
 *
 * @example Two rows of three dimensions
 * ```ts
 * import { EmbeddingBatch } from "@rankme/rankme/batch";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float32Array.of(1, 2, 3, 4, 5, 6), dim: 3 });
 * assertEquals(batch.rows, 2);
 * assertEquals(batch.row(1), Float32Array.of(4, 5, 6));
 * ```
 */
export class EmbeddingBatch {
  /** `rows × dim` numbers, row-major. */
  readonly data: EmbeddingData;
  /** The number of rows in this batch. */
  readonly rows: number;
  /** The number of dimensions D. */
  readonly dim: number;
  /** The index in the stream of the first row. */
  readonly offset: number;
  /** The columns that stand side by side in it; absent where it is all one. */
  readonly columns?: readonly ColumnSpan[];
  /** What its rows belong to; absent where nothing is known of that. */
  readonly keys?: RowKeys;
  /** Whether all numbers were found to be finite; slices and copies need no second look. */
  #finite = false;
  #refusal: ((found: NonFinite) => RankMeError) | undefined;

  /**
   * Makes a batch of some numbers.
   *
   * @param init The numbers and their shape.
   * @throws {RankMeError} `dimension`, when the numbers do not fill whole rows, or there are not as
   * many keys.
   */
  constructor({ data, dim, offset = 0, columns, keys, refusal }: EmbeddingBatchInit) {
    if (!Number.isInteger(dim) || dim < 1) {
      throw new RankMeError("dimension", `an embedding needs at least one dimension, not ${dim}`);
    }
    if (data.length % dim !== 0) {
      throw new RankMeError("dimension", `${data.length} numbers do not fill rows of ${dim}`);
    }
    this.data = data;
    this.dim = dim;
    this.rows = data.length / dim;
    this.offset = offset;
    if (columns) this.columns = columns;
    if (keys) this.keys = this.#asManyAsRows(keys);
    this.#refusal = refusal;
  }

  #asManyAsRows(keys: RowKeys): RowKeys {
    for (const [column, { length }] of Object.entries(keys)) {
      if (length === this.rows) continue;
      throw new RankMeError("dimension", `${length} keys of "${column}" for ${this.rows} rows`);
    }
    return keys;
  }

  /**
   * One row, as a view.
   *
   * @param index Which row of this batch, from 0.
   * @returns The row's `dim` numbers.
   */
  row(index: number): EmbeddingData {
    return this.data.subarray(index * this.dim, (index + 1) * this.dim);
  }

  /**
   * Some of the rows, as a view.
   *
   * @param start The first row, from 0.
   * @param end The row after the last. Default: all that follow.
   * @returns A batch on the same numbers.
   */
  slice(start: number, end: number = this.rows): EmbeddingBatch {
    const data = this.data.subarray(start * this.dim, end * this.dim);
    const { columns, keys } = this;
    return this.#derived(data, {
      offset: this.offset + start,
      firstRow: start,
      columns,
      keys: keys && mapKeys(keys, (texts) => texts.slice(start, end)),
    });
  }

  /**
   * Some of the rows, copied, which lose their places in the stream.
   *
   * @param rows Which rows of this batch, in the order wanted.
   * @returns A batch of as many rows and the same type of numbers.
   */
  gather(rows: readonly number[]): EmbeddingBatch {
    const { dim, columns, keys } = this;
    const data = new (this.data.constructor as new (length: number) => EmbeddingData)(
      rows.length * dim,
    );
    rows.forEach((row, i) => data.set(this.row(row), i * dim));
    const gathered = new EmbeddingBatch({
      data,
      dim,
      columns,
      keys: keys && mapKeys(keys, (texts) => rows.map((row) => texts[row])),
    });
    gathered.#finite = this.#finite;
    return gathered;
  }

  /**
   * The same rows at another place in a stream.
   *
   * @param offset The new index of the first row.
   * @returns A batch on the same numbers.
   */
  at(offset: number): EmbeddingBatch {
    return offset === this.offset ? this : this.#derived(this.data, {
      offset,
      columns: this.columns,
      keys: this.keys,
    });
  }

  /** Numbers of this batch, from some row and dimension on. */
  #derived(
    data: EmbeddingData,
    { offset = this.offset, dim = this.dim, firstRow = 0, firstDimension = 0, ...rest }: Derived,
  ): EmbeddingBatch {
    const refusal = this.#refusal;
    const derived = new EmbeddingBatch({
      ...rest,
      data,
      dim,
      offset,
      refusal: refusal &&
        (({ row, dimension, value }) =>
          refusal({ row: row + firstRow, dimension: dimension + firstDimension, value })),
    });
    derived.#finite = this.#finite;
    return derived;
  }

  /**
   * A new batch whose rows were changed in float64, so that nothing is rounded to the input's type.
   *
   * @param change Writes the new row over the copy it is given.
   * @returns A float64 batch of the same shape.
   */
  mapRows(change: (row: Float64Array) => void): EmbeddingBatch {
    const data = Float64Array.from(this.data);
    for (let start = 0; start < data.length; start += this.dim) {
      change(data.subarray(start, start + this.dim));
    }
    const { dim, offset, columns, keys } = this;
    return new EmbeddingBatch({ data, dim, offset, columns, keys, refusal: this.#refusal });
  }

  /**
   * A new batch with some of the dimensions of each row.
   *
   * @param start The first dimension, from 0.
   * @param end The dimension after the last.
   * @returns A batch of `end − start` dimensions and the same type of numbers.
   * @throws {RankMeError} `dimension`, when there are not as many, or none is asked for.
   */
  dimensions(start: number, end: number): EmbeddingBatch {
    if (!(start >= 0 && start < end && end <= this.dim)) {
      throw new RankMeError(
        "dimension",
        `dimensions ${start}:${end} of an embedding that has ${this.dim}`,
        { place: { row: this.offset } },
      );
    }
    const width = end - start;
    const data = new (this.data.constructor as new (length: number) => EmbeddingData)(
      this.rows * width,
    );
    for (let row = 0; row < this.rows; row++) {
      data.set(this.data.subarray(row * this.dim + start, row * this.dim + end), row * width);
    }
    return this.#derived(data, { dim: width, firstDimension: start, keys: this.keys });
  }

  /**
   * The number of rows in which every number is zero. Of most rows the first number tells.
   *
   * @returns From 0 to {@linkcode rows}.
   */
  zeroRows(): number {
    let count = 0;
    for (let row = 0; row < this.rows; row++) {
      if (isZero(this.data, row * this.dim, (row + 1) * this.dim)) count++;
    }
    return count;
  }

  /**
   * The first NaN or infinity. Numbers that were found finite once are not looked at again.
   *
   * @returns Its row in this batch, its dimension and the value, or nothing when all are finite.
   * @throws {TypeError} When the memory of the numbers was transferred to somewhere else.
   */
  findNonFinite(): NonFinite | undefined {
    // Without this, a batch whose memory is gone would pass for one of finite numbers.
    if (this.data.length !== this.rows * this.dim) {
      throw new TypeError("the memory of this batch was transferred");
    }
    this.#finite ||= allFinite(this.data);
    if (this.#finite) return undefined;
    const index = this.data.findIndex((value) => !Number.isFinite(value));
    if (index < 0) return undefined;
    const row = Math.floor(index / this.dim);
    return { row, dimension: index % this.dim, value: this.data[index] };
  }

  /**
   * Refuses a NaN or infinity.
   *
   * @throws {RankMeError} `non-finite`, with as much of its place as is known.
   */
  refuseNonFinite(): void {
    const found = this.findNonFinite();
    if (!found) return;
    if (this.#refusal) throw this.#refusal(found);
    throw new RankMeError("non-finite", `${found.value} (dimension ${found.dimension})`, {
      place: { row: this.offset + found.row },
    });
  }
}

function isZero(data: EmbeddingData, start: number, end: number): boolean {
  let at = start;
  while (at < end && data[at] === 0) at++;
  return at === end;
}

/**
 * Whether two batches have the same columns side by side, each of the same width.
 *
 * @param a One of them.
 * @param b The other.
 * @returns Whether they do; those that are all one have none, whatever their width.
 *
 * @example A column more
 * ```ts
 * import { EmbeddingBatch, haveSameColumns } from "@rankme/rankme/batch";
 * import { assertEquals } from "@std/assert";
 *
 * const data = Float32Array.of(1, 2, 3);
 * const one = new EmbeddingBatch({ data, dim: 3, columns: [{ name: "a", start: 0, end: 3 }] });
 * const two = new EmbeddingBatch({
 *   data,
 *   dim: 3,
 *   columns: [{ name: "a", start: 0, end: 1 }, { name: "b", start: 1, end: 3 }],
 * });
 * assertEquals(haveSameColumns(one, two), false);
 * assertEquals(haveSameColumns(two, two.slice(0, 1)), true);
 * ```
 */
export function haveSameColumns(
  { columns: a = [] }: Pick<EmbeddingBatch, "columns">,
  { columns: b = [] }: Pick<EmbeddingBatch, "columns">,
): boolean {
  return a === b || a.length === b.length &&
      a.every(({ name, start, end }, i) =>
        name === b[i].name && start === b[i].start && end === b[i].end
      );
}

/** What is another in a batch that is made of a part of one. */
interface Derived {
  readonly offset?: number;
  readonly dim?: number;
  readonly columns?: readonly ColumnSpan[];
  readonly keys?: RowKeys;
  readonly firstRow?: number;
  readonly firstDimension?: number;
}

function mapKeys(
  keys: RowKeys,
  change: (texts: readonly string[]) => readonly string[],
): RowKeys {
  return Object.fromEntries(Object.entries(keys).map(([column, texts]) => [column, change(texts)]));
}

/**
 * Numbers checked per call. V8 compiles a function that is called often to its fastest code for good,
 * but one long loop only for as long as that call takes: half a million numbers took ten times longer
 * at once than in parts of this size, in which the size itself makes no difference.
 */
const BLOCK = 4096;

/** Whether all numbers are finite; it may also say no where a sum overflows. */
function allFinite(data: EmbeddingData): boolean {
  for (let start = 0; start < data.length; start += BLOCK) {
    const block = data.subarray(start, start + BLOCK);
    if (!(block instanceof Float16Array ? areHalvesFinite(block) : isSumFinite(block))) {
      return false;
    }
  }
  return true;
}

/** NaN and infinities stay in a sum. Four sums, so that no addition waits for the one before it. */
function isSumFinite(block: Float32Array | Float64Array): boolean {
  const { length } = block;
  let a = 0, b = 0, c = 0, d = 0;
  for (let i = 3; i < length; i += 4) {
    a += block[i - 3];
    b += block[i - 2];
    c += block[i - 1];
    d += block[i];
  }
  for (let i = length & ~3; i < length; i++) a += block[i];
  return Number.isFinite(a + b + c + d);
}

/**
 * Two numbers at a time, as bits: an exponent of all ones, as NaN and infinities have, carries into
 * the sign when one is added to it.
 */
function areHalvesFinite(block: Float16Array): boolean {
  const { buffer, byteOffset, length } = block;
  // The first and the last may have no neighbour to make a pair with.
  if (!Number.isFinite(block[0]) || !Number.isFinite(block[length - 1])) return false;
  const single = byteOffset % 4 === 0 ? 0 : 1;
  const pairs = new Int32Array(buffer, byteOffset + 2 * single, (length - single) >> 1);
  let a = 0, b = 0;
  for (let i = 1; i < pairs.length; i += 2) {
    a |= (pairs[i - 1] & 0x7fff7fff) + 0x04000400;
    b |= (pairs[i] & 0x7fff7fff) + 0x04000400;
  }
  if (pairs.length % 2 === 1) a |= (pairs[pairs.length - 1] & 0x7fff7fff) + 0x04000400;
  return ((a | b) & 0x80008000) === 0;
}
