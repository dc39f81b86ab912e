import type { EmbeddingBatch } from "../batch.ts";
import type { Accumulator, Backend } from "../linalg/backend.ts";
import { eigenvaluesOf } from "../linalg/eigenvalues.ts";
import type { Spectrum } from "../linalg/spectrum.ts";
import { addOuterProduct, isZero, squaredNorm, traceOf } from "./lower_triangle.ts";
import { differ, refuseOverflow, refuseUnderflow } from "./range.ts";
import type { Summary } from "./summary.ts";

/**
 * N, a pivot c, d = Σ(x−c) and P = Σ(x−c)(x−c)ᵀ. With a pivot near the mean, the scatter
 * S = P − ddᵀ/N loses nothing to a large mean.
 *
 * Source: Chan, Golub & LeVeque, "Algorithms for computing the sample variance", 1983.
 */
export class ShiftedScatter implements Summary {
  readonly #backend: Backend;
  #pivot: Float64Array;
  #accumulator: Accumulator;
  #count = 0;
  #varies = false;
  /** What had been added up before merges and is no longer part of P. */
  #excess = 0;

  /**
   * Sums of no rows.
   *
   * @param backend What computes.
   * @param pivot c: D numbers; not to be written to any more.
   * @throws {RankMeError} `memory`, when D² numbers cannot be had.
   */
  constructor(backend: Backend, pivot: Float64Array) {
    this.#backend = backend;
    this.#pivot = pivot;
    this.#accumulator = backend.accumulator(pivot);
  }

  get count(): number {
    return this.#count;
  }

  get dim(): number {
    return this.#pivot.length;
  }

  get varies(): boolean {
    return this.#varies;
  }

  update(batches: readonly EmbeddingBatch[]): void {
    this.#varies ||= differ(batches, this.#pivot);
    for (const { data, rows } of batches) {
      this.#accumulator.add(data);
      this.#count += rows;
    }
  }

  /**
   * About any c, P = Σₖ Sₖ + nₖeₖeₖᵀ and d = Σₖ nₖeₖ with eₖ = μₖ − c (Chan, Golub & LeVeque 1983; Pébay
   * 2008). The eₖ are found without the means, whose rounding may be larger than all spread; c itself
   * is a rounded mean, and d is what it is off by.
   */
  merge(other: ShiftedScatter): void {
    if (this.#pivot === other.#pivot) return this.#addSums(other);
    const parts: readonly ShiftedScatter[] = [this, other];
    const count = this.#count + other.#count;
    const mean = this.mean(), otherMean = other.mean();
    const pivot = mean.map((value, i) => value + (otherMean[i] - value) * (other.#count / count));
    const merged = this.#backend.accumulator(pivot);
    const { sum, scatter, stride, dim } = merged.sums();
    const offsets = parts.map((part) => part.meanFrom(pivot));
    parts.forEach((part, k) => {
      part.addScatter(scatter, stride);
      addOuterProduct(scatter, stride, offsets[k], part.#count);
      for (let i = 0; i < dim; i++) sum[i] += part.#count * offsets[k][i];
    });
    const apart = offsets[0].some((value, i) => value !== offsets[1][i]);
    this.#excess += other.#excess + 2 * (this.#removed() + other.#removed());
    this.#varies ||= other.#varies || apart;
    this.#pivot = pivot;
    this.#accumulator = merged;
    this.#count = count;
  }

  clone(backend: Backend, shift?: Float64Array): ShiftedScatter {
    const pivot = shift ? this.#pivot.map((value, i) => value + shift[i]) : this.#pivot;
    const copy = new ShiftedScatter(backend, pivot);
    const from = this.#accumulator.sums(), to = copy.#accumulator.sums();
    to.sum.set(from.sum);
    for (let i = 0; i < this.dim; i++) {
      const row = from.scatter.subarray(i * from.stride, i * from.stride + i + 1);
      to.scatter.set(row, i * to.stride);
    }
    copy.#count = this.#count;
    copy.#varies = this.#varies;
    copy.#excess = this.#excess;
    return copy;
  }

  /** Sums about one pivot add up as they are. */
  #addSums(other: ShiftedScatter): void {
    const to = this.#accumulator.sums(), from = other.#accumulator.sums();
    for (let i = 0; i < this.dim; i++) {
      to.sum[i] += from.sum[i];
      const at = i * to.stride, fromAt = i * from.stride;
      for (let j = 0; j <= i; j++) to.scatter[at + j] += from.scatter[fromAt + j];
    }
    this.#count += other.#count;
    this.#varies ||= other.#varies;
    this.#excess += other.#excess;
  }

  mean(): Float64Array {
    const { sum } = this.#accumulator.sums();
    return this.#pivot.map((center, i) => center + sum[i] / this.#count);
  }

  meanFrom(origin: Float64Array): Float64Array {
    const { sum } = this.#accumulator.sums();
    return this.#pivot.map((center, i) => center - origin[i] + sum[i] / this.#count);
  }

  squaredDeviations(): Float64Array {
    const { sum, scatter, stride } = this.#accumulator.sums();
    return this.#pivot.map((_, i) =>
      Math.max(scatter[i * (stride + 1)] - sum[i] / this.#count * sum[i], 0)
    );
  }

  addScatter(to: Float64Array, toStride: number): void {
    const { dim, sum, scatter, stride } = this.#accumulator.sums();
    for (let i = 0; i < dim; i++) {
      const weight = sum[i] / this.#count;
      for (let j = 0; j <= i; j++) {
        to[i * toStride + j] += scatter[i * stride + j] - weight * sum[j];
      }
    }
  }

  spectrum(centered: boolean): Spectrum {
    const { dim } = this;
    const mean = centered ? new Float64Array(dim) : this.mean();
    const sums = this.#accumulator.sums();
    const squares = traceOf(sums.scatter, sums.stride, dim);
    const eigenvalues = eigenvaluesOf(dim, (matrix, stride) => {
      this.addScatter(matrix, stride);
      addOuterProduct(matrix, stride, mean, this.#count);
      const trace = traceOf(matrix, stride, dim);
      refuseOverflow(trace);
      // Where the squares were large and cancel about a far pivot, the magnitude tells.
      refuseUnderflow(Math.max(trace, squares), !this.#varies && isZero(mean));
    }, this.#backend).subarray(0, this.#count).map((value) => Math.max(value, 0));
    const magnitude = squares + this.#excess + this.#removed() + this.#count * squaredNorm(mean);
    return {
      eigenvalues,
      singularValues: eigenvalues.map(Math.sqrt),
      rows: this.#count,
      dim,
      centered,
      computation: { method: "gram", magnitude },
    };
  }

  /** The trace of ddᵀ/N. */
  #removed(): number {
    return squaredNorm(this.#accumulator.sums().sum) / this.#count;
  }
}
