import type { MemoryPool } from "./memory_pool.ts";

/** As much as a read of a pipe gives at most. */
export const CHUNK_BYTES = 64 << 10;

/** What is known of an input before it is read. */
export interface InputFacts {
  /** How many bytes there are. */
  readonly bytes?: number;
  /** Where memory comes from that is given back when it is needed no more. */
  readonly memory?: MemoryPool;
}

/** Turns bytes into values as they come, whoever brings them. */
export interface ByteParser<T> {
  /**
   * Memory that the next bytes can be put right into, without being copied; empty where the parser
   * would rather be given a chunk. Whoever writes there says so by {@linkcode filled}.
   */
  readonly room: Uint8Array<ArrayBuffer>;
  /** Whether so many bytes are wanted that they are to be put into the room. Default: no. */
  readonly wantsMany?: boolean;
  /**
   * Takes bytes that were put into the {@linkcode room}.
   *
   * @param bytes The beginning of the room, as far as it was filled. Its memory may have moved to
   * another `ArrayBuffer`, as it does in a read of a byte stream.
   * @returns What comes of them.
   */
  filled(bytes: Uint8Array<ArrayBuffer>): Iterable<T>;
  /**
   * Takes a chunk.
   *
   * @param chunk Some bytes; what is needed of them later is copied.
   * @returns What comes of them.
   */
  push(chunk: Uint8Array): Iterable<T>;
  /**
   * Gives out what it would rather keep until more has come. Bytes may be on their way into the room
   * meanwhile. Absent where everything is given out as soon as it is whole.
   *
   * @returns What is whole.
   */
  early?(): Iterable<T>;
  /** Whether something of what is wanted now could be given out early. Default: where there is a way. */
  readonly wantsParts?: boolean;
  /**
   * Says that there are no more bytes.
   *
   * @returns What comes of those that were left.
   * @throws {RankMeError} `empty` or `truncated`, when there should be more.
   */
  finish(): Iterable<T>;
  /** Whether an end-of-stream marker was missing, in a format that has one. Known at the end. */
  readonly missingEnd?: boolean;
}
