import type { EmbeddingData } from "../batch.ts";

/** Running sums of rows x about a fixed pivot c, updated in place by a {@linkcode Backend}. */
export interface ShiftedSums {
  /** D: the number of columns. */
  readonly dim: number;
  /** c: D numbers, subtracted from every row before anything is multiplied. */
  readonly pivot: Float64Array;
  /** Σ(x−c): D numbers. */
  readonly sum: Float64Array;
  /** Σ(x−c)(x−c)ᵀ: D×D row-major, of which only the lower triangle is kept up to date. */
  readonly scatter: Float64Array;
}

/** The two heavy operations, behind which one implementation can stand for another. */
export interface Backend {
  /** What it is called in reports. */
  readonly name: string;
  /** How many threads it computes on. */
  readonly threads: number;

  /**
   * Symmetric rank-k update: adds some rows to the sums.
   *
   * @param sums What to add to.
   * @param rows Whole rows of `sums.dim` finite numbers, row-major.
   */
  update(sums: ShiftedSums, rows: EmbeddingData): void;

  /**
   * The eigenvalues of a symmetric matrix.
   *
   * @param matrix D×D row-major; only the lower triangle is read; overwritten.
   * @param dim D.
   * @returns D values in no particular order.
   */
  eigenvalues(matrix: Float64Array, dim: number): Float64Array;
}
