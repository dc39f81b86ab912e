import { allocating } from "../errors.ts";

/**
 * A parser written as if it pulled: it yields how many bytes it wants next and is sent exactly
 * those; whatever else it yields is output. The same parser can be fed from pushed chunks
 * ({@linkcode ChunkFeeder}) or from a file.
 */
export type ExactReader<T> = Generator<number | T, void, Uint8Array>;

/**
 * Memory for a read is taken in steps of this size as the bytes arrive, so that a length that lies
 * costs no more than what was really sent.
 */
const TRUSTED_BYTES = 64 << 20;

/** Feeds pushed chunks of any size to an {@linkcode ExactReader}. */
export class ChunkFeeder<T> {
  #parser: ExactReader<T>;
  #wanted = 0;
  #buffer = new Uint8Array(0);
  #filled = 0;
  #ended = false;
  #position = 0;

  /** @param parser What to feed. */
  constructor(parser: ExactReader<T>) {
    this.#parser = parser;
  }

  /** How many bytes of the read under way have arrived. */
  get pending(): number {
    return this.#filled;
  }

  /** The bytes of the read under way that have arrived. */
  get partial(): Uint8Array {
    return this.#buffer.subarray(0, this.#filled);
  }

  /** How many bytes the read under way wants in all. */
  get wanted(): number {
    return this.#wanted;
  }

  /** How many bytes have been pushed. */
  get position(): number {
    return this.#position;
  }

  /**
   * Feeds one chunk.
   *
   * @param chunk Bytes, copied.
   * @returns What the parser makes of them.
   */
  *push(chunk: Uint8Array): Generator<T> {
    if (this.#wanted === 0) yield* this.#advance();
    let at = 0;
    while (at < chunk.length && !this.#ended) {
      const taken = Math.min(chunk.length - at, this.#wanted - this.#filled);
      this.#reserve(this.#filled + taken);
      this.#buffer.set(chunk.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      this.#position += taken;
      at += taken;
      if (this.#filled === this.#wanted) yield* this.#advance(this.#buffer);
    }
  }

  *#advance(bytes = new Uint8Array(0)): Generator<T> {
    for (;;) {
      const { value, done } = this.#parser.next(bytes);
      if (done) {
        this.#ended = true;
        return;
      }
      if (typeof value !== "number") {
        yield value;
      } else if (value === 0) {
        bytes = new Uint8Array(0);
      } else {
        this.#wanted = value;
        this.#filled = 0;
        this.#buffer = new Uint8Array(Math.min(value, TRUSTED_BYTES));
        return;
      }
    }
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return;
    const larger = Math.min(this.#wanted, Math.max(length, this.#buffer.length * 2));
    const buffer = allocating(larger, "a record batch", () => new Uint8Array(larger));
    buffer.set(this.#buffer.subarray(0, this.#filled));
    this.#buffer = buffer;
  }
}
