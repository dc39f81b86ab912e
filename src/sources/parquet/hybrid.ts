import { corrupt } from "./corrupt.ts";

/** DuckDB packs 256 values at a time, and fills up the last ones. */
const MAX_PADDING = 255;
/** The widest value that is in 32 bits wherever in a byte it begins. */
const MAX_FAST_WIDTH = 24;

/**
 * Small integers as Parquet stores levels and the indices of a dictionary: runs of one value, and groups
 * of eight, packed.
 */
export class HybridDecoder {
  readonly #bytes: Uint8Array;
  readonly #width: number;
  #at = 0;
  /** How many values the run under way still has. */
  #left = 0;
  #packed = false;
  /** The value of a run of one. */
  #value = 0;
  /** Where the next value of a packed run begins: a byte, and up to seven bits more. */
  #origin = 0;
  #bit = 0;

  /**
   * @param bytes The runs.
   * @param width How many bits a value has, up to 32.
   */
  constructor(bytes: Uint8Array, width: number) {
    this.#bytes = bytes;
    this.#width = width;
  }

  /**
   * Decodes the next values.
   *
   * @param into Where they go.
   * @param count How many.
   * @throws {RankMeError} `corrupt`, when there are fewer.
   */
  read(into: Uint8Array | Uint32Array, count: number): void {
    // Where values have no bits, there need not be a run that says so.
    if (this.#bytes.length === 0 && this.#width === 0) {
      into.fill(0, 0, count);
      return;
    }
    for (let done = 0; done < count;) {
      if (this.#left === 0) this.#startRun();
      const taken = Math.min(this.#left, count - done);
      if (this.#packed) this.#unpack(into, done, done + taken);
      else into.fill(this.#value, done, done + taken);
      this.#left -= taken;
      done += taken;
    }
  }

  /**
   * Says that there should be no more values.
   *
   * @throws {RankMeError} `corrupt`, when there are, but for those that fill up a run.
   */
  finish(): void {
    if (this.#left > (this.#packed ? MAX_PADDING : 0) || this.#at < this.#bytes.length) {
      throw corrupt("runs of more values than the page has");
    }
  }

  #startRun(): void {
    const header = this.#varint();
    this.#packed = header % 2 === 1;
    this.#left = Math.floor(header / 2);
    if (this.#packed) {
      // The last group may lack the bytes of values that are only there to fill it up.
      this.#origin = this.#at;
      this.#bit = 0;
      this.#at += this.#left * this.#width;
      this.#left *= 8;
      return;
    }
    this.#value = 0;
    for (let shift = 0; shift < this.#width; shift += 8) this.#value += this.#byte() * 2 ** shift;
  }

  #unpack(into: Uint8Array | Uint32Array, start: number, end: number): void {
    const bytes = this.#bytes, width = this.#width, origin = this.#origin;
    let bit = this.#bit;
    const endBit = bit + (end - start) * width;
    if (origin + Math.ceil(endBit / 8) > bytes.length) throw corrupt("a run that does not end");
    this.#origin += Math.floor(endBit / 8);
    this.#bit = endBit % 8;
    let i = start;
    if (width <= MAX_FAST_WIDTH) {
      const mask = (1 << width) - 1;
      const view = new DataView(bytes.buffer, bytes.byteOffset + origin, bytes.length - origin);
      for (; i < end && (bit >>> 3) + 4 <= view.byteLength; i++, bit += width) {
        into[i] = view.getUint32(bit >>> 3, true) >>> (bit & 7) & mask;
      }
    }
    for (; i < end; i++, bit += width) into[i] = slowValue(bytes, origin, bit, width);
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = this.#byte();
      value += (next & 0x7f) * 2 ** shift;
      if (next < 0x80) return value;
    }
    throw corrupt("a run whose length has more than 32 bits");
  }

  #byte(): number {
    if (this.#at >= this.#bytes.length) throw corrupt("a run that does not end");
    return this.#bytes[this.#at++];
  }
}

/** A value of any width, close to the end as it may be. */
function slowValue(bytes: Uint8Array, origin: number, bit: number, width: number): number {
  const at = origin + Math.floor(bit / 8);
  let word = 0;
  for (let i = 4; i >= 0; i--) word = word * 256 + (bytes[at + i] ?? 0);
  return Math.floor(word / 2 ** (bit % 8)) % 2 ** width;
}
