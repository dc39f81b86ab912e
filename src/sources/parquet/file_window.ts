import { allocating } from "../../errors.ts";
import type { RandomAccess } from "../bytes/random_access.ts";

/** Read at a time, where as much is needed: a server is asked once for many small pages. */
const WINDOW_BYTES = 4 << 20;
/** Where several columns are read at the same time, they share so much; none gets less than the least. */
const SHARED_BYTES = 32 << 20, LEAST_BYTES = 256 << 10;

/** The part of a file that is in memory; it moves along with what is asked for. */
export class FileWindow {
  readonly #file: RandomAccess;
  readonly #usual: number;
  #memory = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /**
   * @param file The open file.
   * @param windows How many windows there are at the same time.
   */
  constructor(file: RandomAccess, windows = 1) {
    this.#file = file;
    this.#usual = Math.max(LEAST_BYTES, Math.min(WINDOW_BYTES, Math.floor(SHARED_BYTES / windows)));
  }

  /**
   * Some bytes of the file.
   *
   * @param position Where they begin.
   * @param length How many.
   * @param end Where the bytes end that will be asked for next.
   * @returns A view, good until the next call.
   */
  async bytes(position: number, length: number, end: number): Promise<Uint8Array> {
    if (position < this.#start || position + length > this.#end) {
      await this.#move(position, Math.max(length, Math.min(this.#usual, end - position)));
    }
    return this.#memory.subarray(position - this.#start, position - this.#start + length);
  }

  async #move(position: number, length: number): Promise<void> {
    const overlaps = position >= this.#start && position < this.#end;
    const kept = this.#memory.subarray(
      overlaps ? position - this.#start : 0,
      overlaps ? this.#end - this.#start : 0,
    );
    // Nothing is in memory while it is read, should that fail.
    this.#start = this.#end = 0;
    if (length > this.#memory.length) {
      this.#memory = allocating(length, "a page of the file", () => new Uint8Array(length));
    }
    this.#memory.set(kept);
    await this.#file.fill(position + kept.length, this.#memory.subarray(kept.length, length));
    this.#start = position;
    this.#end = position + length;
  }
}
