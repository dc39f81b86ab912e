import type { EmbeddingBatch } from "../batch.ts";
import { statesOfGroups } from "../covariance/memory_needed.ts";
import { RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { chooseBackend } from "../linalg/choose_backend.ts";
import type { ScoreReport } from "../report/report.ts";
import { checkRange, type DimensionRange } from "../transforms/dimensions_stream.ts";
import { LimitStream } from "../transforms/limit_stream.ts";
import type { SampleOptions, SampleStream } from "../transforms/sample_stream.ts";
import { SkipStream } from "../transforms/skip_stream.ts";
import { interruptible } from "./interruptible.ts";
import { stateMaker, type StateOptions } from "./part_state.ts";
import { PartGroups } from "./parts.ts";
import { type EffectiveRankOptions, type Ranker, rankerOf } from "./rank_report.ts";
import { availableMemory, refuseTooLarge } from "./refuse_too_large.ts";
import { Reading, type ReadingOptions, type ScoreSource } from "./reading.ts";
import { checkSchedule, type ScheduleOptions } from "./schedule.ts";
import { rounds } from "./rounds.ts";
import { type Circumstances, reportsOn } from "./score_report.ts";

/** How many groups rows are put into, each to be left out once. */
const JACKKNIFE_GROUPS = 16;
/** How many groups of rows are scored by themselves, unless more are asked for. */
const MAX_GROUPS = 1000;
const GROUP_MEMORY = 4e9;

/** How far a score has come. */
export interface ScoreProgress {
  /** How many rows have been taken in. */
  readonly rows: number;
  /** How many bytes their numbers take. */
  readonly bytes: number;
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
   * Whether to say how sure the numbers are, by leaving out each of so many groups of rows, 16 unless
   * another number is given. Default: no.
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

/**
 * Scores one data set: RankMe of all rows of one source, or of several that are its shards.
 *
 * @param source Where the rows come from, or a list of shards. A path needs permission to read it.
 * @param options Which columns, which convention, how many rows.
 * @returns The report.
 * @throws {RankMeError} Whatever is wrong with the input, with its name and place; `empty`, when there
 * is not one row; `usage`, when there is more than one report, see {@linkcode scoreParts}.
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
  return theOnly(await scoreParts(source, options));
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
  for await (const reports of scorePartsStream(source, options)) yield theOnly(reports);
}

/**
 * Scores several parts of one data set in one pass: each of several columns, as of the layers of a
 * network; each of several ranges of the dimensions, as of the prefixes of Matryoshka embeddings; the
 * rows of each class.
 *
 * @param source Where the rows come from, or a list of shards.
 * @param options As for {@linkcode score}; `column`, `dims` and `by` say which parts.
 * @returns A report for each, with its `column`, `group` and `dims`.
 * @throws {RankMeError} As {@linkcode score} does; `dimension`, when a range does not fit; `memory`,
 * when there are more groups than there may be.
 *
 * @example The first one and both dimensions
 * ```ts
 * import { EmbeddingBatch, scoreParts } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(3, 0, 0, 3), dim: 2 });
 * const reports = await scoreParts([batch], { dims: [{ end: 1 }, { end: 2 }] });
 * assertEquals(reports.map(({ rankMe }) => Math.round(rankMe)), [1, 2]);
 * ```
 */
export async function scoreParts(
  source: ScoreSource | readonly ScoreSource[],
  options: ScoreOptions = {},
): Promise<readonly ScoreReport[]> {
  let last: readonly ScoreReport[] = [];
  for await (const reports of scorePartsStream(source, options)) last = reports;
  return last;
}

/**
 * Scores several parts of one data set in one pass, and reports along the way.
 *
 * @param source Where the rows come from, or a list of shards.
 * @param options As for {@linkcode scoreParts}.
 * @returns Reports, each time on the same rows, or on those of one group; those of all parts at last.
 * @throws {RankMeError} As {@linkcode scoreParts} does.
 *
 * @example How both settle
 * ```ts
 * import { EmbeddingBatch, scorePartsStream } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(2, 0, 0, 2, 2, 2), dim: 2 });
 * const rounds = await Array.fromAsync(
 *   scorePartsStream([batch], { dims: [{ end: 1 }, {}], every: 2 }),
 * );
 * assertEquals(rounds.map((reports) => reports.map(({ rows, dim }) => [rows, dim])), [
 *   [[2, 1], [2, 2]],
 *   [[3, 1], [3, 2]],
 * ]);
 * ```
 */
export async function* scorePartsStream(
  source: ScoreSource | readonly ScoreSource[],
  options: ScoreOptions = {},
): AsyncGenerator<readonly ScoreReport[], void, void> {
  const { backend = chooseBackend().backend, sample, until } = options;
  const start = performance.now();
  // No batch of a file or a stream leaves this function, so its memory can be had back at once.
  const reading = new Reading({ lends: true });
  let any = false;
  try {
    // Options that are refused are so before the source is touched.
    const ranker = await rankerOf(options);
    checkOptions(options, ranker);
    const states = stateOptions(options, ranker, backend);
    const ranges = rangesOf(options);
    const makeState = await stateMaker(states);
    const parts = { ranges, normalized: options.normalize, every: options.every, until, makeState };
    const groups = new PartGroups(parts, groupsBy(options));
    const stages = await rowStages(reading, options, { ...states, ranges });
    const rows = stages.reduce(
      (batches, stage) => batches.pipeThrough(stage),
      reading.batches(source, { ...options, keys: keysOf(options) }),
    );
    const times = rounds(rows, groups, {
      until,
      rankMe: (statistics) => ranker.rankMe(statistics),
      onRows: (count) => reading.giveBack(count),
    });
    const circumstances: Circumstances = {
      ...options,
      ...states,
      reading,
      ranker,
      start,
      rowsRead: rowsRead(options),
      sureness: states.groups === undefined
        ? undefined
        : (await import("./confidence.ts")).surenessOf,
    };
    for await (const round of reading.naming(times, { rowsKnown: sample === undefined })) {
      any = true;
      yield reportsOn(round, circumstances);
    }
  } finally {
    reading.stop();
    backend.release();
  }
  if (!any) throw reading.nothing();
}

/** The one report of a score that was asked for one. */
function theOnly(reports: readonly ScoreReport[]): ScoreReport {
  if (reports.length === 1) return reports[0];
  throw new RankMeError("usage", `${reports.length} reports where one was asked for`, {
    advice: "name one column and one range of dimensions; scoreParts() has all of them",
  });
}

/** Refuses what cannot be had together. */
function checkOptions({ every, until, by, sample, group, metrics }: ScoreOptions, ranker: Ranker) {
  checkSchedule({ every, until });
  const refuse = (what: string, advice: string) => {
    throw new RankMeError("usage", what, { advice });
  };
  if (until !== undefined && (by !== undefined || sample !== undefined)) {
    const other = by === undefined ? "a sample" : "groups";
    refuse(`reading cannot stop when RankMe settles and have ${other}`, "leave out --until");
  }
  if (metrics === "all") return;
  const needs = ranker.metrics.map((metric) => metric.needs);
  if (needs.includes("objects") && group === undefined) {
    refuse("lidar needs to know what object each row is a view of", "pass --group COLUMN");
  }
  if (needs.includes("leverage") && sample === undefined) {
    refuse("coherence needs the rows at hand, and one pass does not keep them", "pass --sample N");
  }
}

function stateOptions(
  { normalize: normalized, exact, ci, sample, group, groupMemory: memory }: ScoreOptions,
  { metrics, convention: { centered } }: Ranker,
  backend: Backend,
): StateOptions {
  const needs = metrics.map((metric) => metric.needs);
  return {
    backend,
    exact,
    normalized,
    centered,
    groups: jackknifeGroups(ci),
    unit: needs.includes("unit"),
    leverage: needs.includes("leverage") && sample !== undefined,
    ...group !== undefined && { objects: { column: group, memory } },
  };
}

function rangesOf({ dims }: ScoreOptions): readonly (DimensionRange | undefined)[] {
  const ranges = dims === undefined ? [undefined] : [dims].flat();
  for (const range of ranges) if (range) checkRange(range);
  return ranges;
}

/** The columns that say what rows belong to. */
function keysOf({ by, group }: ScoreOptions): readonly string[] {
  return [...new Set([by, group])].filter((column) => column !== undefined);
}

function jackknifeGroups(ci: ScoreOptions["ci"]): number | undefined {
  if (!ci) return undefined;
  const { groups = JACKKNIFE_GROUPS } = ci === true ? {} : ci;
  if (Number.isInteger(groups) && groups >= 2) return groups;
  throw new RankMeError("usage", `rows can be put into 2 groups or more, not ${groups}`);
}

function groupsBy({ by, maxGroups = MAX_GROUPS, groupMemory }: ScoreOptions) {
  const memory = groupMemory ?? availableMemory() ?? GROUP_MEMORY;
  return by === undefined ? undefined : { by, maxGroups, memory };
}

/** How many rows of the inputs count where so many were scored. */
function rowsRead({ skip = 0, sample, limit = Infinity }: ScoreOptions) {
  return (scored: number) => skip + (sample === undefined ? scored : limit);
}

interface StatesToHold extends StateOptions {
  readonly ranges: readonly (DimensionRange | undefined)[];
}

/** The stages from what is read to the rows that are scored. */
async function rowStages(
  reading: Reading,
  options: ScoreOptions,
  parts: StatesToHold,
): Promise<TransformStream<EmbeddingBatch, EmbeddingBatch>[]> {
  const { skip = 0, limit, sample, seed, signal, onProgress } = options;
  const read = { rows: 0, bytes: 0 };
  const giveBack = { onRows: (rows: number) => reading.giveBack(rows) };
  const onBatch = (batch: EmbeddingBatch) => {
    if (read.rows === 0) refuseStates(batch, options, parts);
    read.rows += batch.rows;
    read.bytes += batch.data.byteLength;
    onProgress?.({ ...read });
  };
  return [
    ...skip === 0 ? [] : [new SkipStream(skip, giveBack)],
    ...limit === undefined ? [] : [new LimitStream(limit)],
    interruptible(signal, onBatch, () => reading.interrupted = true),
    ...sample === undefined ? [] : [await sampling(sample, { seed, ...giveBack })],
  ];
}

/** Loaded when it is asked for: a start takes as long as what it loads. */
async function sampling(count: number, options: SampleOptions): Promise<SampleStream> {
  const { SampleStream } = await import("../transforms/sample_stream.ts");
  return new SampleStream(count, options);
}

/** Refuses states that cannot fit, as the first batch tells how large they will be. */
function refuseStates(
  { dim, data, columns }: EmbeddingBatch,
  { limit = Infinity, sample = Infinity, onMemory }: ScoreOptions,
  { ranges, exact, backend, groups = 0, unit, objects }: StatesToHold,
): void {
  const rows = Math.min(limit, sample);
  // Between objects and within, of each group; and while these are decomposed together.
  const ofObjects = objects ? 2 * Math.max(1, groups) + 5 : 0;
  const widths = columns?.map(({ start, end }) => end - start) ?? [dim];
  const questions = widths.flatMap((width) =>
    ranges.map(({ start = 0, end = width } = {}) => ({
      dim: Math.max(0, Math.min(end, width) - start),
      rows,
      exact,
      states: statesOfGroups(groups) * (unit ? 2 : 1) + ofObjects,
    }))
  );
  const sampleBytes = sample === Infinity ? 0 : rows * dim * data.BYTES_PER_ELEMENT;
  const bytes = refuseTooLarge(questions, backend, sampleBytes);
  onMemory?.(bytes);
}
