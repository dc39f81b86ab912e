import type { EmbeddingBatch } from "../batch.ts";
import type { Backend } from "../linalg/backend.ts";
import { chooseBackend } from "../linalg/choose_backend.ts";
import type { BackendReport, RankReport, ScoreReport } from "../report/report.ts";
import { VERSION } from "../report/version.ts";
import { LimitStream } from "../transforms/limit_stream.ts";
import { UnitNormStream } from "../transforms/unit_norm_stream.ts";
import { CovarianceStream } from "./covariance_stream.ts";
import { type EffectiveRankOptions, EffectiveRankStream } from "./effective_rank_stream.ts";
import { refuseTooLarge } from "./refuse_too_large.ts";
import { Reading, type ReadingOptions, type ScoreSource } from "./reading.ts";

/** Relative to RankMe: what may be off by more carries a warning. */
const WARNED_ERROR = 1e-6;
const REMEDIES = {
  gram: "a covariance cannot resolve its small singular values; --exact can",
  qr: "float64 cannot resolve its small singular values",
} as const;

/** How far a score has come. */
export interface ScoreProgress {
  /** How many rows have been taken in. */
  readonly rows: number;
  /** How many bytes their numbers take. */
  readonly bytes: number;
}

/** How to score. */
export interface ScoreOptions extends ReadingOptions, EffectiveRankOptions {
  /** Whether to scale every row to length 1 first. Default: false. */
  readonly normalize?: boolean;
  /** Reads no more rows than this. Default: all. */
  readonly limit?: number;
  /** Also reports each time so many rows have been seen. Default: once, at the end. */
  readonly every?: number;
  /** What computes. Default: the fastest that can be had, see `chooseBackend`. */
  readonly backend?: Backend;
  /** Stops reading: what has been read by then is scored, and marked as not complete. */
  readonly signal?: AbortSignal;
  /**
   * Whether to keep a triangular factor instead of a covariance: several times slower, and right
   * also where singular values below 1e-8·σ₁ carry weight. Default: false.
   */
  readonly exact?: boolean;
  /** Is told with the first row how many bytes of memory the state will need. */
  readonly onMemory?: (bytes: number) => void;
  /** Is told of each batch. */
  readonly onProgress?: (progress: ScoreProgress) => void;
}

/**
 * Scores one data set: RankMe of all rows of one source, or of several that are its shards.
 *
 * @param source Where the rows come from, or a list of shards. A path needs permission to read it.
 * @param options Which columns, which convention, how many rows.
 * @returns The report.
 * @throws {RankMeError} Whatever is wrong with the input, with its name and place; `empty`, when there
 * is not one row.
 *
 * @example Rows that a program makes
 * ```ts
 * import { EmbeddingBatch, score } from "@rankme/rankme";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(3, 0, 0, 3), dim: 2 });
 * const report = await score([batch]);
 * assertAlmostEquals(report.rankMe, 2, 1e-5);
 * ```
 */
export async function score(
  source: ScoreSource | readonly ScoreSource[],
  options: ScoreOptions = {},
): Promise<ScoreReport> {
  let last: ScoreReport | undefined;
  for await (const report of scoreStream(source, options)) last = report;
  return last!;
}

/**
 * Scores one data set and reports along the way, every `options.every` rows. The last report is the
 * one that {@linkcode score} returns.
 *
 * @param source Where the rows come from, or a list of shards.
 * @param options As for {@linkcode score}.
 * @returns Reports, each on all rows up to then; at least one.
 * @throws {RankMeError} As {@linkcode score} does.
 *
 * @example The curve of RankMe against the number of rows
 * ```ts
 * import { EmbeddingBatch, scoreStream } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(2, 0, 0, 2, 2, 2), dim: 2 });
 * const reports = await Array.fromAsync(scoreStream([batch], { every: 2 }));
 * assertEquals(reports.map(({ rows, complete }) => [rows, complete]), [[2, false], [3, true]]);
 * ```
 */
