import { allocating, formatBytes, RankMeError } from "../../errors.ts";
import { type ByteParser, CHUNK_BYTES, type InputFacts } from "./byte_parser.ts";
import { MemoryPool } from "./memory_pool.ts";

/**
 * A parser written as if it pulled: it yields how many bytes it wants next and is sent exactly those,
 * or fewer where the input ends there, after which it must end, too; whatever else it yields is
 * output. The same parser can be fed from pushed chunks, from bytes that are read right into the
 * memory it gets ({@linkcode ChunkFeeder}), or from a file.
 */
export type ExactReader<T> = Generator<number | WholeParts | T, void, Uint8Array>;

/**
 * What an {@linkcode ExactReader} yields that wants many bytes, and can do with any whole parts of them
 * where no more come for now. Where the input ends it may be sent whole parts, and then nothing.
 */
export class WholeParts {
  /** How many bytes are wanted: some parts, one at least. */
  readonly bytes: number;
  /** How many bytes a part has. */
  readonly each: number;

  /**
   * @param bytes How many bytes are wanted.
   * @param each How many bytes a part has.
   */
  constructor(bytes: number, each: number) {
    this.bytes = bytes;
    this.each = each;
  }
}

/**
 * Memory for a read is taken in steps of this size as the bytes arrive, so that a length that lies
 * costs no more than what was really sent.
 */
const TRUSTED_BYTES = 64 << 20;

/**
 * A large read has room for so much more, so that what a parser wants next, which is often a little,
 * comes with it and is no read by itself.
 */
const SURPLUS_BYTES = 4 << 10;

/** Feeds bytes as they come to an {@linkcode ExactReader}. */
export class ChunkFeeder<T> implements ByteParser<T> {
  #parser: ExactReader<T>;
  #memory: MemoryPool;
  #trusted: number;
  #wanted = 0;
  #buffer = new Uint8Array(0);
  #filled = 0;
  /** How many bytes of the buffer have been given out early. */
  #given = 0;
  /** Of how many bytes a part is; 0 where all that is wanted has to come. */
  #each = 0;
  #ended = false;
  #position = 0;

  /**
   * @param parser What to feed.
   * @param input What is known of the input: a read of no more than its bytes is trusted.
   */
  constructor(parser: ExactReader<T>, { bytes = 0, memory = new MemoryPool() }: InputFacts = {}) {
    this.#parser = parser;
    this.#memory = memory;
    this.#trusted = Math.max(TRUSTED_BYTES, bytes);
  }

  /** How many bytes of the read under way have arrived. */
  get pending(): number {
    return this.#filled;
  }

