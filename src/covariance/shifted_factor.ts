import type { EmbeddingBatch } from "../batch.ts";
import type { Backend } from "../linalg/backend.ts";
import { singularValuesOf } from "../linalg/singular_values.ts";
import type { Spectrum } from "../linalg/spectrum.ts";
import { TriangularFactor } from "../linalg/triangular_factor.ts";
import { isZero, squaredNorm } from "./lower_triangle.ts";
import { refuseOverflow, refuseUnderflow } from "./range.ts";
import type { Summary } from "./summary.ts";

/**
 * N, a pivot c, a unit u and the triangular factor R of [1, (Z − 1cᵀ)/u]: of the rows less the pivot,
 * with a column of ones before them.
 *
 * The reflections that clear the column of ones take the mean off. So the first row of R is
 * √N·(1, (μ−c)ᵀ/u), up to its sign, and what stands below is a factor of the centred rows. The unit
 * is a power of two near the largest difference from the pivot: no square overflows or vanishes.
 */
export class ShiftedFactor implements Summary {
  readonly #backend: Backend;
  #pivot: Float64Array;
  #factor: TriangularFactor;
  #unit = Number.MIN_VALUE;
  #count = 0;
  /** What had been added up before merges and is no longer part of R. */
  #excess = 0;

  /**
   * The factor of no rows.
   *
   * @param backend What computes singular values.
   * @param pivot c: D numbers; not to be written to any more.
   * @throws {RankMeError} `memory`, when D² numbers cannot be had.
   */
  constructor(backend: Backend, pivot: Float64Array) {
    this.#backend = backend;
    this.#pivot = pivot;
    this.#factor = new TriangularFactor(pivot.length + 1);
  }

  get count(): number {
    return this.#count;
  }

  get dim(): number {
    return this.#pivot.length;
  }

