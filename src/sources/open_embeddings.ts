import type { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";
import { nameOf, urlOf } from "./bytes/input_name.ts";
import { MemoryPool } from "./bytes/memory_pool.ts";
import { Patience } from "./bytes/patience.ts";
import { openBytes } from "./bytes/open_bytes.ts";
import type { OpenedBytes } from "./bytes/opened_bytes.ts";
import { type ByteReader, closingStream, pull } from "./bytes/pulled_bytes.ts";
import { uncompressed, type UncompressedBytes } from "./bytes/uncompressed.ts";
import { checkChoice } from "./columns.ts";
import {
  type Compression,
  describeBytes,
  detectFormat,
  type Format,
  refuseOtherFormat,
  unreadableFormat,
} from "./detect.ts";
import { aboutFile } from "./foreign/lines.ts";
import type { RowOptions } from "./format_reader.ts";
import type { ReadColumns } from "./read_columns.ts";
import { formatReader } from "./formats.ts";
import type { RowBlock } from "./row_block.ts";
import { UsableRows, type UsableRowsOptions } from "./usable_rows.ts";

/**
 * Where embeddings can be read from: a path, a URL (file, http or https), or bytes, be they a stream or
 * what is read from, as `Deno.stdin` is.
 */
export type EmbeddingInput = string | URL | ByteReader | ReadableStream<Uint8Array>;

/** How to open embeddings. */
export interface OpenEmbeddingsOptions
  extends Omit<RowOptions, "onColumns" | "onRowCount">, UsableRowsOptions {
  /** What messages call the input. Default: its path, or `stream`. */
  readonly name?: string;
  /** What it is. Default: what its first bytes say. */
  readonly format?: Format;
  /** Ends a wait for the first bytes; once it is open, its batches can be cancelled. */
  readonly signal?: AbortSignal;
}

/** An input that is being read. */
export interface OpenedEmbeddings {
  /** What messages call the input. */
  readonly name: string;
  /** What it is. */
  readonly format: Format;
  /** What all of it is compressed with, if it is. */
  readonly compression?: Compression;
  /** The embeddings. Errors name the input. */
  readonly batches: ReadableStream<EmbeddingBatch>;
  /** Which columns the embeddings are read from. Known with the first row; absent without names. */
  readonly columns?: ReadColumns;
  /** Which share of it was read so far; absent where it is not known how much there is. */
  readonly share?: number;
  /** How many rows were left out so far. */
  readonly skippedRows: number;
  /** Whether the input ended without its end-of-stream marker. Known at the end. */
  readonly missingEnd: boolean;
  /**
   * Says that a batch is needed no more, so that its memory can be read into again, which is faster
   * than new memory. To read from the batch afterwards is an error, never a wrong number.
   *
   * @param batch One of the {@linkcode batches}, or a part of it.
   */
  giveBack(batch: EmbeddingBatch): void;
}

/**
 * Opens embeddings, telling by the first bytes how they are to be read.
 *
 * @param input A path or file URL (needs permission to read it), an http or https URL (needs
 * permission to reach it), or bytes; any of them compressed with gzip or zstd, too.
 * @param options Which columns, and what becomes of unusable rows.
 * @returns The embeddings as a stream, and what is known of the input.
 * @throws {RankMeError} `unreadable`, `permission`, `empty` or `format`; other errors come from the
 * stream.
 *
 * @example Bytes; a path is opened likewise, and needs --allow-read
 * ```ts
 * import {
 *   ArrowEncodeStream,
 *   openEmbeddings,
 *   syntheticEmbeddings,
 * } from "@rankme/rankme/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = syntheticEmbeddings({ rows: 100, dim: 8 }).pipeThrough(new ArrowEncodeStream());
 * const { format, batches } = await openEmbeddings(bytes);
 * assertEquals(format, "arrow-stream");
 * for await (const batch of batches) assertEquals(batch.dim, 8);
 * ```
 */
export async function openEmbeddings(
  input: EmbeddingInput,
  { name, format, nonFinite, rowNumbers, signal, ...options }: OpenEmbeddingsOptions = {},
): Promise<OpenedEmbeddings> {
  const called = name ??
    (typeof input === "string" || input instanceof URL ? nameOf(input) : "stream");
  const path = pathOfFile(input);
  try {
    checkChoice(options);
    const usable = new UsableRows({ nonFinite, rowNumbers, ...options }, called);
    const bytes = withPatience(await openBytes(input));
    const { patience } = bytes;
    const opened = await closedOn(signal, bytes, () => uncompressed(bytes, patience));
    const memory = new MemoryPool();
    let columns: ReadColumns | undefined;
    const onColumns = (read: ReadColumns) => columns = read;
    const count: RowCount = { read: 0 };
    const onRowCount = (rows: number) => count.all = rows;
    const how = { ...options, onColumns, onRowCount, memory, patience };
    const rows = await readingRows(opened, { asked: format, called }, how).catch(async (error) => {
      await opened.source.close(error);
      throw error;
    });
    return {
      name: called,
      format: rows.format,
      ...opened.compression && { compression: opened.compression },
      batches: closingStream(
        opened.source,
        usableBatches(rows.blocks, { called, path, opened, usable, memory, count }),
      ),
      giveBack: ({ data }) => memory.give(data.buffer as ArrayBuffer),
      get columns() {
        return columns;
      },
      get share() {
        const { read, all } = count;
        return all === undefined ? opened.share?.() : all === 0 ? 1 : read / all;
      },
      get skippedRows() {
        return usable.skippedRows;
      },
      get missingEnd() {
        return rows.missingEnd();
      },
    };
  } catch (error) {
    throw named(error, called, path);
  }
}

/** Bytes of a pipe or a server, which may pause; a file's are all there. */
function withPatience(bytes: OpenedBytes): OpenedBytes & { readonly patience?: Patience } {
  if (bytes.size !== undefined) return bytes;
  const patience = new Patience(), { source } = bytes;
  return {
    ...bytes,
    patience,
    source: {
      takesMemory: source.takesMemory,
      read: (memory) => source.read(memory),
      close(reason) {
        patience.stop();
        return source.close(reason);
      },
    },
  };
}

/** Does something with bytes, which are closed when the signal says so meanwhile. */
async function closedOn<T>(
  signal: AbortSignal | undefined,
  { source }: OpenedBytes,
  operation: () => Promise<T>,
): Promise<T> {
  // What goes wrong in closing is of no interest: the operation fails anyway.
  const close = async () => await Promise.resolve(source.close(signal!.reason)).catch(() => {});
  if (signal?.aborted) await close();
  signal?.addEventListener("abort", close, { once: true });
  try {
    return await operation();
  } finally {
    signal?.removeEventListener("abort", close);
  }
}

interface ReadingRows {
  readonly format: Format;
  readonly blocks: AsyncGenerator<RowBlock, void, void>;
  readonly missingEnd: () => boolean;
}

/** How rows are read, and what helps. */
interface RowReading extends RowOptions {
  readonly memory: MemoryPool;
  readonly patience?: Patience;
}

/** Finds out what some bytes are, and begins to read them as that. */
async function readingRows(
  opened: UncompressedBytes,
  { asked, called }: { readonly asked?: Format; readonly called: string },
  { memory, patience, ...options }: RowReading,
): Promise<ReadingRows> {
  const { head, source, compression, randomAccess, prefersOrder } = opened;
  if (head.length === 0) {
    throw new RankMeError("empty", "no bytes at all", { advice: "did its producer fail?" });
  }
  if (asked !== undefined) refuseOtherFormat(asked, head);
  const format = asked ?? detectFormat(head);
  if (format === undefined) throw unreadableFormat(head, called);
  const { parse, read, readsInOrder } = await formatReader(format);
  const prefersParser = parse && prefersOrder && (readsInOrder?.(options) ?? true);
  if (read && randomAccess && !prefersParser) {
    const blocks = read(await randomAccess(), options, memory);
    return { format, blocks, missingEnd: () => false };
  }
  if (!parse) throw needsFile(describeBytes(head), compression);
  const parser = parse(options, { bytes: opened.size, memory });
  const blocks = pull(source, parser, patience);
  return {
    format,
    blocks,
    missingEnd: () => parser.missingEnd ?? false,
  };
}

function needsFile(what: string, compression: Compression | undefined): RankMeError {
  return compression
    ? new RankMeError("unsupported", `${what} cannot be read from inside ${compression} data`, {
      advice: "decompress it first",
    })
    : new RankMeError("unsupported", `${what} is read from its end, which a pipe does not have`, {
      advice: "pass its path instead of piping it",
    });
}

interface BatchSource {
  /** What messages call the input. */
  readonly called: string;
  /** Its path, where it is a file. */
  readonly path?: string;
  readonly opened: OpenedBytes;
  readonly usable: UsableRows;
  readonly memory: MemoryPool;
  readonly count: RowCount;
}

/** How many rows were read, and how many there are, where that is known. */
interface RowCount {
  read: number;
  all?: number;
}

/** The usable rows of each block; errors name the input. */
async function* usableBatches(
  blocks: AsyncGenerator<RowBlock, void, void>,
  { called, path, opened, usable, memory, count }: BatchSource,
): AsyncGenerator<EmbeddingBatch, void, void> {
  try {
    for await (const block of blocks) {
      const batch = usable.take(block);
      count.read += block.rows;
      // Whatever is not a view was copied: nobody can hold what it was copied from.
      if (block.memory && batch?.data.buffer !== block.memory) memory.give(block.memory);
      if (batch) yield batch;
    }
    usable.end();
    await opened.checkUnchanged?.();
  } catch (error) {
    throw named(error, called, path);
  }
}

/** The path of an input, if it is a file's. */
function pathOfFile(input: EmbeddingInput): string | undefined {
  if (!(typeof input === "string" || input instanceof URL)) return undefined;
  const url = urlOf(input);
  if (!url) return String(input);
  return url.protocol === "file:" ? nameOf(url) : undefined;
}

/** An error that names the input, in commands too. */
function named(error: unknown, input: string, path?: string): unknown {
  if (!(error instanceof RankMeError)) return error;
  const { code, what, place, advice, cause } = error.at({ input });
  if (advice === undefined || path === undefined) return error.at({ input });
  return new RankMeError(code, what, { place, advice: aboutFile(advice, path), cause });
}
