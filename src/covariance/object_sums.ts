import { EmbeddingBatch } from "../batch.ts";
import { allocating, RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { generalizedEigenvalues } from "../linalg/generalized_eigenvalues.ts";
import { HeldRows } from "./held_rows.ts";
import { OnlineCovariance } from "./online_covariance.ts";
import { isZero } from "./lower_triangle.ts";
import { refuseOverflow } from "./range.ts";

/** Numbers of deviations made at a time: 512 kB. */
const BLOCK_LENGTH = 2 ** 16;

/** What is kept of whole objects: nothing of one of them by itself. */
export class ObjectSums {
  readonly #backend: Backend;
  #objects = 0;
  #singles = 0;
  /** A point near the rows, from which means are told without rounding to their own size. */
  #origin: Float64Array | undefined;
  /** The mean row of each object, less the origin. */
  #means: OnlineCovariance;
  /** (x−μ_o)/√(q−1) of every row of an object of q ≥ 2 rows: their products are its covariance. */
  #deviations: OnlineCovariance;
  /** The covariances of objects of so many rows that these were not kept, D×D; absent without any. */
  #others: Float64Array | undefined;

  /**
   * Sums of no objects.
   *
   * @param backend What computes.
   */
  constructor(backend: Backend) {
    this.#backend = backend;
    this.#means = new OnlineCovariance(backend);
    this.#deviations = new OnlineCovariance(backend);
  }

  /** How many objects there are. */
  get objects(): number {
    return this.#objects;
  }

  /** How many of them have one row. */
  get singles(): number {
    return this.#singles;
  }

  /**
   * Adds an object, of which all rows are at hand.
   *
   * @param batches Its rows; nothing of them is kept.
   * @throws {RankMeError} `range`, when squares vanish or differences overflow.
   */
  addRows(batches: readonly EmbeddingBatch[]): void {
    const rows = new HeldRows(batches);
    const first = Float64Array.from(batches[0].row(0));
    const mean = rows.meanFrom(first);
    const { offset } = batches[0];
    this.#addMean(rows.meanFrom(this.#origin ??= first), rows.count, offset);
    if (rows.count === 1) return;
    const weight = 1 / Math.sqrt(rows.count - 1);
    for (const batch of batches) {
      const step = Math.ceil(BLOCK_LENGTH / batch.dim);
      for (let start = 0; start < batch.rows; start += step) {
        const end = Math.min(start + step, batch.rows);
        const block = deviations(batch, [start, end], [first, mean], weight);
        if (block.findNonFinite()) refuseOverflow(Infinity);
        this.#deviations.update(block);
      }
    }
  }

  /**
   * Adds an object of which no row was kept.
   *
   * @param state What is known of its rows, at least two.
   * @throws {RankMeError} `range`; `memory`.
   */
  addState(state: OnlineCovariance): void {
    this.#addMean(state.meanFrom(this.#origin ??= state.mean), state.count, 0);
    const covariance = state.covariance();
    if (this.#others) addTo(this.#others, covariance);
    else this.#others = covariance;
  }

  #addMean(mean: Float64Array, rows: number, offset: number): void {
    const batch = new EmbeddingBatch({ data: mean, dim: mean.length, offset });
    if (batch.findNonFinite()) refuseOverflow(Infinity);
    this.#means.update(batch);
    this.#objects++;
    if (rows === 1) this.#singles++;
  }

  /**
   * Adds all objects of another one.
   *
   * @param other Other objects; left as they were.
   * @returns This object.
   * @throws {RankMeError} `range`; `dimension`.
   */
  merge(other: ObjectSums): this {
    this.#mergeMeans(other);
    this.#deviations.merge(other.#deviations);
    this.#objects += other.#objects;
    this.#singles += other.#singles;
    if (this.#others && other.#others) addTo(this.#others, other.#others);
    else this.#others ??= other.#others?.slice();
    return this;
  }

  #mergeMeans(other: ObjectSums): void {
    if (!other.#origin) return;
    const origin = this.#origin ??= other.#origin;
    const shift = other.#origin.map((value, i) => value - origin[i]);
    this.#means.merge(isZero(shift) ? other.#means : other.#means.clone(shift));
  }

  /**
   * A copy that goes its own way.
   *
   * @returns An object in the same state.
   */
  clone(): ObjectSums {
    const copy = new ObjectSums(this.#backend);
    copy.#origin = this.#origin;
    copy.#means = this.#means.clone();
    copy.#deviations = this.#deviations.clone();
    copy.#objects = this.#objects;
    copy.#singles = this.#singles;
    copy.#others = this.#others?.slice();
    return copy;
  }

  /**
   * The λ of Σ_b·v = λ(Σ_w + δI)v.
   *
   * @param delta δ, in squared embedding units.
   * @returns D values from 0 on, largest first.
   * @throws {RankMeError} `column`, when there are fewer than two objects, or none of two rows;
   * `range`, when Σ_w + δI cannot be told from a singular matrix; `memory`.
   */
  eigenvalues(delta: number): Float64Array {
    this.#refuseTooFew();
    const { dim } = this.#means;
    const within = this.#within();
    for (let i = 0; i < dim; i++) within[i * (dim + 1)] += delta;
    const values = generalizedEigenvalues(dim, this.#means.covariance(), within, this.#backend);
    if (!values) {
      throw new RankMeError(
        "range",
        `beside the differences between rows of one object, δ = ${delta} is lost in rounding`,
        { advice: "scale rows to length 1, group more rows than there are dimensions, or raise δ" },
      );
    }
    return values.map((value) => Math.max(value, 0));
  }

  /** Σ_w: the mean of the covariances of objects of two rows or more. */
  #within(): Float64Array {
    const { dim } = this.#means;
    const within = this.#deviations.count > 0
      ? this.#deviations.scatter()
      : allocating(dim * dim * 8, "the scatter of objects", () => new Float64Array(dim * dim));
    if (this.#others) addTo(within, this.#others);
    const count = this.#objects - this.#singles;
    for (let at = 0; at < within.length; at++) within[at] /= count;
    return within;
  }

  #refuseTooFew(): void {
    if (this.#objects < 2) {
      throw new RankMeError("column", `LiDAR needs two objects, and there is ${this.#objects}`, {
        advice: "is it the right column?",
      });
    }
    if (this.#singles === this.#objects) {
      throw new RankMeError(
        "column",
        `each of the ${this.#objects} objects has one row, and LiDAR needs several views of one`,
        { advice: "is it the right column?" },
      );
    }
  }
}

/** (x − o − (μ−o))·weight, for some rows x and a point o near them. */
function deviations(
  { data, dim, offset }: EmbeddingBatch,
  [start, end]: readonly [number, number],
  [origin, mean]: readonly [Float64Array, Float64Array],
  weight: number,
): EmbeddingBatch {
  const block = new Float64Array((end - start) * dim);
  for (let to = 0, from = start * dim; to < block.length; to += dim, from += dim) {
    for (let i = 0; i < dim; i++) block[to + i] = (data[from + i] - origin[i] - mean[i]) * weight;
  }
  return new EmbeddingBatch({ data: block, dim, offset: offset + start });
}

function addTo(sum: Float64Array, more: Float64Array): void {
  for (let at = 0; at < sum.length; at++) sum[at] += more[at];
}
