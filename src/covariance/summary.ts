import type { EmbeddingBatch } from "../batch.ts";
import type { Backend } from "../linalg/backend.ts";
import type { Spectrum } from "../linalg/spectrum.ts";

/** What is kept of rows when there are at least as many as dimensions. */
export interface Summary {
  /** N: the number of rows. */
  readonly count: number;
  /** D: the number of dimensions. */
  readonly dim: number;

  /** Whether there are rows that differ, by however little: their squares may vanish all the same. */
  readonly varies: boolean;

  /**
   * Takes in rows.
   *
   * @param batches Rows of D finite numbers; nothing of them is kept.
   */
  update(batches: readonly EmbeddingBatch[]): void;

  /**
   * Takes in what another summary of the same kind and dimension has.
   *
   * @param other The other rows; left as it was.
   */
  merge(other: this): void;

  /**
   * A copy that goes its own way.
   *
   * @param backend What computes for the copy.
   * @param shift What is added to every row. Default: nothing, and the pivot stays the same object.
   * @returns An object in the same state.
   */
  clone(backend: Backend, shift?: Float64Array): Summary;

  /**
   * The mean row μ.
   *
   * @returns D numbers; a copy.
   */
  mean(): Float64Array;

  /**
   * μ − o, the mean row less an origin, without rounding to the size of the mean.
   *
   * @param origin o: D numbers near the rows.
   * @returns D numbers; a copy.
   */
  meanFrom(origin: Float64Array): Float64Array;

  /**
   * The diagonal of S = Σ(x−μ)(x−μ)ᵀ.
   *
   * @returns D numbers, none of them negative; 0 exactly for a dimension in which all rows are equal.
   */
  squaredDeviations(): Float64Array;

  /**
   * Adds S = Σ(x−μ)(x−μ)ᵀ to a matrix.
   *
   * @param to The lower triangle is added to; row i begins at i × stride.
   * @param stride From one row to the next.
   */
  addScatter(to: Float64Array, stride: number): void;

  /**
   * The singular values of the rows.
   *
   * @param centered Whether to subtract the mean first.
   * @returns The min(N, D) largest values.
   * @throws {RankMeError} `range`, when their squares overflow or vanish.
   */
  spectrum(centered: boolean): Spectrum;
}

/** Begins a summary of no rows, whose numbers will be those of the rows less a pivot. */
export type BeginSummary = (pivot: Float64Array) => Summary;
