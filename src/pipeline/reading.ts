import { EmbeddingBatch } from "../batch.ts";
import { type Place, RankMeError } from "../errors.ts";
import { streamOf } from "../platform/stream_of.ts";
import type { InputReport } from "../report/report.ts";
import {
  type EmbeddingInput,
  openEmbeddings,
  type OpenEmbeddingsOptions,
} from "../sources/open_embeddings.ts";
import { isByteReader, isByteStream } from "../sources/bytes/pulled_bytes.ts";
import { pathOf } from "../sources/bytes/random_access.ts";
import type { ReadColumns } from "../sources/read_columns.ts";
import type { EarlierColumns } from "../sources/same_columns.ts";
import { listAllShards } from "../sources/shards/list_shards.ts";
import { refuseSeveralSets } from "../sources/shards/several_sets.ts";
import { columnsRead } from "./columns_read.ts";
import { type FirstRow, otherShape } from "./first_row.ts";
import { ShareRead } from "./share_read.ts";

/**
 * Something to score: a file, a folder or a pattern by its path, a URL, bytes of any format, or batches
 * that a program makes.
 */
export type ScoreSource = EmbeddingInput | AsyncIterable<EmbeddingBatch> | Iterable<EmbeddingBatch>;

/** How to read the shards of a data set. The options for opening are not for batches. */
export interface ReadingOptions extends Omit<OpenEmbeddingsOptions, "name" | "signal" | "earlier"> {
  /** What messages call each source. Default: its path, which files of a folder are called anyway. */
  readonly names?: readonly (string | undefined)[];
}

/**
 * The reading of one data set: its rows as one stream, and what is known of its shards meanwhile.
 *
 * Batches made of bytes can be lent: whoever takes their rows in calls {@linkcode giveBack}, and their
 * memory is freed at once instead of when some 64 MB of garbage have piled up; the next bytes then go
 * into memory that is still in a cache, several times faster. Batches that a program made are its own.
 */