  #addRows({ data, rows, dim }: EmbeddingBatch): void {
    const pivot = this.#pivot;
    let largest = 0;
    for (let at = 0; at < data.length; at += dim) {
      for (let j = 0; j < dim; j++) largest = Math.max(largest, Math.abs(data[at + j] - pivot[j]));
    }
    this.#growUnit(largest);
    const row = new Float64Array(dim + 1);
    row[0] = 1;
    for (let at = 0; at < data.length; at += dim) {
      for (let j = 0; j < dim; j++) row[j + 1] = (data[at + j] - pivot[j]) / this.#unit;
      this.#factor.add(row);
    }
    this.#count += rows;
  }

  get varies(): boolean {
    return !isZero(this.#factor.triangle().subarray(this.#factor.stride));
  }

  update(batches: readonly EmbeddingBatch[]): void {
    for (const batch of batches) this.#addRows(batch);
  }

  /** The factor of both factors, each of them moved to the mean of all rows. */
  merge(other: ShiftedFactor): void {
    const count = this.#count + other.#count;
    const mean = this.mean(), otherMean = other.mean();
    const pivot = mean.map((value, i) => value + (otherMean[i] - value) * (other.#count / count));
    const merged = new ShiftedFactor(this.#backend, pivot);
    for (const part of [this, other]) merged.#addFactor(part);
    this.#excess += other.#excess + this.#removed() + other.#removed();
    this.#pivot = pivot;
    this.#factor = merged.#factor;
    this.#unit = merged.#unit;
    this.#count = count;
  }

  clone(backend: Backend, shift?: Float64Array): ShiftedFactor {
    const pivot = shift ? this.#pivot.map((value, i) => value + shift[i]) : this.#pivot;
    const copy = new ShiftedFactor(backend, pivot);
    copy.#factor.triangle().set(this.#factor.triangle());
    copy.#unit = this.#unit;
    copy.#count = this.#count;
    copy.#excess = this.#excess;
    return copy;
  }

  mean(): Float64Array {
    const triangle = this.#factor.triangle();
    return this.#pivot.map((center, j) => center + triangle[j + 1] / triangle[0] * this.#unit);
  }

  meanFrom(origin: Float64Array): Float64Array {
    const triangle = this.#factor.triangle();
    return this.#pivot.map((center, j) =>
      center - origin[j] + triangle[j + 1] / triangle[0] * this.#unit
    );
  }

  /** Column by column the squared length of what stands below the first row. */
  squaredDeviations(): Float64Array {
    const triangle = this.#factor.triangle(), { stride } = this.#factor;
    const squares = new Float64Array(this.dim);
    for (let i = 1; i <= this.dim; i++) {
      for (let j = i; j <= this.dim; j++) {
        squares[j - 1] += (triangle[i * stride + j] * this.#unit) ** 2;
      }
    }
    return squares;
  }

  addScatter(to: Float64Array, toStride: number): void {
    const { dim } = this;
    const rows = new Float64Array(dim * dim);
    this.#writeCentered(rows, dim);
    const accumulator = this.#backend.accumulator(new Float64Array(dim));
    accumulator.add(rows);
    const { scatter, stride } = accumulator.sums();
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j <= i; j++) to[i * toStride + j] += scatter[i * stride + j];
    }
  }

  spectrum(centered: boolean): Spectrum {
    const { dim } = this;
    const rows = centered ? dim : dim + 1;
    let squares = 0;
    const singularValues = singularValuesOf(rows, dim, (to, stride) => {
      this.#writeCentered(to, stride);
      const root = Math.sqrt(this.#count);
      if (!centered) to.set(this.mean().map((value) => root * value), dim * stride);
      let allZero = true;
      for (let i = 0; i < rows; i++) {
        const row = to.subarray(i * stride, i * stride + dim);
        squares += squaredNorm(row);
        allZero &&= isZero(row);
      }
      refuseOverflow(squares);
      refuseUnderflow(squares, allZero);
    }, this.#backend).subarray(0, this.#count);
    return {
      eigenvalues: singularValues.map((value) => value * value),
      singularValues,
      rows: this.#count,
      dim,
      centered,
      computation: { method: "qr", magnitude: squares + this.#removed() + this.#excess },
    };
  }

  /** Writes a D×D upper triangle with the products and the singular values of the centred rows. */
  #writeCentered(to: Float64Array, toStride: number): void {
    const triangle = this.#factor.triangle();
    const { dim } = this, { stride } = this.#factor;
    for (let i = 0; i < dim; i++) {
      const from = (i + 1) * stride + 1;
      for (let j = i; j < dim; j++) to[i * toStride + j] = triangle[from + j] * this.#unit;
    }
  }

  /** Adds what another factor stands for. Another pivot changes nothing but its first row. */
  #addFactor(other: ShiftedFactor): void {
    const move = other.#pivot.map((value, j) => value - this.#pivot[j]);
    this.#growUnit(Math.max(other.#unit, move.reduce((most, x) => Math.max(most, Math.abs(x)), 0)));
    const triangle = other.#factor.triangle(), { stride, columns } = other.#factor;
    const scale = other.#unit / this.#unit;
    for (let i = 0; i < columns; i++) {
      const row = triangle.slice(i * stride, i * stride + columns);
      for (let j = 1; j < columns; j++) {
        row[j] = row[j] * scale + row[0] * (move[j - 1] / this.#unit);
      }
      this.#factor.add(row);
    }
    this.#count += other.#count;
  }

  #growUnit(largest: number): void {
    const unit = 2 ** Math.ceil(Math.log2(largest));
    if (!(unit > this.#unit)) return;
    const triangle = this.#factor.triangle(), { stride, columns } = this.#factor;
    const scale = this.#unit / unit;
    for (let i = 0; i < columns; i++) {
      for (let j = Math.max(i, 1); j < columns; j++) triangle[i * stride + j] *= scale;
    }
    this.#unit = unit;
  }

  /** N·|μ−c|²: the squares that centring takes off. */
  #removed(): number {
    const mean = this.mean();
    return this.#count * squaredNorm(mean.map((value, i) => value - this.#pivot[i]));
  }
}
