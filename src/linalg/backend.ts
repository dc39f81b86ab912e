import type { EmbeddingData } from "../batch.ts";

/** Running sums of rows x about a fixed pivot c. */
export interface ShiftedSums {
  /** D: the number of columns. */
  readonly dim: number;
  /** c: D numbers, subtracted from every row before anything is multiplied. */
  readonly pivot: Float64Array;
  /** Σ(x−c): D numbers. */
  readonly sum: Float64Array;
  /**
   * Σ(x−c)(x−c)ᵀ: row i begins at i × {@linkcode stride}. Only the lower triangle means anything.
   */
  readonly scatter: Float64Array;
  /** From one row of the scatter to the next; at least D. */
  readonly stride: number;
}

/** Sums that grow by a symmetric rank-k update each time rows are added. */
export interface Accumulator {
  /**
   * Adds some rows. They are copied, and may be added to the sums only later.
   *
   * @param rows Whole rows of D finite numbers, row-major.
   */
  add(rows: EmbeddingData): void;

  /**
   * The sums of all rows added so far; waits until they are.
   *
   * @returns The sums themselves and not a copy: what is written to them counts. Not to be used any
   * more once further rows were added.
   */
  sums(): ShiftedSums;
}

/** The two heavy operations, behind which one implementation can stand for another. */
export interface Backend {
  /** What it is called in reports. */
  readonly name: string;
  /** How many threads it computes on. */
  readonly threads: number;
  /** Whether products are added without being rounded first, where WebAssembly leaves it open. */
  readonly relaxedSimd?: boolean;
  /** The library behind it, where there is one. */
  readonly library?: string;
  /** The most rows that a square matrix can have, where the backend sets a limit. */
  readonly maxOrder?: number;

  /**
   * Begins sums at zero.
   *
   * @param pivot c: D finite numbers; copied.
   * @returns The sums.
   * @throws {RankMeError} `memory`, when D² numbers cannot be had.
   */
  accumulator(pivot: Float64Array): Accumulator;

  /**
   * The eigenvalues of a symmetric matrix.
   *
   * @param dim D.
   * @param write Writes the lower triangle of the matrix into the place it is given, which holds
   * zeros: row i begins at i × stride. Entries should be near 1 in size: see `eigenvalues()`.
   * @returns D values in no particular order.
   * @throws {RankMeError} `memory`, when D² numbers cannot be had.
   */
  eigenvalues(dim: number, write: (matrix: Float64Array, stride: number) => void): Float64Array;

  /** Lets go of threads. Whatever is asked of it afterwards starts them anew. */
  release(): void;
}
