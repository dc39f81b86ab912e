import type { BackendChoice } from "../linalg/choose_backend.ts";
import type { EachProgress } from "./each_progress.ts";
import type { ScoreSource } from "./reading.ts";
import type { ScoreOptions } from "./score_options.ts";

/** A data set to be scored by itself. */
export interface EachInput {
  /** What it is called. */
  readonly name: string;
  /** Where its rows come from, or a list of its shards. */
  readonly source: ScoreSource | readonly ScoreSource[];
}

/** How to score each of several data sets. */
export interface ScoreEachOptions extends
  Omit<
    ScoreOptions,
    "backend" | "names" | "by" | "every" | "signal" | "onMemory" | "onProgress"
  > {
  /**
   * How many are scored at a time, at most. Default: as many as the machine runs threads, as far as
   * their memory allows.
   */
  readonly jobs?: number;
  /** What computes. Default: the fastest that can be had; several at a time share its threads. */
  readonly backend?: BackendChoice;
  /** Stops: what has not been scored by then is left out. */
  readonly signal?: AbortSignal;
  /** Is told of each batch. */
  readonly onProgress?: (progress: EachProgress) => void;
}
