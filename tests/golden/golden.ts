/**
 * Golden values of RankMe and its relatives, from a NumPy float64 SVD. Never edit golden.json: run
 * make_golden.py, whose header says how.
 *
 * Checked once against 60-digit eigenvalues of the exactly summed Gram matrix: no value is off by
 * more than 2e-14 relative.
 */
import cases from "./golden.json" with { type: "json" };

/**
 * A choice of centring, spectrum and ε. `paper-centered` is the paper's formula on the centred
 * matrix; the others are the conventions of the design.
 */
export type GoldenConvention =
  | "paper"
  | "paper-centered"
  | "roy-vetterli"
  | "stable-pretraining"
  | "reptrix";

/** An effective rank and how near the float64-Gram route must come to it. */
export interface GoldenValue {
  readonly value: number;
  /** Largest relative error: 1e-9, or 1e-6 where the Gram loses small singular values. */
  readonly relative: number;
}

/** What is known of one golden matrix; {@linkcode goldenMatrix} rebuilds it from its name. */
export interface GoldenCase {
  readonly name: string;
  readonly rows: number;
  readonly dim: number;
  /** The narrowest type that holds every entry exactly. */
  readonly dtype: "float64" | "float32" | "float16";
  /** Bit-exact fingerprint of the rebuilt matrix, see `checksum` in matrices.ts. */
  readonly checksum: string;
  /** The first entries in row-major order, four where there are as many. */
  readonly firstEntries: readonly number[];
  /** The last entries in row-major order. */
  readonly lastEntries: readonly number[];
  /**
   * Which singular values are listed, counted from 0: all min(N, D) up to 64 of them, else every
   * sixteenth and the last.
   */
  readonly indices: readonly number[];
  /**
   * Singular values σ of the matrix as it is, descending, at {@linkcode indices}. Those below
   * about 1e-15·σ₁ are rounding noise. The Gram route bounds the error of σ², not of σ: compare
   * squares, against some 1e-14·σ₁².
   */
  readonly singularValues: readonly number[];
  /** Likewise after subtracting the column means. */
  readonly singularValuesCentered: readonly number[];
  /** By convention; the centred ones are absent where all rows are equal. */
  readonly expected: Readonly<Partial<Record<GoldenConvention, GoldenValue>>>;
}

/** Largest relative error of a route that never squares the singular values (streaming QR). */
export const exactRelative = 1e-12;

/** Every golden case. */
export const golden: readonly GoldenCase[] = cases as readonly GoldenCase[];
