import { allocating } from "../../errors.ts";

/** As much is kept at most: in a pipeline each batch is given back before the next but one is read. */
const KEPT_BUFFERS = 2, KEPT_BYTES = 16 << 20;

/**
 * Memory that was used and will be needed again in the same size. New memory is zeroed first, and is
 * in no cache: reading into it takes a sixth longer.
 */
export class MemoryPool {
  #free: ArrayBuffer[] = [];
  #bytes = 0;

  /**
   * Takes memory.
   *
   * @param length How many bytes.
   * @returns As many, which hold anything.
   * @throws {RankMeError} `memory`, when they cannot be had.
   */
  take(length: number): Uint8Array<ArrayBuffer> {
    const index = this.#free.findIndex(({ byteLength }) => byteLength === length);
    if (index < 0) {
      return allocating(length, "a part of the input", () => new Uint8Array(length));
    }
    const [memory] = this.#free.splice(index, 1);
    this.#bytes -= memory.byteLength;
    return new Uint8Array(memory);
  }

  /**
   * Gives memory back. To read from what was a view on it is an error from now on, never a wrong
   * number.
   *
   * @param memory The memory, not to be used any more by whoever had it.
   */
  give(memory: ArrayBuffer): void {
    // Given back already, as part of another batch.
    if (memory.detached) return;
    this.#bytes += memory.byteLength;
    this.#free.push(memory.transfer());
    while (this.#free.length > KEPT_BUFFERS || this.#bytes > KEPT_BYTES) {
      const oldest = this.#free.shift()!;
      this.#bytes -= oldest.byteLength;
      oldest.transfer(0);
    }
  }
}
