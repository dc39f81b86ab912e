import { type ColumnSpan, EmbeddingBatch } from "../batch.ts";
import { OnlineCovariance } from "../covariance/online_covariance.ts";
import { RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { chooseBackend } from "../linalg/choose_backend.ts";
import { linearCka } from "../metrics/linear_cka.ts";
import type { CkaReport } from "../report/cka.ts";
import { VERSION } from "../report/version.ts";
import { streamOf } from "../platform/stream_of.ts";
import { type DimensionRange, DimensionsStream } from "../transforms/dimensions_stream.ts";
import { pairedRows, type PairedSide } from "./paired_rows.ts";
import { Reading, type ReadingOptions, type ScoreSource } from "./reading.ts";
import { refuseTooLarge } from "./refuse_too_large.ts";
import { rowStages } from "./row_stages.ts";
import type { ScoreOptions } from "./score_options.ts";
import { describeBackend } from "./score_report.ts";

/** From here on a reader is told that CKA of unrelated rows is no small number. */
const WARNED_CHANCE = 0.1;

/** How to compare embeddings of the same samples. */
export interface CkaOptions extends
  ReadingOptions,
  Pick<
    ScoreOptions,
    "skip" | "limit" | "sample" | "seed" | "backend" | "signal" | "onMemory" | "onProgress"
  > {
  /** Which dimensions of each of two sources. Default: all. */
  readonly dims?: DimensionRange;
  /** How to read the first of two sources, where not as both. */
  readonly a?: OneSourceOptions;
  /** How to read the second, where not as both. */
  readonly b?: OneSourceOptions;
}

/** How to read one source, whatever the other one is. */
export type OneSourceOptions =
  & Pick<ReadingOptions, "format" | "dim" | "column" | "columns" | "axes" | "header">
  & Pick<CkaOptions, "dims">;

/**
 * Linear CKA of two sets of embeddings of the same samples, read in step in one pass: see
 * {@linkcode linearCka}. Where a source has several columns, each is compared with all others.
 *
 * @param a Where the rows of the one come from, or a list of shards.
 * @param b Where those of the other do; rows are paired by their order.
 * @param options How to read both, and how many rows. `names` are what the two are called.
 * @returns The report.
 * @throws {RankMeError} Whatever is wrong with an input, with its name and place; `dimension`, when one
 * has more rows than the other; `empty`, when there is not one row; `range`, when all rows of one are
 * the same; `usage`, when rows that are not finite were to be skipped.
 *
 * @example The same embeddings, turned and scaled
 * ```ts
 * import { cka, EmbeddingBatch } from "@rankme/rankme";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const a = new EmbeddingBatch({ data: Float64Array.of(1, 0, 2, 1, 0, 5), dim: 2 });
 * const b = new EmbeddingBatch({ data: Float64Array.of(0, 3, -3, 6, -15, 0), dim: 2 });
 * const { cka: [[, value]] } = await cka([a], [b]);
 * assertAlmostEquals(value, 1);
 * ```
 */
export async function cka(
  a: ScoreSource | readonly ScoreSource[],
  b: ScoreSource | readonly ScoreSource[],
  options: CkaOptions = {},
): Promise<CkaReport> {
  const { names = [], a: ofA, b: ofB, ...ofBoth } = options;
  if (options.nonFinite === "skip") {
    throw new RankMeError("usage", "rows of two inputs cannot be skipped where one is not finite", {
      advice: "a row left out of one alone would put all that follow beside the wrong ones",
    });
  }
  const isWatched = options.onProgress !== undefined;
  const readings = [
    new Reading({ lends: true, isWatched }),
    new Reading({ lends: true }),
  ] as const;
  const side = (index: 0 | 1, source: typeof a, own: OneSourceOptions = {}): PairedSide => {
    const name = names[index] ?? nameOf(source) ?? ["A", "B"][index];
    const { dims, ...how } = merged(ofBoth, own);
    const batches = readings[index].batches(source, {
      ...dims?.start !== undefined && { rowNumbers: "take" },
      ...how,
      names: isListOfShards(source) ? [] : [name],
    });
    const kept = dims ? batches.pipeThrough(new DimensionsStream(dims)) : batches;
    return {
      name,
      batches: ofSide("ab"[index], readings[index].naming(finite(kept), { rowsKnown: true })),
      onRows: (rows) => readings[index].giveBack(rows),
    };
  };
  const sides = [side(0, a, ofA), side(1, b, ofB)] as const;
  return await compare(
    { readings, batches: streamOf(pairedRows(sides)) },
    ofBoth,
  );
}

/**
 * Linear CKA of each two of several columns of one data set, as of the layers of a network, in one
 * pass: see {@linkcode linearCka}.
 *
 * @param source Where the rows come from, or a list of shards.
 * @param options Which columns, and how many rows.
 * @returns The report.
 * @throws {RankMeError} As {@linkcode cka} does; `usage`, when there is one column only.
 *
 * @example Two layers side by side
 * ```ts
 * import { ckaOfColumns, EmbeddingBatch } from "@rankme/rankme";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const columns = [{ name: "early", start: 0, end: 1 }, { name: "late", start: 1, end: 2 }];
 * const data = Float64Array.of(1, -2, 2, -4, 5, -10);
 * const report = await ckaOfColumns([new EmbeddingBatch({ data, dim: 2, columns })]);
 * assertAlmostEquals(report.cka[0][1], 1);
 * ```
 */
export async function ckaOfColumns(
  source: ScoreSource | readonly ScoreSource[],
  options: Omit<CkaOptions, "a" | "b" | "dims"> = {},
): Promise<CkaReport> {
  const reading = new Reading({ lends: true, isWatched: options.onProgress !== undefined });
  const batches = reading.batches(source, options);
  return await compare({ readings: [reading], batches }, options);
}

/** What is said of one source alone counts, and of its columns nothing else then. */
function merged<T extends OneSourceOptions>(ofBoth: T, own: OneSourceOptions): T {
  const said = Object.fromEntries(
    Object.entries(own).filter(([, value]) => value !== undefined),
  );
  const isOfColumns = own.column !== undefined || own.columns !== undefined;
  return { ...ofBoth, ...isOfColumns && { column: undefined, columns: undefined }, ...said };
}

/** What is read, and by whom. */
interface Compared {
  readonly readings: readonly Reading[];
  readonly batches: ReadableStream<EmbeddingBatch>;
}

async function compare(
  { readings, batches }: Compared,
  options: Omit<CkaOptions, "names">,
): Promise<CkaReport> {
  const { backend = chooseBackend().backend, sample } = options;
  const start = performance.now();
  // Rows of two inputs are copies already.
  const [own] = readings.length === 1 ? readings : [];
  let spans: readonly ColumnSpan[] | undefined;
  const onFirst = (batch: EmbeddingBatch) => {
    spans = batch.columns ?? [];
    if (spans.length < 2) throw oneColumn();
    refuseState(batch, backend, options);
  };
  const onInterrupt = () => readings.forEach((reading) => reading.interrupted = true);
  try {
    const stages = await rowStages(options, {
      onFirst,
      onInterrupt,
      onRows: (count) => own?.giveBack(count),
      share: () => readings[0].share,
    });
    const rows = stages.reduce((stream, stage) => stream.pipeThrough(stage), batches);
    const states = accumulating(rows, new OnlineCovariance(backend), own);
    const named = own ? own.naming(states, { rowsKnown: sample === undefined }) : states;
    const { value: state } = await named.next();
    if (!spans || !state) throw readings[0].nothing();
    return reportOf(state, spans, { readings, options, start });
  } finally {
    readings.forEach((reading) => reading.stop());
    backend.release();
  }
}

/** How a state came about. */
interface Circumstances {
  readonly readings: readonly Reading[];
  readonly options: CkaOptions;
  readonly start: number;
}

function reportOf(
  state: OnlineCovariance,
  spans: readonly ColumnSpan[],
  { readings, options: { skip = 0, limit = Infinity, sample }, start }: Circumstances,
): CkaReport {
  const { cka, chance } = linearCka(state.scatter(), spans, state.count);
  const seconds = (performance.now() - start) / 1000;
  const rowsRead = skip + (sample === undefined ? state.count : limit);
  return {
    names: spans.map(({ name }) => name),
    dims: spans.map(({ start, end }) => end - start),
    cka,
    chance,
    rows: state.count,
    skippedRows: readings.reduce((sum, { skippedRows }) => sum + skippedRows, 0),
    complete: readings.every(({ interrupted, missingEnd }) => !interrupted && !missingEnd),
    backend: describeBackend(state.backend),
    timing: { seconds, rowsPerSecond: state.count / seconds },
    inputs: readings.flatMap((reading) => reading.inputs(rowsRead)),
    warnings: [...readings.flatMap(({ warnings }) => warnings), ...warningsOf(chance, readings)],
    version: VERSION,
  };
}

/** The state after all rows, if there are any. */
async function* accumulating(
  batches: ReadableStream<EmbeddingBatch>,
  state: OnlineCovariance,
  own: Reading | undefined,
): AsyncGenerator<OnlineCovariance, void, void> {
  for await (const batch of batches) {
    state.update(batch);
    own?.giveBack(batch.offset + batch.rows);
  }
  if (state.count > 0) yield state;
}

function refuseState(
  { dim, data }: EmbeddingBatch,
  backend: Backend,
  { limit = Infinity, sample, onMemory }: CkaOptions,
): void {
  const sampleBytes = sample === undefined
    ? 0
    : Math.min(limit, sample) * dim * data.BYTES_PER_ELEMENT;
  // However few rows there are, their scatter is of all dimensions.
  const bytes = refuseTooLarge([{ dim }], backend, sampleBytes);
  onMemory?.(bytes);
}

/** Rows that were looked at while it is known which input they are of. */
async function* finite(
  batches: ReadableStream<EmbeddingBatch>,
): AsyncGenerator<EmbeddingBatch, void, void> {
  for await (const batch of batches) {
    batch.refuseNonFinite();
    yield batch;
  }
}

/** Rows of one of two inputs; errors advise what can be done where there is another one. */
async function* ofSide<T>(
  side: string,
  batches: AsyncIterable<T>,
): AsyncGenerator<T, void, void> {
  try {
    yield* batches;
  } catch (error) {
    if (!(error instanceof RankMeError) || error.advice === undefined) throw error;
    const { code, what, place, lines, cause } = error;
    const advice = besideAnother(error.advice, side);
    throw new RankMeError(code, what, { place, advice, lines, cause });
  }
}

/** What is left out of one input alone is to stay in the other: its dimensions, and never its rows. */
function besideAnother(advice: string, side: string): string {
  return advice.includes("--non-finite skip")
    ? "leave such rows out of both inputs"
    : advice.replaceAll("--dims ", `--dims-${side} `);
}

/** Shards keep their own names. */
function isListOfShards(source: ScoreSource | readonly ScoreSource[]): boolean {
  return Array.isArray(source) && !(source[0] instanceof EmbeddingBatch);
}

function nameOf(source: ScoreSource | readonly ScoreSource[]): string | undefined {
  return typeof source === "string" || source instanceof URL ? String(source) : undefined;
}

function oneColumn(): RankMeError {
  return new RankMeError("usage", "CKA compares two sets of embeddings, and there is one", {
    advice: "give two inputs, or name several columns, as in --column 'layer*'",
  });
}

function warningsOf(
  chance: CkaReport["chance"],
  [{ interrupted }]: readonly Reading[],
): readonly string[] {
  const most = Math.max(...chance.flatMap((row, i) => row.filter((_, j) => i !== j)));
  return [
    ...interrupted ? ["interrupted: only the rows read by then are compared"] : [],
    ...most > WARNED_CHANCE
      ? [`unrelated rows would give a CKA of ${most.toFixed(2)}: compare more rows`]
      : [],
  ];
}
