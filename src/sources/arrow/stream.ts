import { formatBytes, RankMeError } from "../../errors.ts";
import { type BareBatch, MessageDecoder, readStream } from "./messages.ts";
import { ChunkFeeder } from "../bytes/exact_reads.ts";
import { type ByteSource, pull } from "../bytes/pulled_bytes.ts";

/** How to read an Arrow IPC stream, and what is known of where it comes from. */
export interface ArrowStreamParserOptions {
  /** Whether a stream without its end-of-stream marker is an error. Default: false. */
  readonly strict?: boolean;
  /** How many bytes there are, where that is known. */
  readonly sourceBytes?: number;
}

/** Reads an Arrow IPC stream, or several one after the other, whoever brings the bytes. */
export class ArrowStreamParser {
  /** Takes the bytes. */
  readonly feeder: ChunkFeeder<BareBatch>;
  readonly #decoder = new MessageDecoder();
  readonly #strict: boolean;
  #missingEnd = false;

  /** @param options How to read. */
  constructor({ strict = false, sourceBytes }: ArrowStreamParserOptions = {}) {
    this.feeder = new ChunkFeeder(readStream(this.#decoder), sourceBytes);
    this.#strict = strict;
  }

  /** Whether the end came without an end-of-stream marker. Known once {@linkcode finish} was called. */
  get missingEnd(): boolean {
    return this.#missingEnd;
  }

  /**
   * Says that there are no more bytes.
   *
   * @throws {RankMeError} `empty`, `format` or `truncated`, when there should be.
   */
  finish(): void {
    const { feeder } = this, decoder = this.#decoder;
    if (feeder.position === 0) {
      throw new RankMeError("empty", "no bytes at all", {
        advice: "an Arrow IPC stream is needed; did its producer fail?",
      });
    }
    if (decoder.betweenMessages) decoder.checkBeginning(feeder.partial);
    if (feeder.pending > 0 || !decoder.betweenMessages) throw truncated(feeder, decoder);
    this.#missingEnd = decoder.inStream;
    if (this.#missingEnd && this.#strict) throw missingEnd(decoder);
  }
}

/**
 * What a stage does that reads bytes as they come.
 *
 * @param parser What reads them.
 * @param wrap What the stage passes on of each record batch.
 * @returns The doings of a `TransformStream`.
 */
export function parsing<T>(
  parser: ArrowStreamParser,
  wrap: (batch: BareBatch) => T,
): Transformer<Uint8Array, T> {
  return {
    transform(chunk, controller) {
      for (const batch of parser.feeder.push(chunk)) controller.enqueue(wrap(batch));
    },
    flush: () => parser.finish(),
  };
}

/**
 * Reads a source to its end.
 *
 * @param source The bytes of an Arrow IPC stream.
 * @param parser What reads them.
 * @returns The record batches, each on memory of its own that was read into directly.
 */
export async function* pullBatches(
  source: ByteSource,
  parser: ArrowStreamParser,
): AsyncGenerator<BareBatch, void, void> {
  yield* pull(source, parser.feeder);
  parser.finish();
}

function truncated(feeder: ChunkFeeder<unknown>, decoder: MessageDecoder): RankMeError {
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
