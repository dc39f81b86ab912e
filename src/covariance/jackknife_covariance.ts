import { EmbeddingBatch, type EmbeddingData } from "../batch.ts";
import { allocating, RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { fastestBackend } from "../linalg/fastest_backend.ts";
import { HeldRows } from "./held_rows.ts";
import { OnlineCovariance } from "./online_covariance.ts";

/** So many groups: enough for a standard error that is itself known to a fifth, few to decompose. */
const DEFAULT_GROUPS = 16;
/** How many numbers of a group wait before they are taken in together. */
const BLOCK_NUMBERS = 1 << 16;

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
  /** What all groups subtract; undefined while the rows themselves are kept. */
  #pivot: Float64Array | undefined;
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
    this.#states = this.#emptyGroups();
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
   * is none of; the state is then as it was before. `range`, when squares vanish in float64.
   */
  update(batch: EmbeddingBatch, groupOf?: GroupOf): this {
    if (batch.rows === 0) return this;
    this.#refuseUnusable(batch);
    const groups = this.#groupsOf(batch, groupOf);
    if (!this.#pivot && this.#count + batch.rows >= batch.dim) this.#choosePivot(batch);
    this.#makeRoom(batch);
    const { data, dim } = batch, blockRows = this.#blockRows;
    for (let row = 0; row < batch.rows; row++) {
      const group = groups[row];
      const at = group * blockRows + this.#waitingRows[group]++;
      this.#waiting.set(data.subarray(row * dim, (row + 1) * dim), at * dim);
      if (this.#waitingRows[group] === blockRows) this.#takeIn(group);
    }
    this.#count += batch.rows;
    return this;
  }

  /**
   * Takes in all rows that another object has seen, group by group.
   *
   * @param other As many groups; left as it was, but for rows that waited.
   * @returns This object.
   * @throws {RankMeError} `usage`, when the groups are not as many, or one is exact and the other is
   * not; `dimension`; `range`, when squares vanish in float64.
   */
  merge(other: JackknifeCovariance): this {
    if (other.groups !== this.groups) {
      throw new RankMeError(
        "usage",
        `${other.groups} groups cannot be merged with ${this.groups}`,
      );
    }
    this.#takeAllIn();
    other.#takeAllIn();
    this.#states.forEach((state, group) => state.merge(other.#states[group]));
    this.#pivot ??= other.#pivot;
    if (this.#count === 0) this.#dim = other.#dim;
    this.#count += other.#count;
    return this;
  }

  /**
   * What is known of all rows.
   *
   * @returns A state of its own.
   */
  total(): OnlineCovariance {
    this.#takeAllIn();
    return this.#merged(this.#empty(), 0, this.groups);
  }

  /**
   * What would be known without each of the groups, in order. The next one is made when it is asked
   * for.
   *
   * The groups are halved again and again: what is known of all others goes down to each half once it
   * has been merged with the other half, G·log₂ G merges in all. Subtracting each group from the total
   * would leave nothing but rounding errors where one of them has huge rows.
   *
   * @returns G states, each of its own.
   */
  *without(): Generator<OnlineCovariance, void, void> {
    this.#takeAllIn();
    yield* this.#leaveOut(this.#empty(), 0, this.groups);
  }

  /** Each of the groups from `start` to before `end` left out of them and of `others`, used up. */
  *#leaveOut(others: OnlineCovariance, start: number, end: number): Generator<OnlineCovariance> {
    if (end - start === 1) return yield others;
    const middle = (start + end) >> 1;
    yield* this.#leaveOut(this.#merged(others.clone(), middle, end), start, middle);
    yield* this.#leaveOut(this.#merged(others, start, middle), middle, end);
  }

  #merged(into: OnlineCovariance, start: number, end: number): OnlineCovariance {
    return this.#states.slice(start, end).reduce((all, state) => all.merge(state), into);
  }

  #empty(): OnlineCovariance {
    return new OnlineCovariance(this.#backend, { exact: this.exact });
  }

  #emptyGroups(): readonly OnlineCovariance[] {
    const exact = this.exact, pivot = this.#pivot;
    return Array.from(
      { length: this.groups },
      () => new OnlineCovariance(this.#backend, { exact, pivot }),
    );
  }

  /**
   * Has all groups subtract the mean of the rows so far. Left to themselves, each of them would keep
   * rows until it has D, and another pivot from then on: none could be merged by an addition.
   */
  #choosePivot(batch: EmbeddingBatch): void {
    const early = this.#count > 0 ? this.total() : undefined;
    const pivot = new HeldRows([batch]).mean();
    if (early) {
      const share = early.count / (early.count + batch.rows);
      early.mean.forEach((value, i) => pivot[i] += (value - pivot[i]) * share);
    }
    this.#pivot = pivot;
    const held = this.#states;
    this.#states = this.#emptyGroups().map((state, group) => state.merge(held[group]));
  }

  get #blockRows(): number {
    return Math.max(1, Math.floor(BLOCK_NUMBERS / this.#dim));
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
    const rows = this.#waitingRows[group];
    if (rows === 0) return;
    this.#waitingRows[group] = 0;
    const dim = this.#dim, start = group * this.#blockRows * dim;
    const data = this.#waiting.subarray(start, start + rows * dim);
    try {
      this.#states[group].update(new EmbeddingBatch({ data, dim }));
    } catch (error) {
      if (!(error instanceof RankMeError)) throw error;
      // Which row it was in the stream is not known here.
      const { code, what, advice } = error;
      throw new RankMeError(code, what, { advice, cause: error });
    }
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
