/**
 * The one type that flows between stages.
 *
 * @module
 */

import { RankMeError } from "./errors.ts";

/** The numbers of some rows, row-major. */
export type EmbeddingData = Float16Array | Float32Array | Float64Array;

/** What an {@linkcode EmbeddingBatch} is made from. */
export interface EmbeddingBatchInit {
  /** `rows × dim` numbers, row-major. The batch keeps this array: do not write to it afterwards. */
  readonly data: EmbeddingData;
  /** The number of dimensions D, at least 1. */
  readonly dim: number;
  /** The index in the stream of the first row. Default: 0. */
  readonly offset?: number;
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

  /**
   * Makes a batch of some numbers.
   *
   * @param init The numbers and their shape.
   * @throws {RankMeError} `dimension`, when the numbers do not fill whole rows.
   */
  constructor({ data, dim, offset = 0 }: EmbeddingBatchInit) {
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
    return new EmbeddingBatch({ data, dim: this.dim, offset: this.offset + start });
  }

  /**
   * The same rows at another place in a stream.
   *
   * @param offset The new index of the first row.
   * @returns A batch on the same numbers.
   */
  at(offset: number): EmbeddingBatch {
    return offset === this.offset
      ? this
      : new EmbeddingBatch({ data: this.data, dim: this.dim, offset });
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
    return new EmbeddingBatch({ data, dim: this.dim, offset: this.offset });
  }

  /**
   * The first NaN or infinity.
   *
   * @returns Its row in this batch, its dimension and the value, or nothing when all are finite.
   */
  findNonFinite(): { row: number; dimension: number; value: number } | undefined {
    const index = firstNonFinite(this.data);
    if (index < 0) return undefined;
    const row = Math.floor(index / this.dim);
    return { row, dimension: index % this.dim, value: this.data[index] };
  }
}

function firstNonFinite(data: EmbeddingData): number {
  // x·0 is 0 for every finite x and NaN otherwise: one sum tells whether a search is needed.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] * 0;
  return sum === 0 ? -1 : data.findIndex((value) => !Number.isFinite(value));
}