  /** The bytes of the read under way that have arrived, and were not given out early. */
  get partial(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(this.#given, this.#filled);
  }

  /** How many bytes the read under way wants in all. */
  get wanted(): number {
    return this.#wanted;
  }

  /** How many bytes have arrived. */
  get position(): number {
    return this.#position;
  }

  /**
   * Memory for bytes that the read under way still wants, not always for all of them, and for some
   * after it; empty before the first push and after the parser's end.
   */
  get room(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(this.#filled);
  }

  /** Whether the read under way wants so many bytes that they are to be put into the {@linkcode room}. */
  get wantsMany(): boolean {
    return this.#wanted >= CHUNK_BYTES;
  }

  /** Whether the read under way can do with whole parts of what it wants. */
  get wantsParts(): boolean {
    return this.#each > 0;
  }

  /** How many bytes the read under way wants still, as far as there is room for them. */
  get least(): number {
    return Math.min(this.#wanted, this.#buffer.length) - this.#filled;
  }

  /**
   * Feeds one chunk.
   *
   * @param chunk Bytes, copied.
   * @returns What the parser makes of them.
   */
  *push(chunk: Uint8Array): Generator<T> {
    if (this.#wanted === 0) yield* this.#advance();
    for (let at = 0; at < chunk.length && !this.#ended;) {
      const taken = Math.min(chunk.length - at, this.least);
      this.#buffer.set(chunk.subarray(at, at + taken), this.#filled);
      at += taken;
      yield* this.#received(taken);
    }
  }

  /**
   * Takes bytes that were put into the {@linkcode room}.
   *
   * @param bytes The beginning of the room, as far as it was filled. Its memory may have moved to
   * another `ArrayBuffer`, as it does in a read of a byte stream.
   * @returns What the parser makes of them.
   */
  *filled(bytes: Uint8Array<ArrayBuffer>): Generator<T> {
    // A stream that was cancelled gives no memory back.
    if (bytes.buffer.byteLength === 0) return;
    this.#buffer = new Uint8Array(bytes.buffer);
    const taken = Math.min(bytes.length, this.least);
    const surplus = bytes.slice(taken);
    yield* this.#received(taken);
    yield* this.push(surplus);
  }

  /**
   * Sends the parser the whole parts that have come of the read under way. Their bytes are copied, as
   * more may be on their way to where they are.
   */
  *early(): Generator<T> {
    const bytes = this.partial;
    const whole = this.#each > 0 ? bytes.length - bytes.length % this.#each : 0;
    if (whole === 0) return;
    this.#given += whole;
    const { value } = yield* this.#outputOf(bytes.slice(0, whole));
    if (!(value instanceof WholeParts)) throw new Error("a parser that wanted parts and no more");
  }

  /** Sends the parser what has come of the read under way, which is the last. */
  *finish(): Generator<T> {
    const place = { byte: this.#position };
    try {
      if (this.#wanted === 0) yield* this.#advance();
      if (!this.#ended) {
        const parts = this.#each;
        yield* this.#advance(this.partial.slice());
        if (!this.#ended && parts > 0) yield* this.#advance();
      }
      if (!this.#ended) throw new Error("a parser that goes on after the end of its input");
    } catch (error) {
      throw error instanceof RankMeError ? error.at(place) : error;
    }
  }

  *#received(length: number): Generator<T> {
    this.#filled += length;
    this.#position += length;
    // What was read into a buffer of its own need not be copied; the rest of one that was begun must.
    if (this.#filled === this.#wanted) {
      yield* this.#advance(this.#given > 0 ? this.partial.slice() : this.partial);
    } else if (this.#filled === this.#buffer.length) this.#grow();
  }

  *#advance(bytes?: Uint8Array<ArrayBuffer>): Generator<T> {
    const { value, done } = yield* this.#outputOf(bytes);
    this.#ended = done;
    if (value instanceof WholeParts) this.#start(value.bytes, value.each);
    else this.#start(value);
  }

  /** What the parser makes of some bytes, and what it wants then; nothing when it has ended. */
  *#outputOf(
    bytes = new Uint8Array(0),
  ): Generator<T, { readonly value: number | WholeParts; readonly done: boolean }> {
    for (;;) {
      const { value, done } = this.#parser.next(bytes);
      if (done) return { value: 0, done };
      const wants = typeof value === "number" || value instanceof WholeParts;
      if (!wants) yield value;
      else if (value !== 0) return { value, done: false };
      else bytes = new Uint8Array(0);
    }
  }

  #start(wanted: number, each = 0): void {
    this.#wanted = wanted;
    this.#each = each;
    this.#filled = this.#given = 0;
    const surplus = wanted >= CHUNK_BYTES && wanted <= this.#trusted ? SURPLUS_BYTES : 0;
    this.#buffer = this.#memory.take(Math.min(wanted, this.#trusted) + surplus);
  }

  #grow(): void {
    const length = Math.min(this.#wanted, this.#buffer.length * 2);
    const { buffer } = this.#buffer;
    this.#buffer = allocating(
      length,
      "a part of the input",
      () => new Uint8Array(buffer.transfer(length)),
    );
  }
}

/**
 * A step of an {@linkcode ExactReader} that cannot do without some bytes.
 *
 * @param length How many.
 * @param what What they are, as in "the header".
 * @returns Exactly those.
 * @throws {RankMeError} `truncated`, when the input ends before.
 */
export function* exactly(length: number, what: string): Generator<number, Uint8Array, Uint8Array> {
  const bytes = yield length;
  if (bytes.length === length) return bytes;
  throw truncated(`inside ${what}`, length - bytes.length);
}

/**
 * The error for an input that ends too early.
 *
 * @param where Where it ends, as in "inside the header".
 * @param missing How many bytes are missing.
 * @returns The error.
 */
export function truncated(where: string, missing: number): RankMeError {
  return new RankMeError("truncated", `the input ends ${formatBytes(missing)} short, ${where}`, {
    advice: "its producer was cut off: run it again",
  });
}
