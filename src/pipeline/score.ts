import { toTransformStream } from "@std/streams/to-transform-stream";
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
  let batches = ReadableStream.from(reading.shards(shardsOf(source), options));
  if (limit !== undefined) batches = batches.pipeThrough(new LimitStream(limit));
  batches = batches.pipeThrough(toTransformStream((batches) =>
    observe(batches, signal, (batch) => {
      taken.rows += batch.rows;
      taken.bytes += batch.data.byteLength;
      onProgress?.(taken);
    })
  ));
  if (normalize) batches = batches.pipeThrough(new UnitNormStream());
  const reports = batches
    .pipeThrough(new CovarianceStream({ every, backend }))
    .pipeThrough(new EffectiveRankStream(options));
  let any = false;
  for await (const report of reading.naming(reports)) {
    any = true;
    const seconds = (performance.now() - start) / 1000;
    const interrupted = signal?.aborted ?? false;
    yield {
      ...report,
      skippedRows: reading.skippedRows,
      // A state is passed on before the end only when more rows have come already.
      complete: report.rows === taken.rows && !interrupted && !reading.missingEnd,
      backend: { name: backend.name, threads: backend.threads },
      timing: { seconds, rowsPerSecond: report.rows / seconds },
      inputs: reading.inputs.map((input) => ({ ...input })),
      warnings: [...reading.warnings, ...warningsOf(report, interrupted)],
      version: VERSION,
    };
  }
  if (!any) throw reading.nothing(signal?.aborted ?? false);
}

function shardsOf(source: ScoreSource | readonly ScoreSource[]): readonly ScoreSource[] {
  // An array of batches is one source, any other array a list of shards.
  return Array.isArray(source) && !(source[0] instanceof EmbeddingBatch)
    ? source
    : [source as ScoreSource];
}

/** What is known of the inputs while they are being read. */
class Reading {
  readonly inputs: { -readonly [key in keyof InputReport]: InputReport[key] }[] = [];
  readonly warnings: string[] = [];
  skippedRows = 0;
  missingEnd = false;

  /** All rows of all shards, one shard after the other, each opened when its turn comes. */
  async *shards(
    sources: readonly ScoreSource[],
    options: ScoreOptions,
  ): AsyncGenerator<EmbeddingBatch, void, void> {
    let first: { readonly name: string; readonly dim: number } | undefined;
    let offset = 0;
    for (const [index, source] of sources.entries()) {
      const name = options.names?.[index];
      const shard = await openSource(source, { ...options, name });
      const input = { name: shard.name, format: shard.format, rows: 0 };
      this.inputs.push(input);
      const skippedBefore = this.skippedRows;
      for await (const batch of shard.batches) {
        first ??= { name: shard.name, dim: batch.dim };
        if (batch.dim !== first.dim) {
          throw new RankMeError(
            "dimension",
            `${batch.dim} dimensions where ${first.name} has ${first.dim}`,
            { place: { input: shard.name, row: input.rows } },
          );
        }
        input.rows += batch.rows;
        this.skippedRows = skippedBefore + shard.skippedRows;
        yield batch.at(offset);
        offset += batch.rows;
      }
      this.skippedRows = skippedBefore + shard.skippedRows;
      if (shard.missingEnd) {
        this.missingEnd = true;
        this.warnings.push(
          `${shard.name}: the stream ended without its end-of-stream marker, so rows may be missing`,
        );
      }
    }
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
    if (row === undefined) return { input: this.#names() };
    for (const { name, rows } of this.inputs) {
      if (row < rows) return { input: name, row };
      row -= rows;
    }
    return { input: this.#names() };
  }

  #names(): string {
    return this.inputs.map(({ name }) => name).join(", ");
  }

  /** The error for a data set without a row. */
  nothing(interrupted: boolean): RankMeError {
    const what = interrupted
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

async function openSource(
  source: ScoreSource,
  options: OpenEmbeddingsOptions,
): Promise<OpenSource> {
  if (typeof source === "string" || source instanceof URL) return openEmbeddings(source, options);
  if (!(source instanceof ReadableStream)) return madeByProgram(source, options.name);
  // Bytes or batches? Only the first chunk tells.
  const reader = (source as ReadableStream<Uint8Array | EmbeddingBatch>).getReader();
  const head = await reader.read();
  reader.releaseLock();
  const rest = ReadableStream.from(withHead(head, source));
  return head.value instanceof EmbeddingBatch
    ? madeByProgram(rest as ReadableStream<EmbeddingBatch>, options.name)
    : openEmbeddings(rest as ReadableStream<Uint8Array>, options);
}

async function* withHead<T>(head: ReadableStreamReadResult<T>, rest: ReadableStream) {
  if (!head.done) yield head.value;
  yield* rest;
}

function madeByProgram(
  batches: AsyncIterable<EmbeddingBatch> | Iterable<EmbeddingBatch>,
  name = "batches",
): OpenSource {
  return { name, format: "batches", batches, skippedRows: 0, missingEnd: false };
}

/** Passes batches on until the signal says stop; then ends as if there were no more. */
async function* observe(
  batches: ReadableStream<EmbeddingBatch>,
  signal: AbortSignal | undefined,
  onBatch: (batch: EmbeddingBatch) => void,
): AsyncGenerator<EmbeddingBatch, void, void> {
  const reader = batches.getReader();
  // Cancelling ends a read that waits for a producer that may never write again.
  const stop = () => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", stop);
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      onBatch(value);
      yield value;
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
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
