import { formatBytes, RankMeError } from "../../errors.ts";
import {
  type BareBatch,
  MessageDecoder,
  type MessageDecoderOptions,
  readStream,
} from "./messages.ts";
import { ChunkFeeder } from "../bytes/exact_reads.ts";
import type { ByteParser, InputFacts } from "../bytes/byte_parser.ts";

/** How to read an Arrow IPC stream, and what is known of where it comes from. */
export interface ArrowStreamParserOptions {
  /** Whether a stream without its end-of-stream marker is an error. Default: false. */
  readonly strict?: boolean;
  /** What is known of the input. */
  readonly input?: InputFacts;
  /** Which columns of a schema will be looked at. Default: all. */
  readonly wanted?: MessageDecoderOptions["wanted"];
}

/** Reads an Arrow IPC stream, or several one after the other, whoever brings the bytes. */
export class ArrowStreamParser implements ByteParser<BareBatch> {
  readonly #feeder: ChunkFeeder<BareBatch>;
  readonly #decoder: MessageDecoder;
  readonly #strict: boolean;
  #missingEnd = false;

  /** @param options How to read. */
  constructor({ strict = false, input, wanted }: ArrowStreamParserOptions = {}) {
    this.#decoder = new MessageDecoder({ bytes: input?.bytes, wanted });
    this.#feeder = new ChunkFeeder(readStream(this.#decoder), input);
    this.#strict = strict;
  }

  /** Memory for the next bytes. */
  get room(): Uint8Array<ArrayBuffer> {
    return this.#feeder.room;
  }

  /** Whether so many bytes are wanted that they are to be put into the room. */
  get wantsMany(): boolean {
    return this.#feeder.wantsMany;
  }

  /** Takes bytes that were put into the room. */
  filled(bytes: Uint8Array<ArrayBuffer>): Iterable<BareBatch> {
    return this.#feeder.filled(bytes);
  }

  /** Takes a chunk, which is copied. */
  push(chunk: Uint8Array): Iterable<BareBatch> {
    return this.#feeder.push(chunk);
  }

  /** Whether the end came without an end-of-stream marker. Known once {@linkcode finish} was called. */
  get missingEnd(): boolean {
    return this.#missingEnd;
  }

  /**
   * Says that there are no more bytes.
   *
   * @returns Nothing: a record batch comes as soon as its last byte has.
   * @throws {RankMeError} `empty`, `format` or `truncated`, when there should be.
   */
  finish(): Iterable<BareBatch> {
    const feeder = this.#feeder, decoder = this.#decoder;
    if (feeder.position === 0) {
      throw new RankMeError("empty", "no bytes at all", {
        advice: "an Arrow IPC stream is needed; did its producer fail?",
      });
    }
    if (decoder.betweenMessages) decoder.checkBeginning(feeder.partial);
    if (feeder.pending > 0 || !decoder.betweenMessages) throw truncated(feeder, decoder);
    this.#missingEnd = decoder.inStream;
    if (this.#missingEnd && this.#strict) throw missingEnd(decoder);
    return [];
  }
}

function truncated(feeder: ChunkFeeder<unknown>, decoder: MessageDecoder): RankMeError {
  const missing = feeder.wanted - feeder.pending + decoder.later;
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
