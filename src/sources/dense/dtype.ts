import type { EmbeddingData } from "../../batch.ts";
import { allocating } from "../../errors.ts";

/** How numbers are stored one after the other, and how they become numbers that can be computed with. */
export interface DType {
  /** What messages call it, as in `float32`. */
  readonly name: string;
  /** The bytes of a number as it is stored. */
  readonly size: number;
  /** The bytes of a number that was made of it. */
  readonly numberSize: number;
  /**
   * Makes numbers of bytes: a view on them where their type allows it, or else a copy.
   *
   * @param bytes Whole numbers, all of the memory they are in; not to be used afterwards.
   * @returns As many numbers, all of the memory they are in.
   */
  readonly numbers: (bytes: Uint8Array<ArrayBuffer>) => EmbeddingData;
}

/** float16, little-endian like all that do not say otherwise. */
export const FLOAT16: DType = viewed("float16", Float16Array);
/** float32. */
export const FLOAT32: DType = viewed("float32", Float32Array);
/** float64. */
export const FLOAT64: DType = viewed("float64", Float64Array);
/** bfloat16: the upper half of a float32. */
export const BFLOAT16: DType = made("bfloat16", 2, 4, widenBrainFloats);

// float32 holds every integer of 16 bits, float64 every one of 32 bits.
/** int8. */
export const INT8: DType = made("int8", 1, 4, (bytes) => new Float32Array(as(Int8Array, bytes)));
/** uint8. */
export const UINT8: DType = made("uint8", 1, 4, (bytes) => new Float32Array(bytes));
/** int16. */
export const INT16: DType = made("int16", 2, 4, (bytes) => new Float32Array(as(Int16Array, bytes)));
/** uint16. */
export const UINT16: DType = made(
  "uint16",
  2,
  4,
  (bytes) => new Float32Array(as(Uint16Array, bytes)),
);
/** int32. */
export const INT32: DType = made("int32", 4, 8, (bytes) => new Float64Array(as(Int32Array, bytes)));
/** uint32. */
export const UINT32: DType = made(
  "uint32",
  4,
  8,
  (bytes) => new Float64Array(as(Uint32Array, bytes)),
);
/** int64, rounded to float64 beyond 2⁵³. */
export const INT64: DType = made(
  "int64",
  8,
  8,
  (bytes) => joinHalves(as(Uint32Array, bytes), as(Int32Array, bytes)),
);
/** uint64, rounded to float64 beyond 2⁵³. */
export const UINT64: DType = made(
  "uint64",
  8,
  8,
  (bytes) => joinHalves(as(Uint32Array, bytes), as(Uint32Array, bytes)),
);

/**
 * The same numbers with their bytes the other way round.
 *
 * @param dtype Little-endian numbers.
 * @returns Big-endian ones.
 */
export function bigEndian(dtype: DType): DType {
  if (dtype.size === 1) return dtype;
  return {
    ...dtype,
    name: `big-endian ${dtype.name}`,
    numbers: (bytes) => dtype.numbers(swapBytes(bytes, dtype.size)),
  };
}

interface Viewing<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
}

function as<T>(Numbers: Viewing<T>, { buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): T {
  return new Numbers(buffer, byteOffset, length / Numbers.BYTES_PER_ELEMENT);
}

function viewed(name: string, Numbers: Viewing<EmbeddingData>): DType {
  const size = Numbers.BYTES_PER_ELEMENT;
  return { name, size, numberSize: size, numbers: (bytes) => as(Numbers, bytes) };
}

/** Numbers that are a copy, after which the memory of the bytes is freed. */
function made(
  name: string,
  size: number,
  numberSize: number,
  copy: (bytes: Uint8Array<ArrayBuffer>) => EmbeddingData,
): DType {
  return {
    name,
    size,
    numberSize,
    numbers(bytes) {
      const needed = bytes.length / size * numberSize;
      const numbers = allocating(needed, "a part of the input", () => copy(bytes));
      bytes.buffer.transfer(0);
      return numbers;
    },
  };
}

/** Two at a time. */
function widenBrainFloats(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  const halves = as(Uint16Array, bytes);
  const numbers = new Float32Array(halves.length);
  const words = new Uint32Array(numbers.buffer);
  const pairs = new Uint32Array(bytes.buffer, bytes.byteOffset, halves.length >> 1);
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i];
    words[2 * i] = pair << 16;
    words[2 * i + 1] = pair & 0xffff0000;
  }
  if (halves.length % 2 === 1) words[words.length - 1] = halves[halves.length - 1] << 16;
  return numbers;
}

/** Both products are exact, so that their sum is rounded once, as a conversion in C is. */
function joinHalves(low: Uint32Array, high: Int32Array | Uint32Array): Float64Array {
  const numbers = new Float64Array(low.length / 2);
  for (let i = 0; i < numbers.length; i++) numbers[i] = high[2 * i + 1] * 2 ** 32 + low[2 * i];
  return numbers;
}

function swapBytes(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  if (size === 2) {
    const words = as(Uint16Array, bytes);
    for (let i = 0; i < words.length; i++) words[i] = words[i] << 8 | words[i] >>> 8;
    return bytes;
  }
  const words = as(Uint32Array, bytes);
  if (size === 4) {
    for (let i = 0; i < words.length; i++) words[i] = swapWord(words[i]);
  } else {
    for (let i = 0; i < words.length; i += 2) {
      const first = words[i];
      words[i] = swapWord(words[i + 1]);
      words[i + 1] = swapWord(first);
    }
  }
  return bytes;
}

function swapWord(word: number): number {
  const pairs = word << 16 | word >>> 16;
  return (pairs & 0x00ff00ff) << 8 | (pairs & 0xff00ff00) >>> 8;
}
