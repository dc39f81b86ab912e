import type { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";
import { openBytes, type OpenedBytes } from "./bytes/open_bytes.ts";
import { closingStream, peek, pull } from "./bytes/pulled_bytes.ts";
import { pathOf } from "./bytes/random_access.ts";
import {
  type Compression,
  detectFormat,
  type Format,
  SNIFF_BYTES,
  unreadableFormat,
} from "./detect.ts";
import type { RowOptions } from "./format_reader.ts";
import { checkChoice } from "./columns.ts";
import { formatReader } from "./formats.ts";
import type { RowBlock } from "./row_block.ts";
import { UsableRows, type UsableRowsOptions } from "./usable_rows.ts";

/** Where embeddings can be read from: a path, a file URL, or bytes. */
export type EmbeddingInput = string | URL | ReadableStream<Uint8Array>;

/** How to open embeddings. */
export interface OpenEmbeddingsOptions extends RowOptions, UsableRowsOptions {
  /** What messages call the input. Default: its path, or `stream`. */
  readonly name?: string;
  /** What it is. Default: what its first bytes say. */
  readonly format?: Format;
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
  /** How many rows were left out so far. */
  readonly skippedRows: number;
  /** Whether the input ended without its end-of-stream marker. Known at the end. */
  readonly missingEnd: boolean;
}

/**
 * Opens embeddings, telling by the first bytes how they are to be read.
 *
 * @param input A path or file URL (needs permission to read it), or bytes.
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
  { name, format, nonFinite, ...options }: OpenEmbeddingsOptions = {},
): Promise<OpenedEmbeddings> {
  const called = name ?? (input instanceof ReadableStream ? "stream" : pathOf(input));
  try {
    checkChoice(options);
    const usable = new UsableRows({ nonFinite }, called);
    const opened = await openBytes(input);
    const rows = await readingRows(opened, format, options).catch(async (error) => {
      await opened.source.close(error);
      throw error;
    });
    return {
      name: called,
      format: rows.format,
      ...rows.compression && { compression: rows.compression },
      batches: closingStream(opened.source, usableBatches(rows.blocks, usable, called)),
      get skippedRows() {
        return usable.skippedRows;
      },
      get missingEnd() {
        return rows.missingEnd();
      },
    };
  } catch (error) {
    throw named(error, called);
  }
}

interface ReadingRows {
  readonly format: Format;
  readonly compression?: Compression;
  readonly blocks: AsyncGenerator<RowBlock, void, void>;
  readonly missingEnd: () => boolean;
}

/** Finds out what some bytes are, and begins to read them as that. */
async function readingRows(
  opened: OpenedBytes,
  asked: Format | undefined,
  options: RowOptions,
): Promise<ReadingRows> {
  const { head, source } = await peek(opened.source, SNIFF_BYTES);
  if (head.length === 0) {
    throw new RankMeError("empty", "no bytes at all", { advice: "did its producer fail?" });
  }
  const format = asked ?? detectFormat(head);
  if (format === undefined) throw unreadableFormat(head);
  const { parse, read } = await formatReader(format);
  if (read && opened.randomAccess) {
    const blocks = read(await opened.randomAccess(), options);
    return { format, blocks: unchanged(blocks, opened), missingEnd: () => false };
  }
  if (!parse) throw needsFile(format);
  const parser = parse(options, opened.size);
  const blocks = pull(source, parser);
  return {
    format,
    blocks: unchanged(blocks, opened),
    missingEnd: () => parser.missingEnd ?? false,
  };
}

function needsFile(format: Format): RankMeError {
  return new RankMeError("unsupported", `${format} is read from its end, which a pipe has not`, {
    advice: "pass its path instead of piping it",
  });
}

async function* unchanged<T>(
  values: AsyncGenerator<T, void, void>,
  { checkUnchanged }: OpenedBytes,
): AsyncGenerator<T, void, void> {
  yield* values;
  await checkUnchanged?.();
}

/** The usable rows of each block; errors name the input. */
async function* usableBatches(
  blocks: AsyncGenerator<RowBlock, void, void>,
  usable: UsableRows,
  input: string,
): AsyncGenerator<EmbeddingBatch, void, void> {
  try {
    for await (const block of blocks) {
      const batch = usable.take(block);
      // Whatever is not a view was copied: nobody can hold what it was copied from.
      if (block.memory && batch?.data.buffer !== block.memory) block.memory.transfer(0);
      if (batch) yield batch;
    }
  } catch (error) {
    throw named(error, input);
  }
}

function named(error: unknown, input: string): unknown {
  return error instanceof RankMeError ? error.at({ input }) : error;
}
