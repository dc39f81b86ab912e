import { RankMeError } from "../../errors.ts";
import type { ByteSource } from "./pulled_bytes.ts";

/** As much as is read at once. */
const CHUNK_BYTES = 64 << 10;

/** Reads a source chunk by chunk, where how much is wanted shows only in what has come. */
export class ByteInput {
  readonly #source: ByteSource;
  #memory = new Uint8Array(CHUNK_BYTES);
  #left: Uint8Array = new Uint8Array(0);
  #position = 0;

  /**
   * Begins to read.
   *
   * @param source The source; not closed.
   */
  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** How many bytes have been taken. */
  get position(): number {
    return this.#position;
  }

  /**
   * Looks at what comes next.
   *
   * @returns At least a byte, valid up to the next look; nothing at the end.
   */
  async peek(): Promise<Uint8Array> {
    if (this.#left.length === 0) {
      const bytes = await this.#source.read(this.#memory);
      this.#memory = new Uint8Array(bytes.buffer);
      this.#left = bytes;
    }
    return this.#left;
  }

  /**
   * Takes bytes that were looked at.
   *
   * @param length How many.
   */
  take(length: number): void {
    this.#left = this.#left.subarray(length);
    this.#position += length;
  }

  /**
   * Takes some bytes.
   *
   * @param length How many.
   * @param what What they are of, as in "the gzip data".
   * @returns A copy.
   * @throws {RankMeError} `truncated`, when there are fewer.
   */
  async exactly(length: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const part = (await this.some(what)).subarray(0, length - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.take(part.length);
    }
    return bytes;
  }

  /**
   * Looks at what comes next, where there has to be something.
   *
   * @param what What it is of, as in "the gzip data".
   * @returns At least a byte, as {@linkcode peek} does.
   * @throws {RankMeError} `truncated`, at the end.
   */
  async some(what: string): Promise<Uint8Array> {
    const bytes = await this.peek();
    if (bytes.length > 0) return bytes;
    throw new RankMeError("truncated", `the input ends in the middle of ${what}`, {
      advice: "its producer was cut off: run it again",
    });
  }
}
