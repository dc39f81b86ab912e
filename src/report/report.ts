import type { Spectrum } from "../linalg/spectrum.ts";

/** The effective rank of some rows, and how it was computed. */
export interface RankReport {
  /** RankMe: from 1 to min(N, D); 0 when there is nothing but zeros. */
  readonly rankMe: number;
  /** N: how many rows were scored. */
  readonly rows: number;
  /** D: the number of dimensions. */
  readonly dim: number;
  /** The name of the convention, as in `paper`. */
  readonly convention: string;
  /** Whether the mean was subtracted. */
  readonly centered: boolean;
  /** ε, added to every normalised value. */
  readonly epsilon: number;
  /** How far RankMe may be off, and by what it was computed. */
  readonly accuracy: {
    /** A bound on |RankMe error| from float64 rounding. */
    readonly rankMeBound: number;
    /** `gram`: from sums of products. `qr`: from a triangular factor, which resolves more. */
    readonly method: "gram" | "qr";
  };
  /** Other numbers from the same pass, by name; what does not apply is absent. */
  readonly metrics: { readonly [name: string]: number };
  /** The spectrum they all come from. */
  readonly spectrum: Spectrum;
}

/** How sure a number is. */
export interface Interval {
  /** The standard error. */
  readonly standardError: number;
  /** The lower end of the interval, or the least that the number can be where that is more. */
  readonly low: number;
  /** The upper end, or the most that the number can be. */
  readonly high: number;
}

/** How sure RankMe and each metric is, as far as other rows of the same kind would give others. */
export interface Confidence extends Interval {
  /** How often such an interval should hold the mean over fresh samples of as many rows: 0.95. */
  readonly level: number;
  /** How it was found. */
  readonly method: "jackknife";
  /** How many groups of rows were left out, one at a time. */
  readonly groups: number;
  /** The same of each metric that has one, by name. */
  readonly metrics: { readonly [name: string]: Interval };
  /**
   * RankMe, and each metric by its name, without the rows of each group: what the difference between
   * two reports is judged by. Not in the JSON.
   */
  readonly replicates: readonly { readonly [name: string]: number }[];
  /** How many rows each group has; absent where it does not matter. Not in the JSON. */
  readonly sizes?: readonly number[];
  /**
   * How many times larger the standard errors and wider the intervals are than a jackknife alone would
   * have them, by name, because few rows far from the mean decide on them; absent for 1.
   */
  readonly widening?: { readonly [name: string]: number };
  /**
   * How much of each standard error rounding may have made, by name, in the unit of the number: that of
   * RankMe, and of differences, is not less. Not in the JSON.
   */
  readonly rounding?: { readonly [name: string]: number };
}

/** Which columns embeddings were read from; none where the input has no names. */
export interface ColumnsReport {
  /** The column of vectors, or the array, as `--column` takes it. */
  readonly column?: string;
  /** The columns of one dimension each, as `--columns` takes them. */
  readonly columns?: string;
}

/** One input of a score, and its columns where they are not those of the input before. */
export interface InputReport extends ColumnsReport {
  /** What it is called. */
  readonly name: string;
  /** What its first bytes say it is, or `batches` when rows came from a program. */
  readonly format: string;
  /** What all of it was compressed with, where it was. */
  readonly compression?: string;
  /** Why these columns were read. */
  readonly reason?: string;
  /** How many of its rows were read. */
  readonly rows: number;
}

/** What computed a score. */
export interface BackendReport {
  /** What it is called. */
  readonly name: string;
  /** On how many threads it ran. */
  readonly threads: number;
  /** Whether WebAssembly could fuse multiplications and additions. */
  readonly relaxedSimd?: boolean;
  /** The native library behind it. */
  readonly library?: string;
}

/** The circumstances of a report's making. */
export interface Making {
  /** How many rows were left out because of a null, NaN or infinity. */
  readonly skippedRows: number;
  /** Whether everything that was asked for is in it. */
  readonly complete: boolean;
  /** What computed it. */
  readonly backend: BackendReport;
  /** How long it took, reading included. */
  readonly timing: { readonly seconds: number; readonly rowsPerSecond: number };
  /** What was read, in order. */
  readonly inputs: readonly InputReport[];
  /** What the reader of the number should know. */
  readonly warnings: readonly string[];
  /** The version of this package. */
  readonly version: string;
}

/** A {@linkcode RankReport} and the circumstances of its making. */
export interface ScoreReport extends RankReport, Making, ColumnsReport {
  /** Which dimensions of the embeddings it is of, from the first to before the last; absent for all. */
  readonly dims?: readonly [start: number, end: number];
  /** Which rows it is of: those with this text in the column that groups them; absent for all. */
  readonly group?: string;
  /** How many of the rows are of nothing but zeros, of the dimensions scored; absent where none is. */
  readonly zeroRows?: number;
  /** Whether every row was scaled to length 1 first. */
  readonly normalized: boolean;
  /** How sure the numbers are; absent unless it was asked for. */
  readonly confidence?: Confidence;
  /** When the number had settled, where reading was to go no further than that. */
  readonly settled?: {
    /** Whether twice as many rows gave the same, within what was asked. */
    readonly reached: boolean;
    /** The relative change of RankMe from half of the rows to all of them. */
    readonly change: number;
  };
}
