import type { EmbeddingBatch } from "../batch.ts";
import { allocating, RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { fastestBackend } from "../linalg/fastest_backend.ts";
import type { Spectrum } from "../linalg/spectrum.ts";
import { HeldRows } from "./held_rows.ts";
import { addOuterProduct, mirrorLowerTriangle, traceOf } from "./lower_triangle.ts";
import { refuseOverflow, vanishing } from "./range.ts";
import { ShiftedFactor } from "./shifted_factor.ts";
import { ShiftedScatter } from "./shifted_scatter.ts";
import type { BeginSummary, Summary } from "./summary.ts";

/** How to keep what is known of the rows. */
export interface OnlineCovarianceOptions {
  /**
   * Whether to keep a triangular factor of the rows instead of their products: twice the work or
   * more, and singular values below 1e-8·σ₁ are right as well. Default: no.
   */
  readonly exact?: boolean;
  /**
   * What is subtracted from every row first: D numbers near the mean, not to be written to any more.
   * States about one and the same pivot are merged by a mere addition. Default: the mean of the first
   * rows, once there are as many as dimensions.
   */
  readonly pivot?: Float64Array;
}

/**
 * The mean and covariance of rows seen so far, in memory that does not grow with their number.
 *
 * While there are fewer rows than dimensions the rows themselves are kept. From N = D on it is their
 * scatter about a pivot, the mean of those first rows, so that nothing is lost to a large mean; or, if
 * asked for, a triangular factor. Everything is float64.
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
 *
 * @example Directions that are 1e-10 as long as others
 * ```ts
 * import { EmbeddingBatch, OnlineCovariance } from "@rankme/rankme";
 * import { referenceBackend } from "@rankme/rankme/linalg";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const state = new OnlineCovariance(referenceBackend, { exact: true });
 * state.update(new EmbeddingBatch({ data: Float64Array.of(1, 1, 1, 1 + 2e-10), dim: 2 }));
 * const [first, second] = state.spectrum().singularValues;
 * assertAlmostEquals(first * second, 2e-10, 1e-16);
 * ```
 */
export class OnlineCovariance {
  /** Whether a triangular factor is kept, and not products. */
  readonly exact: boolean;
  #backend: Backend;
  #state: HeldRows | Summary = new HeldRows();

  /**
   * Starts with no rows.
   *
   * @param backend What computes. Default: WebAssembly on the calling thread, or what is there instead.
   * @param options How.
   */
  constructor(
    backend: Backend = fastestBackend(),
    { exact = false, pivot }: OnlineCovarianceOptions = {},
  ) {
    this.#backend = backend;
    this.exact = exact;
    if (pivot) this.#state = this.#begin(pivot);
  }

  /** N: the number of rows seen. */
  get count(): number {
    return this.#state.count;
  }

  /** D: the number of dimensions, or 0 before it is known. */
  get dim(): number {
    return this.#state.dim;
  }

  /** What computes. */
  get backend(): Backend {
    return this.#backend;
  }

  /** μ: the mean row, D numbers in embedding units; a copy. */
  get mean(): Float64Array {
    return this.#required().mean();
  }

  /**
   * μ − o: the mean row less an origin. Where the mean is much larger than the spread of the rows, this
   * has digits that the mean itself has no room for.
   *
   * @param origin o: D numbers near the rows, in embedding units.
   * @returns D numbers; a copy.
   * @throws {RankMeError} `empty`, before the first row.
   */
  meanFrom(origin: Float64Array): Float64Array {
    return this.#required().meanFrom(origin);
  }

  /**
   * Σ(x−μ)² of each dimension: the diagonal of the scatter, without the rest of it.
   *
   * @returns D numbers in squared embedding units, none of them negative; 0 exactly for a dimension
   * in which all rows are equal.
   * @throws {RankMeError} `empty`, before the first row; `range`, when the squares overflow float64.
   */
  squaredDeviations(): Float64Array {
    const squares = this.#required().squaredDeviations();
    refuseOverflow(squares.reduce((sum, value) => sum + value, 0));
    return squares;
  }

  /**
   * Takes in some rows.
   *
   * @param batch Rows of the same dimension as before.
   * @returns This object.
   * @throws {RankMeError} `dimension` or `non-finite`, each with the row; the state is then as it was
   * before.
   */
  update(batch: EmbeddingBatch): this {
    if (batch.rows === 0) return this;
    this.#refuseUnusable(batch);
    this.#add([batch]);
    return this;
  }

  /**
   * Takes in all rows that another object has seen.
   *
   * @param other The other rows; left as it was.
   * @returns This object.
   * @throws {RankMeError} `dimension`, when the dimensions differ; `usage`, when one is exact and the
   * other is not; the state is then as it was before.
   */
  merge(other: OnlineCovariance): this {
    if (other.count === 0) return this;
    this.#refuseUnlike(other);
    const ours = this.#state, theirs = other.#state;
    if (this.count === 0 && !(theirs instanceof HeldRows)) {
      this.#state = theirs.clone(this.#backend);
    } else if (theirs instanceof HeldRows) {
      this.#add(theirs.batches);
    } else if (ours instanceof HeldRows) {
      const merged = theirs.clone(this.#backend);
      merged.update(ours.batches);
      this.#state = merged;
    } else {
      ours.merge(theirs);
    }
    return this;
  }

  /**
   * A copy that later updates of this one leave alone.
   *
   * @param shift D numbers that are added to every row, in embedding units. Default: none.
   * @returns An object in the same state, but for the shift.
   */
  clone(shift?: Float64Array): OnlineCovariance {
    const copy = new OnlineCovariance(this.#backend, { exact: this.exact });
    if (!(this.#state instanceof HeldRows)) copy.#state = this.#state.clone(this.#backend, shift);
    else copy.#state = shift ? this.#state.movedBy(shift) : new HeldRows(this.#state.batches);
    return copy;
  }

  /**
   * S = Σ(x−μ)(x−μ)ᵀ.
   *
   * @returns D×D numbers, row-major, in squared embedding units.
   * @throws {RankMeError} `empty`, before the first row; `range`, when squares overflow or vanish in
   * float64; `memory`.
   */
  scatter(): Float64Array {
    const state = this.#required();
    const { dim } = state;
    const length = dim * dim;
    const purpose = `the scatter of ${dim} dimensions`;
    const scatter = allocating(length * 8, purpose, () => new Float64Array(length));
    const summary = state instanceof HeldRows ? state.summarize(this.#begin) : state;
    summary.addScatter(scatter, dim);
    const trace = traceOf(scatter, dim, dim);
    refuseOverflow(trace);
    if (trace === 0 && summary.varies) throw vanishing();
    return mirrorLowerTriangle(scatter, dim);
  }

  /**
   * The unbiased sample covariance S/(N−1).
   *
   * @returns D×D numbers, row-major, in squared embedding units.
   * @throws {RankMeError} `empty`, when there are fewer than two rows; `range`, when squares overflow
   * or vanish in float64; `memory`.
   */
  covariance(): Float64Array {
    if (this.count < 2) {
      throw new RankMeError("empty", `a covariance needs two rows, there are ${this.count}`);
    }
    return this.scatter().map((value) => value / (this.count - 1));
  }

  /**
   * G = ZᵀZ = S + N·μμᵀ of the embedding matrix Z.
   *
   * @returns D×D numbers, row-major, in squared embedding units.
   * @throws {RankMeError} `empty`, before the first row; `range`, when squares overflow or vanish in
   * float64; `memory`.
   */
  secondMoment(): Float64Array {
    const moment = this.scatter();
    const { dim } = this;
    addOuterProduct(moment, dim, this.mean, this.count);
    refuseOverflow(traceOf(moment, dim, dim));
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
    const state = this.#required();
    return state instanceof HeldRows
      ? state.spectrum(centered, this.#begin)
      : state.spectrum(centered);
  }

  /** Keeps the rows as they are while there are fewer than dimensions, their summary from then on. */
  #add(batches: readonly EmbeddingBatch[]): void {
    const state = this.#state;
    if (!(state instanceof HeldRows)) return state.update(batches);
    const all = new HeldRows([...state.batches, ...batches]);
    if (all.count < all.dim) state.hold(batches);
    else this.#state = all.summarize(this.#begin);
  }

  readonly #begin: BeginSummary = (pivot) =>
    this.exact ? new ShiftedFactor(this.#backend, pivot) : new ShiftedScatter(this.#backend, pivot);

  #required(): HeldRows | Summary {
    if (this.count === 0) throw new RankMeError("empty", "there are no rows");
    return this.#state;
  }

  #refuseUnusable(batch: EmbeddingBatch): void {
    if (this.dim > 0 && batch.dim !== this.dim) {
      throw new RankMeError(
        "dimension",
        `${batch.dim} dimensions where earlier rows have ${this.dim}`,
        { place: { row: batch.offset } },
      );
    }
    batch.refuseNonFinite();
  }

  #refuseUnlike(other: OnlineCovariance): void {
    if (other.exact !== this.exact) {
      const [is, isNot] = this.exact ? ["this", "the other"] : ["the other", "this"];
      throw new RankMeError("usage", `${is} state is exact and ${isNot} one is not`, {
        advice: "merge states of one kind",
      });
    }
    if (this.dim > 0 && other.dim !== this.dim) {
      throw new RankMeError(
        "dimension",
        `rows of ${other.dim} dimensions cannot be merged with rows of ${this.dim}`,
      );
    }
  }
}
