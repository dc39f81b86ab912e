import { RankMeError } from "../errors.ts";
import { chooseBackend } from "../linalg/choose_backend.ts";
import type { ScoreReport } from "../report/report.ts";
import { stateMaker } from "./part_state.ts";
import { PartGroups } from "./parts.ts";
import { Reading, type ScoreSource } from "./reading.ts";
import { rounds } from "./rounds.ts";
import { rowStages } from "./row_stages.ts";
import type { ScoreOptions } from "./score_options.ts";
import { planScore, refuseStates } from "./score_plan.ts";
import { reportsOn } from "./score_report.ts";

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
  const { backend = chooseBackend().backend, sample, every, until, normalize } = options;
  const start = performance.now();
  // No batch of a file or a stream leaves this function, so its memory can be had back at once.
  const reading = new Reading({ lends: true, isWatched: options.onProgress !== undefined });
  let any = false;
  try {
    const plan = await planScore(options, backend);
    const { ranker, ranges, keys, by } = plan;
    // Whoever says which is the first dimension knows of a column that numbers the rows.
    const rowNumbers = ranges.every((range) => range?.start !== undefined) ? "take" : undefined;
    const makeState = await stateMaker(plan.states);
    const groups = new PartGroups({ ranges, normalized: normalize, every, until, makeState }, by);
    const giveBack = (count: number) => reading.giveBack(count);
    const stages = await rowStages(options, {
      onFirst: (batch) => refuseStates(batch, options, plan),
      onInterrupt: () => reading.interrupted = true,
      onRows: giveBack,
      share: () => reading.share,
    });
    const sureness = plan.states.groups === undefined ? undefined : await loadSureness();
    const rows = stages.reduce(
      (batches, stage) => batches.pipeThrough(stage),
      reading.batches(source, { rowNumbers, ...options, keys }),
    );
    const times = rounds(rows, groups, {
      until,
      rankMe: (statistics) => ranker.rankMe(statistics),
      onRows: giveBack,
    });
    const known = { backend, normalize, until, reading, ranker, start, sureness };
    const circumstances = { ...known, rowsRead: rowsRead(options) };
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

/** Loaded when it is asked for: a start takes as long as what it loads. */
async function loadSureness() {
  return (await import("./confidence.ts")).surenessOf;
}

/** The one report of a score that was asked for one. */
function theOnly(reports: readonly ScoreReport[]): ScoreReport {
  if (reports.length === 1) return reports[0];
  throw new RankMeError("usage", `${reports.length} reports where one was asked for`, {
    advice: "name one column and one range of dimensions; scoreParts() has all of them",
  });
}

/** How many rows of the inputs count where so many were scored. */
function rowsRead({ skip = 0, sample, limit = Infinity }: ScoreOptions) {
  return (scored: number) => skip + (sample === undefined ? scored : limit);
}
