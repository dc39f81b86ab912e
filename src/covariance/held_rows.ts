import { EmbeddingBatch } from "../batch.ts";
import type { Spectrum } from "../linalg/spectrum.ts";
import type { BeginSummary, Summary } from "./summary.ts";

/** Numbers transposed at a time: 2 MB in float64. */
const BLOCK_LENGTH = 2 ** 18;

/**
 * The rows themselves, in the types they came in: what is kept while there are fewer rows than
 * dimensions. N·D numbers are then fewer than the D² of a scatter, and the N×N products of the rows
 * have the same spectrum as the D×D products of the columns.
 */
export class HeldRows {
  readonly #batches: EmbeddingBatch[];
  #count = 0;

  /**
   * Takes rows that nobody will write to.
   *
   * @param batches Rows of the same dimension. Default: none.
   */
  constructor(batches: readonly EmbeddingBatch[] = []) {
    this.#batches = [...batches];
    for (const { rows } of batches) this.#count += rows;
  }

  /** The rows; not to be written to. */
  get batches(): readonly EmbeddingBatch[] {
    return this.#batches;
  }

  /** N: the number of rows. */
  get count(): number {
    return this.#count;
  }

  /** D: the number of dimensions, or 0 where there are no rows. */
  get dim(): number {
    return this.#batches[0]?.dim ?? 0;
  }

  /**
   * Takes in copies of some rows.
   *
   * @param batches Rows of the same dimension as before.
   */
  hold(batches: readonly EmbeddingBatch[]): void {
    for (const { data, dim, offset, rows } of batches) {
      this.#batches.push(new EmbeddingBatch({ data: data.slice(), dim, offset }));
      this.#count += rows;
    }
  }

  /**
   * The mean row μ, summed about the first row so that equal rows give exactly that row.
   *
   * @returns D numbers.
   */
  mean(): Float64Array {
    const first = this.#batches[0].row(0);
    return this.meanFrom(first).map((value, i) => first[i] + value);
  }

  /**
   * μ − o, the mean row less an origin, without rounding to the size of the mean.
   *
   * @param origin o: D numbers near the rows.
   * @returns D numbers.
   */
  meanFrom(origin: ArrayLike<number>): Float64Array {
    const first = this.#batches[0].row(0);
    const sum = new Float64Array(this.dim);
    for (const { data, dim } of this.#batches) {
      for (let at = 0; at < data.length; at += dim) {
        for (let i = 0; i < dim; i++) sum[i] += data[at + i] - first[i];
      }
    }
    return sum.map((value, i) => first[i] - origin[i] + value / this.#count);
  }

  /**
   * Σ(x−μ)² of each dimension, less what rounding has left of Σ(x−μ).
   *
   * @returns D numbers, none of them negative; 0 exactly for a dimension in which all rows are equal.
   */
  squaredDeviations(): Float64Array {
    const mean = this.mean();
    const sum = new Float64Array(this.dim), squares = new Float64Array(this.dim);
    for (const { data, dim } of this.#batches) {
      for (let at = 0; at < data.length; at += dim) {
        for (let i = 0; i < dim; i++) {
          const deviation = data[at + i] - mean[i];
          sum[i] += deviation;
          squares[i] += deviation * deviation;
        }
      }
    }
    return squares.map((value, i) => Math.max(value - sum[i] / this.#count * sum[i], 0));
  }

  /**
   * The rows moved by the same vector.
   *
   * @param shift D numbers.
   * @returns Copies in float64.
   */
  movedBy(shift: Float64Array): HeldRows {
    return new HeldRows(this.#batches.map(({ data, dim, offset }) =>
      new EmbeddingBatch({
        data: Float64Array.from(data, (value, at) => value + shift[at % dim]),
        dim,
        offset,
      })
    ));
  }

  /**
   * A summary of the rows about their mean.
   *
   * @param begin Begins it.
   * @returns The summary.
   * @throws {RankMeError} `memory`.
   */
  summarize(begin: BeginSummary): Summary {
    const summary = begin(this.mean());
    summary.update(this.#batches);
    return summary;
  }

  /**
   * The singular values of the rows, which are those of their transpose.
   *
   * @param centered Whether to subtract the mean first.
   * @param begin Begins a summary of the transpose.
   * @returns N values.
   * @throws {RankMeError} `range`, when the squares of the numbers overflow or vanish in float64.
   */
  spectrum(centered: boolean, begin: BeginSummary): Spectrum {
    const { count, dim } = this;
    const columns = begin(new Float64Array(count));
    const step = Math.ceil(BLOCK_LENGTH / count);
    for (let start = 0; start < dim; start += step) {
      const data = this.#transposed(start, Math.min(start + step, dim));
      if (centered) { for (let at = 0; at < data.length; at += count) center(data, at, count); }
      columns.update([new EmbeddingBatch({ data, dim: count })]);
    }
    return { ...columns.spectrum(false), rows: count, dim, centered };
  }

  /** Some dimensions as rows of N numbers. */
  #transposed(start: number, end: number): Float64Array {
    const count = this.#count;
    const block = new Float64Array((end - start) * count);
    let column = 0;
    for (const { data, dim } of this.#batches) {
      for (let at = 0; at < data.length; at += dim, column++) {
        for (let i = start; i < end; i++) block[(i - start) * count + column] = data[at + i];
      }
    }
    return block;
  }
}

/**
 * Subtracts the mean of some numbers; twice, since the first one was rounded to the size of the
 * numbers and not to that of their spread.
 */
function center(data: Float64Array, start: number, count: number): void {
  const values = data.subarray(start, start + count);
  for (const _ of ["of the numbers", "of what is left"]) {
    const first = values[0];
    let sum = 0;
    for (const value of values) sum += value - first;
    const mean = first + sum / count;
    for (let i = 0; i < count; i++) values[i] -= mean;
  }
}
