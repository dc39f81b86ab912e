import type { RecordBatch } from "apache-arrow";
import { formatBytes, RankMeError } from "../errors.ts";
import { MessageDecoder, readStream } from "./arrow_messages.ts";
import { ChunkFeeder } from "./exact_reads.ts";

/** How to read an Arrow IPC stream. */
export interface ArrowBatchStreamOptions {
  /** Whether a stream without its end-of-stream marker is an error. Default: false. */
  readonly strict?: boolean;
}

/**
 * Reads an Arrow IPC stream: bytes → record batches.
 *
 * Each message is read into a buffer of its own, of exactly its size, so record batches are views on
 * memory that nothing writes to again. Lengths and counts are checked before they are believed. Several
 * streams one after the other are read as one.
 *
 * Fails with a {@linkcode RankMeError} `format` (not an Arrow stream), `empty`, `truncated`, `corrupt`
 * or `unsupported` (compressed or big-endian).
 *
 * @example What another program wrote; `Deno.stdin.readable` is such a stream too
 * ```ts
 * import { ArrowBatchStream } from "@rankme/rankme";
 * import { tableFromArrays, tableToIPC } from "apache-arrow";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = tableToIPC(tableFromArrays({ id: [1, 2, 3] }), "stream");
 * const stream = ReadableStream.from([bytes]).pipeThrough(new ArrowBatchStream());
 * const [batch] = await Array.fromAsync(stream);
 * assertEquals(batch.numRows, 3);
 * ```
 */
export class ArrowBatchStream extends TransformStream<Uint8Array, RecordBatch> {
  #missingEnd = false;

  /**
   * Makes the stage.
   *
   * @param options How to read.
   */
  constructor({ strict = false }: ArrowBatchStreamOptions = {}) {
    const decoder = new MessageDecoder();
    const feeder = new ChunkFeeder(readStream(decoder));
    super({
      transform(chunk, controller) {
        for (const batch of feeder.push(chunk)) controller.enqueue(batch);
      },
      flush: () => {
        if (feeder.position === 0) {
          throw new RankMeError("empty", "no bytes at all", {
            advice: "an Arrow IPC stream is needed; did its producer fail?",
          });
        }
        if (decoder.betweenMessages) decoder.checkBeginning(feeder.partial);
        if (feeder.pending > 0 || !decoder.betweenMessages) throw truncated(feeder, decoder);
        this.#missingEnd = decoder.inStream;
        if (this.#missingEnd && strict) throw missingEnd(decoder);
      },
    });
  }

  /**
   * Whether the stream ended between two record batches without an end-of-stream marker, so that
   * rows may be missing. Known once everything has been read.
   */
  get missingEnd(): boolean {
    return this.#missingEnd;
  }
}

function truncated(feeder: ChunkFeeder<RecordBatch>, decoder: MessageDecoder): RankMeError {
  const missing = feeder.wanted - feeder.pending;
  return new RankMeError(
    "truncated",
    `the stream ends ${formatBytes(missing)} short, inside a message`,
    {
      place: { byte: feeder.position, ...decoder.inStream && { batch: decoder.batches } },
      advice: "its producer was cut off: run it again",
    },
  );
}

function missingEnd(decoder: MessageDecoder): RankMeError {
  return new RankMeError("truncated", "the stream has no end-of-stream marker", {
    place: { batch: decoder.batches },
    advice: "its producer may have been cut off between two batches; close the writer",
  });
}
