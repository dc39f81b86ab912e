import type { Backend } from "../linalg/backend.ts";
import type { DimensionRange } from "../transforms/dimensions_stream.ts";
import type { EffectiveRankOptions } from "./rank_report.ts";
import type { ReadingOptions } from "./reading.ts";
import type { ScheduleOptions } from "./schedule.ts";

/** How far a score has come. */
export interface ScoreProgress {
  /** How many rows have been taken in. */
  readonly rows: number;
  /** How many bytes their numbers take. */
  readonly bytes: number;
  /** Which share of all that is to be read, from 0 to 1; absent where it is not known how much that is. */
  readonly share?: number;
}

/** How to score. */
export interface ScoreOptions extends ReadingOptions, EffectiveRankOptions, ScheduleOptions {
  /** Leaves out so many rows at the beginning. Default: none. */
  readonly skip?: number;
  /** Reads no more rows than this, after those that are skipped. Default: all. */
  readonly limit?: number;
  /** Scores a uniform sample of so many of the rows that are read. Default: all of them. */
  readonly sample?: number;
  /** The seed of the sample: see {@linkcode SampleStream}. Default: 0. */
  readonly seed?: number;
  /** Scores these dimensions only, each range by itself where there are several. Default: all. */
  readonly dims?: DimensionRange | readonly DimensionRange[];
  /** Whether to scale every row, of the dimensions that are scored, to length 1. Default: false. */
  readonly normalize?: boolean;
  /** Scores the rows of each text in this column by themselves. Default: all rows together. */
  readonly by?: string;
  /** How many texts there may be in that column. Default: 1000. */
  readonly maxGroups?: number;
  /**
   * The column that says what object each row is a view of, for LiDAR. Rows of an object follow each
   * other, unless `groupMemory` says how many bytes of rows may be kept. Intervals leave whole objects
   * out together.
   */
  readonly group?: string;
  /**
   * How many bytes the groups may take. Default: what the machine has free, where that may be known
   * (`--allow-sys`), else 4 GB.
   */
  readonly groupMemory?: number;
  /**
   * Whether to give standard errors and 95 % intervals, by a jackknife over so many groups of rows,
   * 16 unless another number is given. Default: no.
   */
  readonly ci?: boolean | { readonly groups?: number };
  /** What computes. Default: the fastest that can be had, see `chooseBackend`. */
  readonly backend?: Backend;
  /** Stops reading: what has been read by then is scored, and marked as not complete. */
  readonly signal?: AbortSignal;
  /**
   * Whether to keep a triangular factor instead of a covariance: several times slower, and right
   * also where singular values below 1e-8·σ₁ carry weight. Default: false.
   */
  readonly exact?: boolean;
  /** Is told with the first row how many bytes of memory the states will need. */
  readonly onMemory?: (bytes: number) => void;
  /** Is told of each batch. */
  readonly onProgress?: (progress: ScoreProgress) => void;
}
