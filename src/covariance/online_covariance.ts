import type { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";
import type { Accumulator, Backend, ShiftedSums } from "../linalg/backend.ts";
import { eigenvaluesOf } from "../linalg/eigenvalues.ts";
import { referenceBackend } from "../linalg/reference/backend.ts";
import type { Spectrum } from "../linalg/spectrum.ts";

/**
 * Below this, the sum of the squares may have lost digits to underflow: each product is rounded to a
 * multiple of 2⁻¹⁰⁷⁴, and 2⁶⁰ such errors make 2⁻⁵⁴ of this sum.
 */
const SMALLEST_TRACE = 2 ** -960;

/**
 * The mean and covariance of rows seen so far, in memory that does not grow with their number.
 *
 * The state is N, a pivot c, d = Σ(x−c) and P = Σ(x−c)(x−c)ᵀ. The pivot is the mean of the first
 * batch, so the scatter S = P − ddᵀ/N loses nothing to a large mean. Everything is float64.
 * Source: Chan, Golub & LeVeque, "Algorithms for computing the sample variance", 1983.
 *
 * @example Update, merge, ask
 * ```ts
 * import { EmbeddingBatch, OnlineCovariance } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = (...data: number[]) => new EmbeddingBatch({ data: Float64Array.from(data), dim: 2 });
 * const a = new OnlineCovariance().update(rows(1, 0, 3, 0));
 * const b = new OnlineCovariance().update(rows(5, 3));
 * const both = a.merge(b);
 * assertEquals(both.count, 3);
 * assertEquals(both.mean, Float64Array.of(3, 1));
 * assertEquals(both.covariance(), Float64Array.of(4, 3, 3, 3));
 * ```
 */
export class OnlineCovariance {
  #backend: Backend;
  #count = 0;
  #accumulator: Accumulator | undefined;
  #dim = 0;
  #spread = false;

  /**
   * Starts with no rows.
   *
   * @param backend What computes. Default: plain TypeScript.
   */
  constructor(backend: Backend = referenceBackend) {
    this.#backend = backend;
  }

  /** N: the number of rows seen. */
  get count(): number {
    return this.#count;
  }

  /** D: the number of dimensions, or 0 before the first row. */
  get dim(): number {
    return this.#dim;
  }

  /** What computes. */
  get backend(): Backend {
    return this.#backend;
  }

  /** μ: the mean row, D numbers in embedding units; a copy. */
  get mean(): Float64Array {
    const { pivot, sum } = this.#required();
    return pivot.map((center, i) => center + sum[i] / this.#count);
  }

  /**
   * Takes in some rows.
   *
   * @param batch Rows of the same dimension as before.
   * @returns This object.
   * @throws {RankMeError} `dimension`, `non-finite` or `range`, each with the row; the state is then
   * as it was before.
   */
  update(batch: EmbeddingBatch): this {
    if (batch.rows === 0) return this;
    this.#refuseUnusable(batch);
    const accumulator = this.#accumulator ?? this.#backend.accumulator(meanOf(batch));
    if (!this.#spread) this.#spread = spreads(batch, accumulator.sums().pivot);
    accumulator.add(batch.data);
    this.#accumulator = accumulator;
    this.#dim = batch.dim;
    this.#count += batch.rows;
    return this;
  }

  /**
   * Takes in all rows that another object has seen.
   *
   * S = S_a + S_b + (μ_b−μ_a)(μ_b−μ_a)ᵀ·N_aN_b/N (Chan, Golub & LeVeque 1983; Pébay 2008).
   *
   * @param other The other rows; left as it was.
   * @returns This object.
   * @throws {RankMeError} `dimension`, when the dimensions differ; `range`, when the square of the
   * difference of the means vanishes in float64; the state is then as it was before.
   */
  merge(other: OnlineCovariance): this {
    if (other.#count === 0) return this;
    if (this.#count > 0 && other.dim !== this.dim) {
      throw new RankMeError(
        "dimension",
        `rows of ${other.dim} dimensions cannot be merged with rows of ${this.dim}`,
      );
    }
    const count = this.#count + other.#count;
    const otherMean = other.mean;
    const mean = this.#count > 0 ? this.mean : otherMean;
    const difference = otherMean.map((value, i) => value - mean[i]);
    const accumulator = this.#backend.accumulator(
      difference.map((value, i) => mean[i] + value * (other.#count / count)),
    );
    const { scatter, stride, dim } = accumulator.sums();
    addScatter(scatter, stride, other.#required(), other.#count);
    if (this.#count > 0) {
      addScatter(scatter, stride, this.#required(), this.#count);
      addOuterProduct(scatter, stride, difference, this.#count * other.#count / count);
      if (isZero(diagonalOf(scatter, stride, dim)) && !isZero(difference)) throw vanishing();
    }
    this.#accumulator = accumulator;
    this.#dim = dim;
    this.#spread ||= other.#spread;
    this.#count = count;
    return this;
  }

  /**
   * A copy that later updates of this one leave alone.
   *
   * @returns An object in the same state.
   */
  clone(): OnlineCovariance {
    const copy = new OnlineCovariance(this.#backend);
    copy.#count = this.#count;
    copy.#dim = this.#dim;
    copy.#spread = this.#spread;
    if (this.#accumulator) {
      const { pivot, sum, scatter } = this.#accumulator.sums();
      copy.#accumulator = this.#backend.accumulator(pivot);
      const to = copy.#accumulator.sums();
      to.sum.set(sum);
      to.scatter.set(scatter);
    }
    return copy;
  }

  /**
   * S = Σ(x−μ)(x−μ)ᵀ.
   *
   * @returns D×D numbers, row-major, in squared embedding units.
   * @throws {RankMeError} `empty`, before the first row; `range`, when squares overflow float64.
   */
  scatter(): Float64Array {
    const sums = this.#required();
    const { dim } = sums;
    const scatter = new Float64Array(dim * dim);
    addScatter(scatter, dim, sums, this.#count);
    refuseOverflow(scatter, dim, dim);
    return mirrorLowerTriangle(scatter, dim);
  }

  /**
   * The unbiased sample covariance S/(N−1).
   *
   * @returns D×D numbers, row-major, in squared embedding units.
   * @throws {RankMeError} `empty`, when there are fewer than two rows; `range`, when squares overflow
   * float64.
   */
  covariance(): Float64Array {
    if (this.#count < 2) {
      throw new RankMeError("empty", `a covariance needs two rows, there are ${this.#count}`);
    }
    return this.scatter().map((value) => value / (this.#count - 1));
  }

  /**
   * G = ZᵀZ = S + N·μμᵀ of the embedding matrix Z.
   *
   * @returns D×D numbers, row-major, in squared embedding units.
   * @throws {RankMeError} `empty`, before the first row; `range`, when squares overflow float64.
   */
  secondMoment(): Float64Array {
    const moment = this.scatter();
    const mean = this.mean;
    const dim = this.dim;
    for (let i = 0; i < dim; i++) {
      const weight = this.#count * mean[i];
      for (let j = 0; j <= i; j++) moment[i * dim + j] += weight * mean[j];
    }
    refuseOverflow(moment, dim, dim);
    return mirrorLowerTriangle(moment, dim);
  }

  /**
   * The singular values of the rows seen so far.
   *
   * @param options.centered Whether to subtract the mean first. Default: no, as in the paper.
   * @returns The min(N, D) largest values, negative rounding errors clamped to 0.
   * @throws {RankMeError} `empty`, before the first row; `range`, when the squares of the numbers
   * overflow or vanish in float64.
   */
  spectrum({ centered = false }: { readonly centered?: boolean } = {}): Spectrum {
    const { dim } = this.#required();
    const values = eigenvaluesOf(dim, (matrix, stride) => {
      const sums = this.#required();
      addScatter(matrix, stride, sums, this.#count);
      if (!centered) addOuterProduct(matrix, stride, this.mean, this.#count);
      refuseOverflow(matrix, stride, dim);
      refuseUnderflow(traceOf(matrix, stride, dim), centered ? undefined : this.mean);
    }, this.#backend)
      .subarray(0, Math.min(this.#count, dim))
      .map((value) => Math.max(value, 0));
    return {
      eigenvalues: values,
      singularValues: values.map(Math.sqrt),
      rows: this.#count,
      dim,
      centered,
    };
  }

  #required(): ShiftedSums {
    if (!this.#accumulator) throw new RankMeError("empty", "there are no rows");
    return this.#accumulator.sums();
  }

  #refuseUnusable(batch: EmbeddingBatch): void {
    if (this.#count > 0 && batch.dim !== this.#dim) {
      throw new RankMeError(
        "dimension",
        `${batch.dim} dimensions where earlier rows have ${this.#dim}`,
        { place: { row: batch.offset } },
      );
    }
    const found = batch.findNonFinite();
    if (found) {
      throw new RankMeError("non-finite", `${found.value} (dimension ${found.dimension})`, {
        place: { row: batch.offset + found.row },
      });
    }
  }
}

/** The mean row, summed about the first row so that equal rows give exactly that row. */
function meanOf({ data, rows, dim }: EmbeddingBatch): Float64Array {
  const mean = new Float64Array(dim);
  for (let at = 0; at < data.length; at += dim) {
    for (let i = 0; i < dim; i++) mean[i] += data[at + i] - data[i];
  }
  return mean.map((value, i) => data[i] + value / rows);
}

/** Adds P − ddᵀ/N, the scatter about the mean, to the lower triangle. */
function addScatter(to: Float64Array, toStride: number, from: ShiftedSums, count: number): void {
  const { dim, sum, scatter, stride } = from;
  for (let i = 0; i < dim; i++) {
    const weight = sum[i] / count;
    for (let j = 0; j <= i; j++) {
      to[i * toStride + j] += scatter[i * stride + j] - weight * sum[j];
    }
  }
}

function addOuterProduct(
  to: Float64Array,
  stride: number,
  v: Float64Array,
  factor: number,
): void {
  for (let i = 0; i < v.length; i++) {
    const weight = factor * v[i];
    for (let j = 0; j <= i; j++) to[i * stride + j] += weight * v[j];
  }
}

function mirrorLowerTriangle(matrix: Float64Array, dim: number): Float64Array {
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < i; j++) matrix[j * dim + i] = matrix[i * dim + j];
  }
  return matrix;
}

function diagonalOf(matrix: Float64Array, stride: number, dim: number): Float64Array {
  return Float64Array.from({ length: dim }, (_, i) => matrix[i * stride + i]);
}

function isZero(values: Float64Array): boolean {
  return values.every((value) => value === 0);
}

/**
 * Whether a row differs from the pivot. Refuses rows that do, while the square of every difference
 * is 0.
 */
function spreads({ data, dim, offset }: EmbeddingBatch, pivot: Float64Array): boolean {
  let first = -1;
  for (let i = 0; i < data.length; i++) {
    const difference = data[i] - pivot[i % dim];
    if (difference * difference !== 0) return true;
    if (difference !== 0 && first < 0) first = i;
  }
  if (first >= 0) throw vanishing({ row: offset + Math.floor(first / dim) });
  return false;
}

/** A finite trace bounds every entry: no product is larger than the larger of the two squares. */
function refuseOverflow(matrix: Float64Array, stride: number, dim: number): void {
  if (Number.isFinite(traceOf(matrix, stride, dim))) return;
  throw new RankMeError("range", "the squares of the values overflow float64", {
    advice: "divide the embeddings by a power of two, which leaves RankMe as it is",
  });
}

function refuseUnderflow(trace: number, mean?: Float64Array): void {
  if (trace === 0 ? mean && !isZero(mean) : trace < SMALLEST_TRACE) throw vanishing();
}

function traceOf(matrix: Float64Array, stride: number, dim: number): number {
  return diagonalOf(matrix, stride, dim).reduce((sum, value) => sum + value, 0);
}

function vanishing(place?: { row: number }): RankMeError {
  return new RankMeError("range", "the values are so small that their squares vanish in float64", {
    place,
    advice: "multiply the embeddings by a power of two, which leaves RankMe as it is",
  });
}
