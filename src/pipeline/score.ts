import type { EmbeddingBatch } from "../batch.ts";
import type { Backend } from "../linalg/backend.ts";
import { chooseBackend } from "../linalg/choose_backend.ts";
import type { BackendReport, RankReport, ScoreReport } from "../report/report.ts";
import { VERSION } from "../report/version.ts";
import { type DimensionRange, DimensionsStream } from "../transforms/dimensions_stream.ts";
import { LimitStream } from "../transforms/limit_stream.ts";
import type { SampleOptions, SampleStream } from "../transforms/sample_stream.ts";
import { SkipStream } from "../transforms/skip_stream.ts";
import { UnitNormStream } from "../transforms/unit_norm_stream.ts";
import { CovarianceStream } from "./covariance_stream.ts";
import { type EffectiveRankOptions, EffectiveRankStream } from "./effective_rank_stream.ts";
import { fanOut, inStep } from "./fan_out.ts";
import { interruptible } from "./interruptible.ts";
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
  /** Leaves out so many rows at the beginning. Default: none. */
  readonly skip?: number;
  /** Reads no more rows than this, after those that are skipped. Default: all. */
  readonly limit?: number;
  /** Scores a uniform sample of so many of the rows that are read. Default: all of them. */
  readonly sample?: number;
  /** The seed of the sample: see {@linkcode SampleStream}. Default: 0. */
  readonly seed?: number;
  /** Scores these dimensions only. Default: all. */
  readonly dims?: DimensionRange;
  /** Whether to scale every row, of the dimensions that are scored, to length 1. Default: false. */
  readonly normalize?: boolean;
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

/** How to score several ranges of the dimensions. */
export type ScoreDimsOptions = Omit<ScoreOptions, "dims">;

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
  { dims, ...options }: ScoreOptions = {},
): AsyncGenerator<ScoreReport, void, void> {
  for await (const [report] of scoreDimsStream(source, [dims], options)) yield report;
}

/**
 * Scores several ranges of the dimensions of one data set in one pass, as for the prefixes of
 * Matryoshka embeddings.
 *
 * @param source Where the rows come from, or a list of shards.
 * @param ranges The ranges; they may overlap.
 * @param options As for {@linkcode score}.
 * @returns A report for each range.
 * @throws {RankMeError} As {@linkcode score} does; `dimension`, when a range does not fit.
 *
 * @example The first one and both dimensions
 * ```ts
 * import { EmbeddingBatch, scoreDims } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(3, 0, 0, 3), dim: 2 });
 * const reports = await scoreDims([batch], [{ end: 1 }, { end: 2 }]);
 * assertEquals(reports.map(({ rankMe }) => Math.round(rankMe)), [1, 2]);
 * ```
 */
export async function scoreDims(
  source: ScoreSource | readonly ScoreSource[],
  ranges: readonly DimensionRange[],
  options: ScoreDimsOptions = {},
): Promise<readonly ScoreReport[]> {
  let last: readonly ScoreReport[] = [];
  for await (const reports of scoreDimsStream(source, ranges, options)) last = reports;
  return last;
}

/**
 * Scores several ranges of the dimensions in one pass, and reports along the way.
 *
 * @param source Where the rows come from, or a list of shards.
 * @param ranges The ranges, at least one; `undefined` is all dimensions.
 * @param options As for {@linkcode score}.
 * @returns Reports for each range, all on the same rows; at least once.
 * @throws {RankMeError} As {@linkcode scoreDims} does.
 *
 * @example How both settle
 * ```ts
 * import { EmbeddingBatch, scoreDimsStream } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(2, 0, 0, 2, 2, 2), dim: 2 });
 * const rounds = await Array.fromAsync(
 *   scoreDimsStream([batch], [{ end: 1 }, undefined], { every: 2 }),
 * );
 * assertEquals(rounds.map((reports) => reports.map(({ rows, dim }) => [rows, dim])), [
 *   [[2, 1], [2, 2]],
 *   [[3, 1], [3, 2]],
 * ]);
 * ```
 */
