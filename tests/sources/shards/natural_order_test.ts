import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { compareNaturally } from "../../../src/sources/shards/natural_order.ts";

Deno.test("names are ordered as they are numbered", () => {
  const ordered = [
    "",
    "1",
    "01",
    "2",
    "10",
    "12345678901234567890",
    "12345678901234567891",
    "A2",
    "a",
    "a1",
    "a1b2",
    "a1b10",
    "a2",
    "a10",
    "a-1",
    "b",
  ].sort((a, b) => compareNaturally(a, b));
  assertEquals(ordered.filter((name) => /^\d*$/.test(name)), [
    "",
    "01",
    "1",
    "2",
    "10",
    "12345678901234567890",
    "12345678901234567891",
  ]);
  assertEquals(ordered.filter((name) => /^a\d/.test(name)), ["a1", "a1b2", "a1b10", "a2", "a10"]);
});

Deno.test("the order is one: the same both ways, and of any three", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "b", "0", "1", "2", "9"), maxLength: 6 });
  fc.assert(fc.property(name, name, name, (a, b, c) => {
    const sign = (x: string, y: string) => Math.sign(compareNaturally(x, y));
    assertEquals(sign(a, b), 0 - sign(b, a));
    assertEquals(sign(a, b) === 0, a === b);
    if (sign(a, b) <= 0 && sign(b, c) <= 0) assertEquals(sign(a, c) <= 0, true);
  }));
});
