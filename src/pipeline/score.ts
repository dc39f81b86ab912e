import { concatReadableStreams } from "@std/streams/concat-readable-streams";
import { EmbeddingBatch } from "../batch.ts";
import { type Place, RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { referenceBackend } from "../linalg/reference/backend.ts";
import type { InputReport, RankReport, ScoreReport } from "../report/report.ts";
import { VERSION } from "../report/version.ts";
import {
  type EmbeddingInput,
  openEmbeddings,
  type OpenEmbeddingsOptions,
} from "../sources/open_embeddings.ts";
import { LimitStream } from "../transforms/limit_stream.ts";
import { UnitNormStream } from "../transforms/unit_norm_stream.ts";
import { CovarianceStream } from "./covariance_stream.ts";
import { type EffectiveRankOptions, EffectiveRankStream } from "./effective_rank_stream.ts";

/** Something to score: a path, a file URL, an Arrow IPC stream, or batches that a program makes. */
export type ScoreSource = EmbeddingInput | AsyncIterable<EmbeddingBatch> | Iterable<EmbeddingBatch>;

/** How far a score has come. */
export interface ScoreProgress {
  /** How many rows have been taken in. */
  readonly rows: number;
  /** How many bytes their numbers take. */
  readonly bytes: number;
}

/** How to score. */
export interface ScoreOptions extends Omit<OpenEmbeddingsOptions, "name">, EffectiveRankOptions {
  /** What messages call each source. Default: its path. */
  readonly names?: readonly (string | undefined)[];
  /** Whether to scale every row to length 1 first. Default: false. */
  readonly normalize?: boolean;
  /** Reads no more rows than this. Default: all. */
  readonly limit?: number;
  /** Also reports each time so many rows have been seen. Default: once, at the end. */
  readonly every?: number;
  /** What computes. Default: plain TypeScript. */
  readonly backend?: Backend;
  /** Stops reading: what has been read by then is scored, and marked as not complete. */
  readonly signal?: AbortSignal;
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
  const { normalize, limit, every, backend = referenceBackend, signal, onProgress } = options;
  const start = performance.now();
  const reading = new Reading();
  const taken = { rows: 0, bytes: 0 };
  const onBatch = (batch: EmbeddingBatch) => {
    taken.rows += batch.rows;
    taken.bytes += batch.data.byteLength;
    onProgress?.({ ...taken });
  };
  // Stages that refuse their options do so before the source is touched.
  const transforms = [
    ...limit === undefined ? [] : [new LimitStream(limit)],
    interruptible(signal, onBatch, () => reading.interrupted = true),
    ...normalize ? [new UnitNormStream()] : [],
  ];
  const covariances = new CovarianceStream({ every, backend });
  const ranks = new EffectiveRankStream(options);
  const reports = transforms
    .reduce(
      (batches, stage) => batches.pipeThrough(stage),
      reading.batches(shardsOf(source), options),
    )
    .pipeThrough(covariances)
    .pipeThrough(ranks);
  let any = false;
  try {
    for await (const report of reading.naming(reports)) {
      any = true;
      const seconds = (performance.now() - start) / 1000;
      const { interrupted, missingEnd, skippedRows, warnings } = reading;
      yield {
        ...report,
        skippedRows,
        // A state is passed on before the end only when more rows have come already.
        complete: report.rows === taken.rows && !interrupted && !missingEnd,
        backend: { name: backend.name, threads: backend.threads },
        timing: { seconds, rowsPerSecond: report.rows / seconds },
        inputs: reading.inputs(report.rows),
        warnings: [...warnings, ...warningsOf(report, interrupted)],
        version: VERSION,
      };
    }
  } finally {
    reading.stop();
  }
  if (!any) throw reading.nothing();
}

function shardsOf(source: ScoreSource | readonly ScoreSource[]): readonly ScoreSource[] {
  // An array of batches is one source, any other array a list of shards.
  return Array.isArray(source) && !(source[0] instanceof EmbeddingBatch)
    ? source
    : [source as ScoreSource];
}

/** What is known of the inputs while they are being read. */
class Reading {
  readonly warnings: string[] = [];
  skippedRows = 0;
  missingEnd = false;
  interrupted = false;
  /** Each input as it was opened, with the index in the data set of its first row. */
  #inputs: { name: string; format: string; rows: number; start: number }[] = [];
  /** The first row of all, by which the others are judged. */
  #first: { readonly name: string; readonly dim: number } | undefined;
  #rows = 0;
  /** Ends the read under way. */
  #cancelRead: () => Promise<unknown> = () => Promise.resolve();

  /** All rows of all shards, one shard after the other, each opened when its turn comes. */
  batches(sources: readonly ScoreSource[], options: ScoreOptions): ReadableStream<EmbeddingBatch> {
    const { names = [], ...others } = options;
    return sources.length === 0 ? ReadableStream.from([]) : concatReadableStreams(
      ...sources.map((source, index) => this.#shard(source, { ...others, name: names[index] })),
    );
  }

  /** Lets go of the source, though it be waited for and never say anything again. */
  stop(): void {
    this.#cancelRead().catch(() => {});
  }

  #shard(source: ScoreSource, options: OpenEmbeddingsOptions): ReadableStream<EmbeddingBatch> {
    let shard: OpenSource;
    let reader: ReadableStreamDefaultReader<EmbeddingBatch> | undefined;
    const input = { name: "", format: "", rows: 0, start: 0 };
    let skippedBefore = 0;
    return new ReadableStream({
      pull: async (controller) => {
        if (!reader) {
          shard = await this.#open(source, options);
          reader = toStream(shard.batches).getReader();
          Object.assign(input, { name: shard.name, format: shard.format, start: this.#rows });
          this.#inputs.push(input);
          skippedBefore = this.skippedRows;
        }
        this.#cancelRead = () => reader!.cancel();
        const { value: batch, done } = await reader.read();
        this.skippedRows = skippedBefore + shard.skippedRows;
        if (done) {
          if (shard.missingEnd) this.#reportMissingEnd(shard.name);
          return controller.close();
        }
        this.#first ??= { name: shard.name, dim: batch.dim };
        if (batch.dim !== this.#first.dim) {
          await reader.cancel();
          throw new RankMeError(
            "dimension",
            `${batch.dim} dimensions where ${this.#first.name} has ${this.#first.dim}`,
            { place: { input: shard.name, row: input.rows } },
          );
        }
        controller.enqueue(batch.at(this.#rows));
        input.rows += batch.rows;
        this.#rows += batch.rows;
      },
      cancel: (reason) => reader?.cancel(reason),
    }, { highWaterMark: 0 });
  }

  #reportMissingEnd(name: string): void {
    this.missingEnd = true;
    this.warnings.push(
      `${name}: the stream ended without its end-of-stream marker, so rows may be missing`,
    );
  }

  async #open(source: ScoreSource, options: OpenEmbeddingsOptions): Promise<OpenSource> {
    if (typeof source === "string" || source instanceof URL) return openEmbeddings(source, options);
    if (!(source instanceof ReadableStream)) return madeByProgram(source, options.name);
    // Bytes or batches? Only the first chunk tells.
    const reader = (source as ReadableStream<Uint8Array | EmbeddingBatch>).getReader();
    this.#cancelRead = () => reader.cancel();
    const head = await reader.read();
    const all = withHead(head, reader);
    return head.value instanceof EmbeddingBatch
      ? madeByProgram(all as ReadableStream<EmbeddingBatch>, options.name)
      : openEmbeddings(all as ReadableStream<Uint8Array>, options);
  }

  /** The inputs, counting the first rows of the data set only. */
  inputs(rows: number): InputReport[] {
    return this.#inputs
      .filter(({ start }) => start <= rows)
      .map(({ name, format, start, rows: read }) => ({
        name,
        format,
        rows: Math.min(read, rows - start),
      }));
  }

  /** Passes values on; an error that says a row at most also says which input it is of. */
  async *naming<T>(values: AsyncIterable<T>): AsyncGenerator<T, void, void> {
    try {
      yield* values;
    } catch (error) {
      if (!(error instanceof RankMeError) || error.place.input !== undefined) throw error;
      const { code, what, advice, cause } = error;
      throw new RankMeError(code, what, { place: this.#placeOf(error.place.row), advice, cause });
    }
  }

  #placeOf(row: number | undefined): Place {
    const input = this.#inputs.find(({ start, rows }) => row! < start + rows);
    return input ? { input: input.name, row: row! - input.start } : { input: this.#names() };
  }

  #names(): string {
    return this.#inputs.map(({ name }) => name).join(", ");
  }

  /** The error for a data set without a row. */
  nothing(): RankMeError {
    const what = this.interrupted
      ? "interrupted before the first row"
      : this.skippedRows > 0
      ? `no rows left: all ${this.skippedRows} were skipped`
      : "no rows";
    return new RankMeError("empty", what, { place: { input: this.#names() } });
  }
}

interface OpenSource {
  readonly name: string;
  readonly format: string;
  readonly batches: AsyncIterable<EmbeddingBatch> | Iterable<EmbeddingBatch>;
  readonly skippedRows: number;
  readonly missingEnd: boolean;
}

function madeByProgram(
  batches: AsyncIterable<EmbeddingBatch> | Iterable<EmbeddingBatch>,
  name = "batches",
): OpenSource {
  return { name, format: "batches", batches, skippedRows: 0, missingEnd: false };
}

function toStream<T>(items: AsyncIterable<T> | Iterable<T>): ReadableStream<T> {
  return items instanceof ReadableStream ? items : ReadableStream.from(items);
}

/** A stream that begins with what has been read from it already. */
function withHead<T>(
  head: ReadableStreamReadResult<T>,
  reader: ReadableStreamDefaultReader<T>,
): ReadableStream<T> {
  let first: typeof head | undefined = head;
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = first ?? await reader.read();
      first = undefined;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
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
  { rankMe, rows, dim, centered }: RankReport,
  interrupted: boolean,
): readonly string[] {
  return [
    ...interrupted ? ["interrupted: only the rows read by then are scored"] : [],
    ...rows < dim
      ? [`${rows} rows for ${dim} dimensions: RankMe cannot exceed ${rows}; score more rows`]
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
