import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { displayWidth, hanging, shortenAll, wrap } from "../../src/report/layout.ts";

Deno.test("wide characters take two columns, accents and joiners none", () => {
  const widths: [string, number][] = [
    ["abc", 3],
    ["é", 1],
    ["e\u0301", 1],
    ["嵌入", 4],
    ["임베딩", 6],
    ["かな", 4],
    ["ＡＢ", 4],
    ["🚀", 2],
    ["±–…σ₁", 5],
    ["\u200d", 0],
  ];
  for (const [text, width] of widths) assertEquals(displayWidth(text), width, text);
});

Deno.test("lines are broken between words, and no word is lost", () => {
  assertEquals(wrap("one two three", 7), ["one two", "three"]);
  assertEquals(wrap("incomprehensibilities", 5), ["incomprehensibilities"]);
  assertEquals(wrap("", 5), [""]);
  assertEquals(wrap("as  it  is", 20), ["as  it  is"]);
  assertEquals(hanging("  -x  ", "one two three", 13), ["  -x  one two", "      three"]);
  const words = fc.array(fc.stringMatching(/^[a-z嵌]{1,9}$/), { minLength: 1 });
  fc.assert(fc.property(words, fc.integer({ min: 18, max: 40 }), (words, width) => {
    const lines = wrap(words.join(" "), width);
    assertEquals(lines.join(" "), words.join(" "));
    for (const line of lines) assert(displayWidth(line) <= width);
  }));
});

Deno.test("a name is shortened in its middle", () => {
  assertEquals(shortenAll(["checkpoints/epoch-12.npy", "b"], 13), ["checkp…12.npy", "b"]);
  assertEquals(shortenAll(["嵌入嵌入嵌入嵌入"], 9), ["嵌入…嵌入"]);
});

Deno.test("names that differ still do when they are shortened, wherever they differ", () => {
  const kinds: ((n: number) => string)[] = [
    (n) => `runs/seed-${n}/the/same/long/path/embeddings.npy`,
    (n) => `the/same/long/path/of/embeddings/seed-${n}`,
    (n) => `the/same/long/path/seed-${n}/of/all/of/them/embeddings.npy`,
  ];
  for (const kind of kinds) {
    const names = Array.from({ length: 12 }, (_, n) => kind(n));
    const shorter = shortenAll(names, 20);
    assertEquals(new Set(shorter).size, 12, shorter.join("\n"));
    for (const one of shorter) assert(displayWidth(one) <= 20, one);
  }
});

Deno.test("however names differ, none is taken for another", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "b", "嵌", "/"), maxLength: 40 });
  fc.assert(fc.property(fc.uniqueArray(name, { maxLength: 8 }), (names) => {
    assertEquals(new Set(shortenAll(names, 10)).size, names.length);
  }));
});
