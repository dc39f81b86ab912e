import type { RecordBatch } from "apache-arrow";
import type { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";
import { ArrowBatchStream } from "./arrow_batch_stream.ts";
import { readArrowFile } from "./arrow_file.ts";
import { describeBytes, detectFormat, type Format, SNIFF_BYTES } from "./detect.ts";
import { EmbeddingStream, type EmbeddingStreamOptions } from "./embedding_stream.ts";
import { openFile, pathOf, type RandomAccess, readSequentially } from "./random_access.ts";

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
  const embeddings = new EmbeddingStream(options);
  try {
    if (input instanceof ReadableStream) return fromBytes(input);
    const file = await openFile(input);
    return file instanceof ReadableStream ? fromBytes(file) : await fromFile(file);
  } catch (error) {
    throw named(error, called);
  }

  function fromBytes(bytes: ReadableStream<Uint8Array>): OpenedEmbeddings {
    const reader = new ArrowBatchStream({ strict });
    return opened("arrow-stream", bytes.pipeThrough(reader), reader);
  }

  async function fromFile(file: RandomAccess): Promise<OpenedEmbeddings> {
    try {
      const head = await file.read(0, Math.min(SNIFF_BYTES, file.size));
      if (head.length === 0) throw new RankMeError("empty", "the file has no bytes");
      const format = detectFormat(head);
      if (format === "arrow-file") return opened(format, readArrowFile(file));
      if (format === "arrow-stream") return fromBytes(readSequentially(file));
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
    recordBatches: ReadableStream<RecordBatch>,
    reader?: ArrowBatchStream,
  ): OpenedEmbeddings {
    return {
      name: called,
      format,
      batches: naming(recordBatches.pipeThrough(embeddings), called),
      get skippedRows() {
        return embeddings.skippedRows;
      },
      get missingEnd() {
        return reader?.missingEnd ?? false;
      },
    };
  }
}

/** Puts the input's name into the errors of a stream. */
function naming(
  batches: ReadableStream<EmbeddingBatch>,
  input: string,
): ReadableStream<EmbeddingBatch> {
  const reader = batches.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        throw named(error, input);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

function named(error: unknown, input: string): unknown {
  return error instanceof RankMeError ? error.at({ input }) : error;
}
