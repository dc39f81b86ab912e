import { assertEquals, assertThrows } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { HybridDecoder } from "../../../src/sources/parquet/hybrid.ts";
import { randomWords } from "../hostile.ts";
import { concatenated } from "../inputs.ts";
import { varint } from "./parquet_bytes.ts";

/** Values packed as the format says: each from its lowest bit on, in groups of eight. */
function packed(values: readonly number[], width: number): Uint8Array {
  const groups = Math.ceil(values.length / 8);
  const bits = Array.from({ length: 8 * groups }, (_, i) => values[i] ?? 0)
    .flatMap((value) =>
      Array.from({ length: width }, (_, bit) => Math.floor(value / 2 ** bit) % 2)
    );
  const bytes = Array.from(
    { length: groups * width },
    (_, byte) => bits.slice(8 * byte, 8 * byte + 8).reduce((sum, bit, i) => sum + bit * 2 ** i, 0),
  );
  return Uint8Array.from([...varint(2 * groups + 1), ...bytes]);
}

/** One value, so many times. */
function repeated(value: number, count: number, width: number): Uint8Array {
  const bytes = Array.from(
    { length: Math.ceil(width / 8) },
    (_, i) => Math.floor(value / 256 ** i) % 256,
  );
  return Uint8Array.from([...varint(2 * count), ...bytes]);
}

Deno.test("packed groups and runs of every width are decoded, however many at a time", () => {
  const next = randomWords(3);
  for (let width = 1; width <= 32; width++) {
    const some = Array.from({ length: 24 }, () => next() % 2 ** width);
    const last = Array.from({ length: 13 }, () => next() % 2 ** width);
    const one = next() % 2 ** width;
    const bytes = concatenated(packed(some, width), repeated(one, 300, width), packed(last, width));
    const expected = [...some, ...Array(300).fill(one), ...last];
    for (const step of [1, 7, 64, expected.length]) {
      const decoder = new HybridDecoder(bytes, width);
      const found: number[] = [];
      while (found.length < expected.length) {
        const into = new Uint32Array(Math.min(step, expected.length - found.length));
        decoder.read(into, into.length);
        found.push(...into);
      }
      assertEquals(found, expected, `${width} bits, ${step} at a time`);
      decoder.finish();
    }
  }
});

Deno.test("values of no bits are zeros, with runs that say so or without", () => {
  for (const bytes of [new Uint8Array(0), Uint8Array.of(20)]) {
    const into = new Uint8Array(10).fill(1);
    new HybridDecoder(bytes, 0).read(into, 10);
    assertEquals(into, new Uint8Array(10));
  }
});

Deno.test("the last group may lack the bytes that fill it up", () => {
  const bytes = packed([1, 2, 3, 4, 5], 5);
  const into = new Uint8Array(5);
  new HybridDecoder(bytes.subarray(0, 1 + 4), 5).read(into, 5);
  assertEquals(Array.from(into), [1, 2, 3, 4, 5]);
  assertThrows(() => new HybridDecoder(bytes.subarray(0, 4), 5).read(into, 5), RankMeError);
});

Deno.test("runs that end early or go on are errors", () => {
  const bytes = concatenated(repeated(1, 10, 1), packed([1, 0, 1], 1));
  for (let length = 0; length < bytes.length; length++) {
    const decoder = new HybridDecoder(bytes.subarray(0, length), 1);
    assertThrows(() => decoder.read(new Uint8Array(13), 13), RankMeError);
  }
  const tooMany = new HybridDecoder(bytes, 1);
  tooMany.read(new Uint8Array(10), 10);
  assertThrows(() => tooMany.finish(), RankMeError, "more values");
  const endless = new HybridDecoder(new Uint8Array(9).fill(0xff), 1);
  assertThrows(() => endless.read(new Uint8Array(1), 1), RankMeError, "more than 32 bits");
});
