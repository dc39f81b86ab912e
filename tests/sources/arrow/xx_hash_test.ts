import { assertEquals } from "@std/assert";
import { xxHash32 } from "../../../src/sources/arrow/xx_hash.ts";

/** Of the first bytes of i · 37 mod 256, as many as the index says, from PyPI's xxhash 4.1.0. */
const HASHES = [
  [0, 0x02cc5d05],
  [1, 0xcf65b03e],
  [2, 0x325de0a1],
  [3, 0xa7ade901],
  [4, 0xa323691e],
  [5, 0x4e4942c7],
  [6, 0xf552c94c],
  [7, 0x07480c46],
  [8, 0x8ce36c8b],
  [11, 0x751e8d2c],
  [12, 0xc3e9997a],
  [15, 0x5e3105f3],
  [16, 0x9c8e4307],
  [17, 0x03e2f4a0],
  [19, 0x915e4b83],
  [20, 0x84f5569f],
  [31, 0x502d2fbb],
  [32, 0xaa17d5d5],
  [33, 0xb39a5c4c],
  [47, 0x130efb18],
  [48, 0x8abb8a91],
  [63, 0xb275ace0],
  [64, 0xc982c27b],
  [100, 0x0e3a494a],
  [1000, 0xdc5b56fa],
] as const;

Deno.test("hashes are those of the reference implementation, of any length", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i * 37);
  for (const [length, hash] of HASHES) {
    assertEquals(xxHash32(bytes.subarray(0, length)), hash, `of ${length} bytes`);
  }
});

Deno.test("a hash depends on the bytes, not on where they are", () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i * 37);
  for (let at = 1; at < 9; at++) {
    const moved = new Uint8Array(120);
    moved.set(bytes, at);
    assertEquals(xxHash32(moved.subarray(at, at + 100)), xxHash32(bytes));
  }
});
