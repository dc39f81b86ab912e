import { assertEquals } from "@std/assert";
import { isLogarithmic, roundUp } from "../../../src/report/charts/axis.ts";

Deno.test("checkpoints at powers want a logarithmic axis, evenly spaced ones do not", () => {
  assertEquals(isLogarithmic([1, 10, 100, 1000, 10_000]), true);
  assertEquals(isLogarithmic([1, 2, 4, 8, 16, 32, 64, 128, 256]), true);
  assertEquals(isLogarithmic([1000, 2000, 3000, 4000]), false);
  // Some close ones at the beginning, and then even steps.
  assertEquals(isLogarithmic([1, 2, 4, 8, 1000, 2000, 3000, 4000, 5000]), false);
});

Deno.test("there is no logarithm of 0, and one value has no scale", () => {
  assertEquals(isLogarithmic([0, 1, 10, 100, 1000]), false);
  assertEquals(isLogarithmic([5]), false);
});

Deno.test("an axis ends at a round number that nothing is above", () => {
  assertEquals([0, 0.03, 1, 31.6, 100, 101, 383.3, 999].map(roundUp), [
    1,
    0.03,
    1,
    40,
    100,
    120,
    400,
    1000,
  ]);
});
