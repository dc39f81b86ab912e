import { assertEquals, assertThrows } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { decompressLz4Block } from "../../src/sources/lz4_block.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const ascii = (characters: string) => new TextEncoder().encode(characters);

/** Blocks made by hand from the format's description, and what they stand for. */
const BLOCKS: { readonly [name: string]: readonly [block: readonly number[], says: string] } = {
  "literals alone": [[0x50, ...ascii("abcde")], "abcde"],
  "a match": [[0x40, ...ascii("abcd"), 4, 0, 0x50, ...ascii("vwxyz")], "abcdabcdvwxyz"],
  "a match of what it copies": [[0x10, ...ascii("a"), 1, 0, 0x10, ...ascii("b")], "aaaaab"],
  "a pattern that repeats": [[0x25, ...ascii("ab"), 2, 0, 0x10, ...ascii("!")], "abababababa!"],
  "long literals": [[0xf0, 5, ...ascii("abcdefghijklmnopqrst")], "abcdefghijklmnopqrst"],
  "very long literals": [[0xf0, 255, 2, ...ascii("x".repeat(272))], "x".repeat(272)],
  "a long match": [[0x1f, ...ascii("a"), 1, 0, 255, 3, 0], "a" + "a".repeat(15 + 255 + 3 + 4)],
};

for (const [name, [block, says]] of Object.entries(BLOCKS)) {
  Deno.test(`${name} is decompressed, and no more room is needed`, () => {
    const output = new Uint8Array(says.length);
    assertEquals(decompressLz4Block(Uint8Array.from(block), output), says.length);
    assertEquals(text(output), says);
    const short = new Uint8Array(says.length - 1);
    assertThrows(() => decompressLz4Block(Uint8Array.from(block), short), RankMeError);
  });
}

Deno.test("a block cut off anywhere never fills its room", () => {
  for (const [block, says] of Object.values(BLOCKS)) {
    // A last token without literals stands for nothing.
    const whole = block.at(-1) === 0 ? block.length - 1 : block.length;
    for (let length = 0; length < whole; length++) {
      let end;
      try {
        end = decompressLz4Block(Uint8Array.from(block.slice(0, length)), new Uint8Array(999));
      } catch (error) {
        assertEquals(error instanceof RankMeError, true);
        continue;
      }
      assertEquals(end < says.length, true);
    }
  }
});

Deno.test("a match before the beginning is an error", () => {
  for (const offset of [0, 2, 65535]) {
    const block = Uint8Array.of(0x10, 97, offset & 255, offset >> 8, 0x10, 98);
    assertThrows(() => decompressLz4Block(block, new Uint8Array(99)), RankMeError, "outside");
  }
});