export async function* scoreDimsStream(
  source: ScoreSource | readonly ScoreSource[],
  ranges: readonly (DimensionRange | undefined)[],
  options: ScoreDimsOptions = {},
): AsyncGenerator<readonly ScoreReport[], void, void> {
  const { backend = chooseBackend().backend, skip = 0, limit, sample } = options;
  const start = performance.now();
  // No batch of a file or a stream leaves this function, so its memory can be had back at once.
  const reading = new Reading({ lends: true });
  const done = ranges.map(() => 0);
  let scored = 0;
  let any = false;
  try {
    // Stages that refuse their options do so before the source is touched.
    const transforms = await rowStages(
      reading,
      { ...options, backend, ranges },
      (rows) => scored += rows,
    );
    const branches = ranges.map((range, index) =>
      rankStages({ ...options, backend, dims: range }, (rows) => {
        done[index] = rows;
        reading.giveBack(Math.min(...done));
      })
    );
    const rows = through(reading.batches(source, options), transforms);
    const copies = branches.length === 1 ? [rows] : fanOut(rows, branches.length);
    const rounds = inStep(branches.map((branch, index) => branch(copies[index])));
    for await (const round of reading.naming(rounds, { rowsKnown: sample === undefined })) {
      any = true;
      const seconds = (performance.now() - start) / 1000;
      const { interrupted, missingEnd, skippedRows, warnings } = reading;
      yield round.map((report, index) => ({
        ...report,
        ...ranges[index] && { dims: dimsOf(ranges[index], report) },
        normalized: options.normalize ?? false,
        skippedRows,
        // A state is passed on before the end only when more rows have come already.
        complete: report.rows === scored && !interrupted && !missingEnd,
        backend: describeBackend(backend),
        timing: { seconds, rowsPerSecond: report.rows / seconds },
        inputs: reading.inputs(skip + (sample === undefined ? report.rows : limit ?? Infinity)),
        warnings: [...warnings, ...warningsOf(report, interrupted)],
        version: VERSION,
      }));
    }
  } finally {
    reading.stop();
    backend.release();
  }
  if (!any) throw reading.nothing();
}

interface RowStageOptions extends ScoreDimsOptions {
  readonly backend: Backend;
  readonly ranges: readonly (DimensionRange | undefined)[];
}

/** The stages from what is read to the rows that are scored, whose number `onRows` is told. */
async function rowStages(
  reading: Reading,
  options: RowStageOptions,
  onRows: (rows: number) => void,
): Promise<TransformStream<EmbeddingBatch, EmbeddingBatch>[]> {
  const { skip = 0, limit, sample, seed, signal, onProgress } = options;
  const read = { rows: 0, bytes: 0 };
  const giveBack = { onRows: (rows: number) => reading.giveBack(rows) };
  const onBatch = (batch: EmbeddingBatch) => {
    if (read.rows === 0) refuseStates(batch, options);
    read.rows += batch.rows;
    read.bytes += batch.data.byteLength;
    if (sample === undefined) onRows(batch.rows);
    onProgress?.({ ...read });
  };
  return [
    ...skip === 0 ? [] : [new SkipStream(skip, giveBack)],
    ...limit === undefined ? [] : [new LimitStream(limit)],
    interruptible(signal, onBatch, () => reading.interrupted = true),
    ...sample === undefined ? [] : [
      await sampling(sample, { seed, ...giveBack }),
      tapping<EmbeddingBatch>(({ rows }) => onRows(rows)),
    ],
  ];
}

/** Loaded when it is asked for: a start takes as long as what it loads. */
async function sampling(count: number, options: SampleOptions): Promise<SampleStream> {
  const { SampleStream } = await import("../transforms/sample_stream.ts");
  return new SampleStream(count, options);
}

/** Refuses states that cannot fit, as the first batch tells how large they will be. */
function refuseStates({ dim, data }: EmbeddingBatch, options: RowStageOptions): void {
  const { ranges, limit = Infinity, sample = Infinity, exact, backend, onMemory } = options;
  const rows = Math.min(limit, sample);
  const questions = ranges.map(({ start = 0, end = dim } = {}) => ({
    dim: Math.max(0, Math.min(end, dim) - start),
    rows,
    exact,
  }));
  const sampleBytes = sample === Infinity ? 0 : rows * dim * data.BYTES_PER_ELEMENT;
  const bytes = refuseTooLarge(questions, backend, sampleBytes);
  onMemory?.(bytes);
}

/** The stages from rows to reports, to be put after a stream. */
function rankStages(
  { dims, normalize, every, exact, backend, ...options }: ScoreOptions & { backend: Backend },
  onRows: (rows: number) => void,
): (rows: ReadableStream<EmbeddingBatch>) => ReadableStream<RankReport> {
  const changes = [
    ...dims ? [new DimensionsStream(dims)] : [],
    ...normalize ? [new UnitNormStream()] : [],
  ];
  const covariances = new CovarianceStream({ every, backend, exact, onRows });
  const ranks = new EffectiveRankStream(options);
  return (rows) => through(rows, changes).pipeThrough(covariances).pipeThrough(ranks);
}

function through(
  rows: ReadableStream<EmbeddingBatch>,
  stages: readonly TransformStream<EmbeddingBatch, EmbeddingBatch>[],
): ReadableStream<EmbeddingBatch> {
  return stages.reduce((batches, stage) => batches.pipeThrough(stage), rows);
}

function tapping<T>(onValue: (value: T) => void): TransformStream<T, T> {
  return new TransformStream({
    transform(value, controller) {
      onValue(value);
      controller.enqueue(value);
    },
  });
}

function dimsOf({ start = 0 }: DimensionRange, { dim }: RankReport): readonly [number, number] {
  return [start, start + dim];
}

function describeBackend({ name, threads, relaxedSimd, library }: Backend): BackendReport {
  return {
    name,
    threads,
    ...relaxedSimd !== undefined && { relaxedSimd },
    ...library !== undefined && { library },
  };
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