export class Reading {
  /** What the reader of a number should know of the shards. */
  readonly warnings: string[] = [];
  /** How many rows were left out so far. */
  skippedRows = 0;
  /** Whether a shard ended without its end-of-stream marker. */
  missingEnd = false;
  /** Whether reading was made to stop before the end. */
  interrupted = false;
  /** Each input as it was opened, with the index in the data set of its first row. */
  #inputs: ReadInput[] = [];
  /** The first row of all, by which the others are judged. */
  #first: FirstRow | undefined;
  /** The columns of the first shard that has names, by which those of the others are found. */
  #named: EarlierColumns | undefined;
  #rows = 0;
  readonly #lends: boolean;
  readonly #isWatched: boolean;
  /** Which share of all files was read; absent where that is not known. */
  #shareRead: ShareRead | undefined;
  /** What is being read. */
  #current: { readonly path: string; readonly shard: OpenSource } | undefined;
  /** Batches that are not needed once so many rows have been taken in. */
  #lent: {
    readonly rows: number;
    readonly batch: EmbeddingBatch;
    readonly shard: OpenSource;
  }[] = [];
  /** Whether no more shards are wanted. */
  #isStopped = false;
  /** Ends a wait for the first bytes of a shard. */
  readonly #opening = new AbortController();
  /** Ends the read under way. */
  #cancelRead: () => Promise<unknown> = () => Promise.resolve();

  /**
   * Begins a reading.
   *
   * @param options.lends Whether batches made of bytes are to be given back. Default: no, so that they
   * may be kept.
   * @param options.isWatched Whether somebody wants to know the {@linkcode share} that was read, for
   * which all files are looked at first. Default: no.
   */
  constructor(
    { lends = false, isWatched = false }: {
      readonly lends?: boolean;
      readonly isWatched?: boolean;
    } = {},
  ) {
    this.#lends = lends;
    this.#isWatched = isWatched;
  }

  /** Which share of all files was read so far, from 0 to 1; nothing where that is not known. */
  get share(): number | undefined {
    const share = this.#current?.shard.share;
    return share === undefined ? undefined : this.#shareRead?.with(this.#current!.path, share);
  }

  /**
   * Says that rows are needed no more: the memory of lent batches up to there is freed. To read from
   * such a batch afterwards is an error, never a wrong number.
   *
   * @param rows How many rows, from the first of all.
   */
  giveBack(rows: number): void {
    while (this.#lent.length > 0 && this.#lent[0].rows <= rows) {
      const { shard, batch } = this.#lent.shift()!;
      shard.giveBack!(batch);
    }
  }

  /**
   * Reads all rows of all shards, one shard after the other, each opened when its turn comes.
   *
   * @param source The data set, or a list of its shards.
   * @param options How to open them.
   * @returns The rows; errors name the shard.
   */
  batches(
    source: ScoreSource | readonly ScoreSource[],
    { names = [], nonFinite = "error", ...options }: ReadingOptions,
  ): ReadableStream<EmbeddingBatch> {
    // Whoever takes the rows in looks at every number: once is enough.
    const policy = nonFinite === "error" ? "later" : nonFinite;
    const shards = listed(shardsOf(source), names, async (paths) => {
      if (this.#isWatched) this.#shareRead = await ShareRead.of(paths);
    });
    let shard: Shard | undefined;
    return new ReadableStream({
      pull: async (controller) => {
        for (;;) {
          if (!shard) {
            const { value, done } = await shards.next();
            if (done || this.#isStopped) return controller.close();
            shard = this.#shard(value.source, {
              ...options,
              nonFinite: policy,
              name: value.name,
              signal: this.#opening.signal,
            });
          }
          const batch = await shard.next();
          if (batch) return controller.enqueue(batch);
          shard = undefined;
        }
      },
      cancel: (reason) => {
        this.#isStopped = true;
        return shard?.cancel(reason);
      },
    }, { highWaterMark: 0 });
  }

  /** Lets go of the source, though it be waited for and never say anything again. */
  stop(): void {
    this.#isStopped = true;
    this.#opening.abort();
    this.#cancelRead().catch(() => {});
  }

  #shard(source: ScoreSource, options: OpenEmbeddingsOptions): Shard {
    let shard: OpenSource;
    let reader: ReadableStreamDefaultReader<EmbeddingBatch> | undefined;
    let input: ReadInput;
    let skippedBefore = 0;
    return {
      next: async () => {
        if (!reader) {
          shard = await this.#open(source, { ...options, earlier: this.#named });
          reader = toStream(shard.batches).getReader();
          const { name, format, compression } = shard;
          input = { name, format, ...compression && { compression }, rows: 0, start: this.#rows };
          this.#inputs.push(input);
          this.#current = { path: String(source), shard };
          skippedBefore = this.skippedRows;
        }
        this.#cancelRead = () => reader!.cancel();
        const { value: batch, done } = await reader.read();
        this.skippedRows = skippedBefore + shard.skippedRows;
        input.columns = shard.columns;
        if (shard.columns?.areNamed) this.#named ??= { ...shard.columns, part: shard.name };
        if (done) {
          this.#shareRead?.finish(String(source));
          if (shard.missingEnd) this.#reportMissingEnd(shard.name);
          return undefined;
        }
        const { dim, columns } = batch;
        this.#first ??= { name: shard.name, dim, columns };
        const refusal = otherShape(batch, this.#first);
        if (refusal) {
          await reader.cancel();
          throw refusal.at({ input: shard.name, row: input.rows });
        }
        const placed = batch.at(this.#rows);
        input.rows += batch.rows;
        this.#rows += batch.rows;
        if (this.#lends && shard.giveBack) this.#lent.push({ rows: this.#rows, batch, shard });
        return placed;
      },
      cancel: (reason) => reader?.cancel(reason),
    };
  }

  #reportMissingEnd(name: string): void {
    this.missingEnd = true;
    this.warnings.push(
      `${name}: the stream ended without its end-of-stream marker, so rows may be missing`,
    );
  }

  async #open(source: ScoreSource, options: OpenEmbeddingsOptions): Promise<OpenSource> {
    if (isPath(source) || isByteReader(source)) return openEmbeddings(source, options);
    if (!(source instanceof ReadableStream)) return madeByProgram(source, options.name);
    if (isByteStream(source)) return openEmbeddings(source, options);
    // Bytes or batches? Only the first chunk tells.
    const reader = (source as ReadableStream<Uint8Array | EmbeddingBatch>).getReader();
    this.#cancelRead = () => reader.cancel();
    const head = await reader.read();
    const all = withHead(head, reader);
    return head.value instanceof EmbeddingBatch
      ? madeByProgram(all as ReadableStream<EmbeddingBatch>, options.name)
      : openEmbeddings(all as ReadableStream<Uint8Array>, options);
  }

  /**
   * The shards, counting the first rows of the data set only.
   *
   * @param rows How many rows count.
   * @returns Those that any of these rows are of.
   */
  inputs(rows: number): InputReport[] {
    return this.#inputs
      .filter(({ start }) => start <= rows)
      .map(({ start, rows: read, columns, ...input }, index) => ({
        ...input,
        ...columns?.name !== this.#inputs[index - 1]?.columns?.name && columnsRead(columns),
        rows: Math.min(read, rows - start),
      }));
  }

  /** Which columns the first shard that has names was read from. */
  get columns(): ReadColumns | undefined {
    return this.#inputs.find(({ columns }) => columns)?.columns;
  }

  /**
   * Passes values on; an error that says no more than a row also says which shard it is of.
   *
   * @param values What is made of the rows.
   * @param options.rowsKnown Whether rows still have the places that they were read from.
   * @returns The same.
   */
  async *naming<T>(
    values: AsyncIterable<T>,
    { rowsKnown }: { readonly rowsKnown: boolean },
  ): AsyncGenerator<T, void, void> {
    try {
      yield* values;
    } catch (error) {
      if (!(error instanceof RankMeError) || error.place.input !== undefined) throw error;
      const { code, what, advice, cause } = error;
      const place = this.#placeOf(rowsKnown ? error.place.row : undefined);
      throw new RankMeError(code, what, { place, advice, cause });
    }
  }

  #placeOf(row: number | undefined): Place {
    const input = row !== undefined &&
      this.#inputs.find(({ start, rows }) => row < start + rows);
    return input ? { input: input.name, row: row - input.start } : { input: this.#names() };
  }

  #names(): string {
    return this.#inputs.map(({ name }) => name).join(", ");
  }

  /**
   * The error for a data set without a row.
   *
   * @returns The error, with the reason as far as it is known.
   */
  nothing(): RankMeError {
    const what = this.interrupted
      ? "interrupted before the first row"
      : this.skippedRows > 0
      ? `no rows left: all ${this.skippedRows} were skipped`
      : "no rows";
    return new RankMeError("empty", what, { place: { input: this.#names() } });
  }
}

/** An input, how many rows have been read of it, and where the first is in the data set. */
interface ReadInput extends Pick<InputReport, "name" | "format" | "compression"> {
  rows: number;
  columns?: ReadColumns;
  readonly start: number;
}

interface OpenSource {
  readonly name: string;
  readonly format: string;
  readonly compression?: string;
  readonly batches: AsyncIterable<EmbeddingBatch> | Iterable<EmbeddingBatch>;
  readonly skippedRows: number;
  readonly missingEnd: boolean;
  readonly share?: number;
  readonly columns?: ReadColumns;
  /** Absent where batches are their maker's. */
  giveBack?(batch: EmbeddingBatch): void;
}

function madeByProgram(
  batches: AsyncIterable<EmbeddingBatch> | Iterable<EmbeddingBatch>,
  name = "batches",
): OpenSource {
  return { name, format: "batches", batches, skippedRows: 0, missingEnd: false };
}

function toStream<T>(items: AsyncIterable<T> | Iterable<T>): ReadableStream<T> {
  return items instanceof ReadableStream ? items : streamOf(items);
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

/** The reading of one source: its batches one after the other, and nothing at its end. */
interface Shard {
  next(): Promise<EmbeddingBatch | undefined>;
  cancel(reason: unknown): Promise<void> | undefined;
}

/** A source that is one shard, and what messages call it. */
interface NamedShard {
  readonly source: ScoreSource;
  readonly name?: string;
}

/** The shards of folders and patterns among some sources; found when the first is asked for. */
async function* listed(
  sources: readonly ScoreSource[],
  names: readonly (string | undefined)[],
  onFiles: (paths: readonly string[]) => Promise<void>,
): AsyncGenerator<NamedShard, void, void> {
  const paths = sources.filter(isPath);
  const all = await listAllShards(paths);
  if (paths.length === sources.length) await onFiles(all.flat().map(String));
  const lists = all.values();
  for (const [index, source] of sources.entries()) {
    const name = names[index];
    if (!isPath(source)) {
      yield { source, name };
      continue;
    }
    const shards = lists.next().value!;
    if (shards.length > 1) refuseSeveralSets(pathOf(source), shards);
    for (const path of shards) {
      // What was found in a folder is called by its path; so is what is called what it is already, as
      // not all of a URL is to be shown.
      const isItself = path === pathOf(source) && name !== path;
      yield isItself ? { source, name } : { source: path };
    }
  }
}

function isPath(source: ScoreSource): source is string | URL {
  return typeof source === "string" || source instanceof URL;
}

function shardsOf(source: ScoreSource | readonly ScoreSource[]): readonly ScoreSource[] {
  // An array of batches is one source, any other array a list of shards.
  return Array.isArray(source) && !(source[0] instanceof EmbeddingBatch)
    ? source
    : [source as ScoreSource];
}