export async function* scoreStream(
  source: ScoreSource | readonly ScoreSource[],
  options: ScoreOptions = {},
): AsyncGenerator<ScoreReport, void, void> {
  const { normalize, limit, every, exact, signal, onProgress, onMemory } = options;
  const { backend = chooseBackend().backend } = options;
  const start = performance.now();
  // No batch of a file or a stream leaves this function, so its memory can be had back at once.
  const reading = new Reading({ lends: true });
  const taken = { rows: 0, bytes: 0 };
  const onBatch = (batch: EmbeddingBatch) => {
    if (taken.rows === 0) {
      const memory = refuseTooLarge({ dim: batch.dim, rows: limit, exact }, backend);
      onMemory?.(memory);
    }
    taken.rows += batch.rows;
    taken.bytes += batch.data.byteLength;
    onProgress?.({ ...taken });
  };
  let any = false;
  try {
    // Stages that refuse their options do so before the source is touched.
    const transforms = [
      ...limit === undefined ? [] : [new LimitStream(limit)],
      interruptible(signal, onBatch, () => reading.interrupted = true),
      ...normalize ? [new UnitNormStream()] : [],
    ];
    const covariances = new CovarianceStream({
      every,
      backend,
      exact,
      onRows: (rows) => reading.giveBack(rows),
    });
    const ranks = new EffectiveRankStream(options);
    const reports = transforms
      .reduce(
        (batches, stage) => batches.pipeThrough(stage),
        reading.batches(source, options),
      )
      .pipeThrough(covariances)
      .pipeThrough(ranks);
    for await (const report of reading.naming(reports)) {
      any = true;
      const seconds = (performance.now() - start) / 1000;
      const { interrupted, missingEnd, skippedRows, warnings } = reading;
      yield {
        ...report,
        skippedRows,
        // A state is passed on before the end only when more rows have come already.
        complete: report.rows === taken.rows && !interrupted && !missingEnd,
        backend: describeBackend(backend),
        timing: { seconds, rowsPerSecond: report.rows / seconds },
        inputs: reading.inputs(report.rows),
        warnings: [...warnings, ...warningsOf(report, interrupted)],
        version: VERSION,
      };
    }
  } finally {
    reading.stop();
    backend.release();
  }
  if (!any) throw reading.nothing();
}

function describeBackend({ name, threads, relaxedSimd, library }: Backend): BackendReport {
  return {
    name,
    threads,
    ...relaxedSimd !== undefined && { relaxedSimd },
    ...library !== undefined && { library },
  };
}

/** Passes batches on until the signal says stop; then ends as if there were no more. */
function interruptible(
  signal: AbortSignal | undefined,
  onBatch: (batch: EmbeddingBatch) => void,
  onStop: () => void,
): TransformStream<EmbeddingBatch, EmbeddingBatch> {
  let stop = () => {};
  const forget = () => signal?.removeEventListener("abort", stop);
  return new TransformStream({
    start(controller) {
      stop = () => {
        onStop();
        // Ends a read that waits for a producer that may never write again, too.
        controller.terminate();
      };
      if (signal?.aborted) stop();
      else signal?.addEventListener("abort", stop, { once: true });
    },
    transform(batch, controller) {
      onBatch(batch);
      controller.enqueue(batch);
    },
    flush: forget,
    cancel: forget,
  });
}

function warningsOf(
  { rankMe, rows, dim, centered, accuracy }: RankReport,
  interrupted: boolean,
): readonly string[] {
  return [
    ...interrupted ? ["interrupted: only the rows read by then are scored"] : [],
    ...rows < dim
      ? [`${rows} rows for ${dim} dimensions: RankMe cannot exceed ${rows}; score more rows`]
      : [],
    ...accuracy.rankMeBound > WARNED_ERROR * rankMe
      ? [
        `RankMe may be off by ${accuracy.rankMeBound.toPrecision(1)}: ${REMEDIES[accuracy.method]}`,
      ]
      : [],
    ...rankMe === 0
      ? [
        centered
          ? "all rows are equal, so nothing is left after centring: collapsed completely"
          : "every value is zero: collapsed completely",
      ]
      : [],
  ];
}
