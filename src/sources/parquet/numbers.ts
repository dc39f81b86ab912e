import type { EmbeddingData } from "../../batch.ts";
import type { RankMeError } from "../../errors.ts";
import { corrupt } from "./corrupt.ts";
import { HybridDecoder } from "./hybrid.ts";
import type { FloatType } from "./schema.ts";

/** The numbers of a page, in order, without what is null. */
export interface Numbers {
  /**
   * Decodes the next numbers.
   *
   * @param into Where they go; of the column's own type.
   * @param at Where in it the first one goes.
   * @param count How many.
   * @throws {RankMeError} `corrupt`, when there are fewer.
   */
  read(into: EmbeddingData, at: number, count: number): void;
  /**
   * Leaves out the next numbers.
   *
   * @param count How many.
   * @throws {RankMeError} `corrupt`, when there are fewer.
   */
  skip(count: number): void;
  /**
   * Says that the page should have no more.
   *
   * @throws {RankMeError} `corrupt`, when it has.
   */
  finish(): void;
}

/** Arrays of each type. */
export const ARRAYS = {
  float16: Float16Array,
  float32: Float32Array,
  float64: Float64Array,
} as const satisfies { readonly [type in FloatType]: unknown };

/** How many indices of a dictionary are decoded at a time. */
const INDICES = 4096;

/** Numbers as they are, little-endian. */
export class PlainNumbers implements Numbers {
  readonly #bytes: Uint8Array;
  readonly #width: number;
  readonly #padding: number;
  #at = 0;

  /**
   * @param bytes The numbers.
   * @param type Their type.
   * @param padding How many bytes may follow them.
   */
  constructor(bytes: Uint8Array, type: FloatType, padding = 0) {
    this.#bytes = bytes;
    this.#padding = padding;
    this.#width = ARRAYS[type].BYTES_PER_ELEMENT;
  }

  read(into: EmbeddingData, at: number, count: number): void {
    const start = this.#at;
    this.skip(count);
    const memory = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    memory.set(this.#bytes.subarray(start, this.#at), at * this.#width);
  }

  skip(count: number): void {
    this.#at += count * this.#width;
    if (this.#at > this.#bytes.length) throw tooFew();
  }

  finish(): void {
    const left = this.#bytes.length - this.#at;
    if (left !== 0 && left !== this.#padding) throw tooMany();
  }
}

/** All first bytes, then all second bytes, and so on: BYTE_STREAM_SPLIT. */
export class SplitNumbers implements Numbers {
  readonly #bytes: Uint8Array;
  readonly #width: number;
  readonly #count: number;
  #at = 0;

  /**
   * @param bytes The numbers, and nothing else.
   * @param type Their type.
   * @throws {RankMeError} `corrupt`, when they are no whole number.
   */
  constructor(bytes: Uint8Array, type: FloatType) {
    this.#bytes = bytes;
    this.#width = ARRAYS[type].BYTES_PER_ELEMENT;
    this.#count = bytes.length / this.#width;
    if (!Number.isInteger(this.#count)) throw tooMany();
  }

  read(into: EmbeddingData, at: number, count: number): void {
    let from = this.#at;
    this.skip(count);
    const bytes = this.#bytes, width = this.#width;
    const memory = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    for (let byte = 0; byte < width; byte++, from += this.#count) {
      for (let i = 0, to = at * width + byte; i < count; i++, to += width) {
        memory[to] = bytes[from + i];
      }
    }
  }

  skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#count) throw tooFew();
  }

  finish(): void {
    if (this.#at !== this.#count) throw tooMany();
  }
}

/** Numbers that are looked up in the chunk's dictionary. */
export class DictionaryNumbers implements Numbers {
  readonly #dictionary: EmbeddingData;
  readonly #indices: HybridDecoder;
  readonly #scratch = new Uint32Array(INDICES);

  /**
   * @param bytes How many bits an index has, then the indices.
   * @param dictionary What they point to.
   * @throws {RankMeError} `corrupt`, when an index has more than 32 bits.
   */
  constructor(bytes: Uint8Array, dictionary: EmbeddingData) {
    // A page of nothing but nulls may leave out even this.
    const width = bytes.length > 0 ? bytes[0] : 0;
    if (width > 32) throw corrupt(`indices of ${width} bits`);
    this.#dictionary = dictionary;
    this.#indices = new HybridDecoder(bytes.subarray(1), width);
  }

  read(into: EmbeddingData, at: number, count: number): void {
    const dictionary = this.#dictionary, indices = this.#scratch;
    for (let done = 0; done < count;) {
      const taken = Math.min(INDICES, count - done);
      this.#indices.read(indices, taken);
      let highest = 0;
      for (let i = 0; i < taken; i++) {
        const index = indices[i];
        if (index > highest) highest = index;
        into[at + done + i] = dictionary[index];
      }
      if (highest >= dictionary.length) {
        throw corrupt(`index ${highest} of a dictionary of ${dictionary.length} numbers`);
      }
      done += taken;
    }
  }

  skip(count: number): void {
    for (let left = count; left > 0; left -= INDICES) {
      this.#indices.read(this.#scratch, Math.min(INDICES, left));
    }
  }

  finish(): void {
    this.#indices.finish();
  }
}

function tooFew(): RankMeError {
  return corrupt("a page with fewer numbers than it says");
}

function tooMany(): RankMeError {
  return corrupt("a page with more numbers than it says");
}
