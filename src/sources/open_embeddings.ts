import type { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";
import { readArrowFile } from "./arrow/file.ts";
import type { BareBatch } from "./arrow/messages.ts";
import { ArrowStreamParser, parsing, pullBatches } from "./arrow/stream.ts";
import { describeBytes, detectFormat, type Format, SNIFF_BYTES } from "./detect.ts";
import { type ByteSource, byteSource, closingStream } from "./bytes/pulled_bytes.ts";
import {
  openFile,
  pathOf,
  type RandomAccess,
  readBytes,
  sequentially,
} from "./bytes/random_access.ts";
import { type EmbeddingStreamOptions, RowExtractor } from "./arrow/row_extractor.ts";

/** Where embeddings can be read from: a path, a file URL, or bytes of an Arrow IPC stream. */
export type EmbeddingInput = string | URL | ReadableStream<Uint8Array>;

/** How to open embeddings. */
export interface OpenEmbeddingsOptions extends EmbeddingStreamOptions {
  /** What messages call the input. Default: its path, or `stream`. */
  readonly name?: string;
  /** Whether a stream without its end-of-stream marker is an error. Default: false. */
  readonly strict?: boolean;
}

/** An input that is being read. */
export interface OpenedEmbeddings {
  /** What messages call the input. */
  readonly name: string;
  /** What its first bytes say it is. */
  readonly format: Format;
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
  { name, strict, ...options }: OpenEmbeddingsOptions = {},
): Promise<OpenedEmbeddings> {
  const called = name ?? (input instanceof ReadableStream ? "stream" : pathOf(input));
  const extractor = new RowExtractor(options);
  try {
    if (input instanceof ReadableStream) return fromBytes(input);
    const file = await openFile(input);
    return file instanceof ReadableStream ? fromBytes(file) : await fromFile(file);
  } catch (error) {
    throw named(error, called);
  }

  function fromBytes(bytes: ReadableStream<Uint8Array>): OpenedEmbeddings {
    const source = byteSource(bytes);
    if (source) return fromSource(source);
    const parser = new ArrowStreamParser({ strict });
    const stage = new TransformStream(parsing(parser, (batch) => batch));
    return opened("arrow-stream", bytes.pipeThrough(stage), parser);
  }

  function fromSource(source: ByteSource, sourceBytes?: number): OpenedEmbeddings {
    const parser = new ArrowStreamParser({ strict, sourceBytes });
    return opened("arrow-stream", closingStream(source, pullBatches(source, parser)), parser);
  }

  async function fromFile(file: RandomAccess): Promise<OpenedEmbeddings> {
    try {
      const head = await readBytes(file, 0, Math.min(SNIFF_BYTES, file.size));
      if (head.length === 0) throw new RankMeError("empty", "the file has no bytes");
      const format = detectFormat(head);
      if (format === "arrow-file") return opened(format, readArrowFile(file));
      if (format === "arrow-stream") return fromSource(sequentially(file), file.size);
      throw new RankMeError("format", `this is ${describeBytes(head)}, which cannot be read`, {
        advice: "an Arrow IPC stream or file is needed",
      });
    } catch (error) {
      file.close();
      throw error;
    }
  }

  function opened(
    format: Format,
    batches: ReadableStream<BareBatch>,
    end?: { readonly missingEnd: boolean },
  ): OpenedEmbeddings {
    return {
      name: called,
      format,
      batches: extracting(batches, extractor, called),
      get skippedRows() {
        return extractor.skippedRows;
      },
      get missingEnd() {
        return end?.missingEnd ?? false;
      },
    };
  }
}

/** Takes the embeddings out of record batches, and puts the input's name into errors. */
function extracting(
  batches: ReadableStream<BareBatch>,
  extractor: RowExtractor,
  input: string,
): ReadableStream<EmbeddingBatch> {
  const reader = batches.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        let rows: EmbeddingBatch | undefined;
        while (!rows) {
          const { value, done } = await reader.read();
          if (done) return controller.close();
          rows = extractor.take(value);
          // Whatever is not a view was copied: nobody can hold what it was copied from.
          if (value.memory && rows?.data.buffer !== value.memory) value.memory.transfer(0);
        }
        controller.enqueue(rows);
      } catch (error) {
        reader.cancel(error).catch(() => {});
        throw named(error, input);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

function named(error: unknown, input: string): unknown {
  return error instanceof RankMeError ? error.at({ input }) : error;
}
