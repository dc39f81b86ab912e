import { EmbeddingBatch, type EmbeddingData } from "../batch.ts";
import { allocating, RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { fastestBackend } from "../linalg/fastest_backend.ts";
import { HeldRows } from "./held_rows.ts";
import { leavingOutEach, merged } from "./leaving_out_each.ts";
import { type LengthKurtosis, LengthSums } from "./length_sums.ts";
import { OnlineCovariance } from "./online_covariance.ts";

/** So many groups: enough for a standard error that is itself known to a fifth, few to decompose. */
const DEFAULT_GROUPS = 16;
/** How many numbers wait at the most, so that each group's are taken in many at a time. */
const WAITING_NUMBERS = 1 << 20;

/** Of so many rows at the most a median is taken, which is then a sixth of their spread off the mean. */
const MEDIAN_ROWS = 64;

/** How to keep what is known of groups of rows. */
export interface JackknifeCovarianceOptions {
  /** Whether to keep triangular factors: see {@linkcode OnlineCovariance}. Default: no. */
  readonly exact?: boolean;
  /** G: how many groups there are, at least 2. Default: 16. */
  readonly groups?: number;
}

/** Which group a row of a batch belongs to: a whole number from 0, below the number of groups. */
export type GroupOf = (row: number) => number;

/**
 * What is known of rows, and what would be known of them without each of G groups: a jackknife in one
 * pass. Rows are dealt out to the groups in turn unless they are told apart otherwise; each group has
 * an {@linkcode OnlineCovariance} of its own, and these are merged.
 *
 * @example All rows, and without each half of them
 * ```ts
 * import { EmbeddingBatch, JackknifeCovariance } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(1, 10, 3, 30), dim: 1 });
 * const state = new JackknifeCovariance(undefined, { groups: 2 }).update(batch);
 * assertEquals(state.total().mean, Float64Array.of(11));
 * assertEquals(Array.from(state.without(), ({ mean: [mean] }) => mean), [20, 2]);
 * ```
 */
export class JackknifeCovariance {
  /** G: how many groups there are. */
  readonly groups: number;
  /** Whether triangular factors are kept, and not products. */
  readonly exact: boolean;
  readonly #backend: Backend;
  #states: readonly OnlineCovariance[];
  #lengths: LengthSums | undefined;
  /** Whether all groups subtract the same pivot; while there are fewer rows than D, they keep them. */
  #pivoted = false;
  /** Rows that wait, group by group: one array, cut into as many blocks. */
  #waiting: EmbeddingData = new Float32Array(0);
  readonly #waitingRows: number[];
  #count = 0;
  #dim = 0;

  /**
   * Starts with no rows.
   *
   * @param backend What computes. Default: WebAssembly on the calling thread, or what is there instead.
   * @param options How many groups, and how.
   * @throws {RankMeError} `usage`, for fewer than two groups.
   */
  constructor(
    backend: Backend = fastestBackend(),
    { groups = DEFAULT_GROUPS, exact = false }: JackknifeCovarianceOptions = {},
  ) {
    if (!(Number.isSafeInteger(groups) && groups >= 2)) {
      throw new RankMeError("usage", `a jackknife needs two groups or more, not ${groups}`);
    }
    this.groups = groups;
    this.exact = exact;
    this.#backend = backend;
    this.#states = Array.from({ length: groups }, () => new OnlineCovariance(backend, { exact }));
    this.#waitingRows = new Array(groups).fill(0);
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

  /** How many rows each group has. */
  get sizes(): readonly number[] {
    return this.#states.map(({ count }, group) => count + this.#waitingRows[group]);
  }

  /**
   * Takes in some rows.
   *
   * @param batch Rows of the same dimension as before.
   * @param groupOf Which group each of them is of. Default: each row the next one's, in turn.
   * @returns This object.
   * @throws {RankMeError} `dimension` or `non-finite`, each with the row, and `usage`, for a group there
   * is none of; the state is then as it was before.
   */
  update(batch: EmbeddingBatch, groupOf?: GroupOf): this {
    if (batch.rows === 0) return this;
    this.#refuseUnusable(batch);
    const groups = this.#groupsOf(batch, groupOf);
    this.#makeRoom(batch);
    this.#count += batch.rows;
    const { data, dim } = batch, blockRows = this.#blockRows;
    for (let row = 0; row < batch.rows; row++) {
      const group = groups[row];
      const at = group * blockRows + this.#waitingRows[group]++;
      this.#waiting.set(data.subarray(row * dim, (row + 1) * dim), at * dim);
      if (this.#waitingRows[group] === blockRows) this.#takeIn(group);
    }
    return this;
  }

  /**
   * Takes in all rows that another object has seen, group by group.
   *
   * @param other As many groups; left as it was, but for rows that waited.
   * @returns This object.
   * @throws {RankMeError} `usage`, when the groups are not as many, or one is exact and the other is
   * not; `dimension`.
   */
  merge(other: JackknifeCovariance): this {
    if (other.groups !== this.groups) {
      throw new RankMeError(
        "usage",
        `${other.groups} groups cannot be merged with ${this.groups}`,
      );
    }
    if (other.#count === 0) return this;
    if (this.#count > 0 && other.#dim !== this.#dim) {
      throw new RankMeError(
        "dimension",
        `rows of ${other.#dim} dimensions cannot be merged with rows of ${this.#dim}`,
      );
    }
    this.#takeAllIn();
    other.#takeAllIn();
    this.#states.forEach((state, group) => state.merge(other.#states[group]));
    if (this.#count === 0) this.#dim = other.#dim;
    this.#count += other.#count;
    this.#pivoted ||= other.#pivoted;
    this.#lengths ??= new LengthSums(this.groups, other.#lengths!.center);
    this.#lengths.merge(other.#lengths!);
    return this;
  }

  /**
   * What is known of all rows.
   *
   * @returns A state of its own.
   */
  total(): OnlineCovariance {
    this.#takeAllIn();
    return merged(this.#states);
  }

  /**
   * What would be known without each of the groups, in order. The next one is made when it is asked
   * for.
   *
   * @returns G states, each of its own.
   */
  *without(): Generator<OnlineCovariance, void, void> {
    this.#takeAllIn();
    yield* leavingOutEach(this.#states);
  }

  /**
   * How unequally far rows are from their mean, which says how far to trust a jackknife.
   *
   * @returns The kurtosis of all rows, and without each of the groups.
   * @throws {RankMeError} `empty`, before the first row.
   */
  lengthKurtosis(): LengthKurtosis {
    this.#takeAllIn();
    if (!this.#lengths) throw new RankMeError("empty", "there are no rows");
    return this.#lengths.kurtosis();
  }

  /**
   * Has all groups subtract the same from then on. Left to themselves, each of them would keep rows
   * until it has D, and then choose a pivot of its own: none could be merged by an addition.
   */
  #choosePivot(pivot: Float64Array): void {
    this.#pivoted = true;
    const exact = this.exact;
    this.#states = this.#states.map((held) =>
      new OnlineCovariance(this.#backend, { exact, pivot }).merge(held)
    );
  }

  get #blockRows(): number {
    return Math.max(1, Math.floor(WAITING_NUMBERS / this.groups / this.#dim));
  }

  #groupsOf({ rows }: EmbeddingBatch, groupOf: GroupOf | undefined): Uint32Array {
    const next = this.#count;
    const of = groupOf ?? ((row) => (next + row) % this.groups);
    return Uint32Array.from({ length: rows }, (_, row) => {
      const group = of(row);
      if (Number.isInteger(group) && group >= 0 && group < this.groups) return group;
      throw new RankMeError("usage", `there is no group ${group} of ${this.groups}`);
    });
  }

  /** Lets numbers wait in the type they come in. */
  #makeRoom({ data, dim }: EmbeddingBatch): void {
    this.#dim = dim;
    if (this.#waiting.length > 0 && this.#waiting.constructor === data.constructor) return;
    this.#takeAllIn();
    const length = this.groups * this.#blockRows * dim;
    const bytes = length * data.BYTES_PER_ELEMENT;
    const Numbers = data.constructor as new (length: number) => EmbeddingData;
    this.#waiting = allocating(bytes, `${this.groups} groups of rows`, () => new Numbers(length));
  }

  #takeAllIn(): void {
    for (let group = 0; group < this.groups; group++) this.#takeIn(group);
  }

  #takeIn(group: number): void {
    if (this.#waitingRows[group] === 0) return;
    this.#lengths ??= new LengthSums(this.groups, this.#meanOfWaiting());
    if (!this.#pivoted && this.#count >= this.#dim) this.#choosePivot(this.#medianSoFar());
    const rows = this.#waitingOf(group);
    this.#waitingRows[group] = 0;
    this.#lengths.add(group, rows);
    this.#states[group].update(rows);
  }

  #waitingOf(group: number): EmbeddingBatch {
    const dim = this.#dim, start = group * this.#blockRows * dim;
    const data = this.#waiting.subarray(start, start + this.#waitingRows[group] * dim);
    return new EmbeddingBatch({ data, dim });
  }

  #meanOfWaiting(): Float64Array {
    const groups = Array.from(this.#waitingRows.keys(), (group) => this.#waitingOf(group));
    return new HeldRows(groups.filter(({ rows }) => rows > 0)).mean();
  }

  /**
   * A pivot near most rows. The mean will not do: one row far from all others would move it away from
   * them, and where that row is left out their squares about it would cancel.
   */
  #medianSoFar(): Float64Array {
    const most = Math.ceil(MEDIAN_ROWS / this.groups);
    const rows = Array.from(this.#waitingRows.keys(), (group) => {
      const count = this.#waitingRows[group], taken = Math.min(count, most);
      return Array.from(
        { length: taken },
        (_, i) => this.#waitingOf(group).row(Math.floor(i * count / taken)),
      );
    });
    const means = this.#states.filter(({ count }) => count > 0).map(({ mean }) => mean);
    const all = [...means, ...rows.flat()], middle = (all.length - 1) >> 1;
    return Float64Array.from(
      { length: this.#dim },
      (_, dimension) => Float64Array.from(all, (row) => row[dimension]).sort()[middle],
    );
  }

  #refuseUnusable(batch: EmbeddingBatch): void {
    if (this.#count > 0 && batch.dim !== this.#dim) {
      throw new RankMeError(
        "dimension",
        `${batch.dim} dimensions where earlier rows have ${this.#dim}`,
        { place: { row: batch.offset } },
      );
    }
    batch.refuseNonFinite();
  }
}
