import { assertEquals, assertThrows } from "@std/assert";
import { ratios, spread } from "../../bench/spread.ts";

Deno.test("a spread is the middle number, or the mean of the two in the middle, and the range", () => {
  assertEquals(spread([10, 9, 2]), { median: 9, least: 2, most: 10 });
  assertEquals(spread([4, 1, 100, 2]), { median: 3, least: 1, most: 100 });
});

Deno.test("a ratio is taken run by run, so that a slow hour of the machine falls out", () => {
  assertEquals(ratios([1, 10, 2], [2, 20, 4]), { median: 0.5, least: 0.5, most: 0.5 });
});

Deno.test("numbers of different runs have no ratio", () => {
  assertThrows(() => ratios([1, 2], [1]), Error, "same runs");
});
