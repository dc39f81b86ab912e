import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { normalLengthKurtosis, tailWidening } from "../../src/metrics/tail_widening.ts";
import { gaussian } from "../linalg/matrices.ts";

const RISING = [1, 2, 3, 4], FALLING = [4, 3, 2, 1];
/** Has nothing in common with either. */
const APART = [1, 0, 0, 1];

function widening(replicates: readonly number[], kurtosis: number, without = RISING): number {
  return tailWidening(
    { estimate: 2.5, replicates },
    { estimate: kurtosis, replicates: without },
    1,
  );
}

Deno.test("normal rows have the kurtosis of lengths that their spectrum says", () => {
  const deviations = [3, 2, 1, 1, 0.5], rows = 200_000;
  const numbers = gaussian(7, rows * deviations.length);
  let squares = 0, fourths = 0;
  for (let row = 0; row < rows; row++) {
    const square = deviations.reduce(
      (sum, deviation, k) => sum + (deviation * numbers[row * deviations.length + k]) ** 2,
      0,
    );
    squares += square / rows;
    fourths += square * square / rows;
  }
  const eigenvalues = Float64Array.from(deviations, (deviation) => 5 * deviation ** 2);
  assertAlmostEquals(normalLengthKurtosis({ eigenvalues }), fourths / squares ** 2, 0.02);
  // 1 + 2/D where all directions are alike.
  assertAlmostEquals(
    normalLengthKurtosis({ eigenvalues: new Float64Array(8).fill(3) }),
    1.25,
    1e-15,
  );
});

Deno.test("a spectrum of any size has the kurtosis of its shape", () => {
  for (const eigenvalues of [Float64Array.of(2e300, 1e300), Float64Array.of(2e-310, 1e-310)]) {
    assertAlmostEquals(normalLengthKurtosis({ eigenvalues }), 1 + 2 * 5 / 9, 1e-12);
  }
});

Deno.test("rows as normal ones, or more alike in length, widen nothing", () => {
  for (const kurtosis of [0.5, 1, 1.2]) assertEquals(widening(FALLING, kurtosis), 1);
});

Deno.test("the further the kurtosis from that of normal rows the wider, up to three times", () => {
  assertAlmostEquals(widening(FALLING, 1.45), 1.5, 1e-12);
  assertAlmostEquals(widening(FALLING, 1.7), 2, 1e-12);
  assertAlmostEquals(widening(FALLING, 2.2), 3, 1e-12);
  assertAlmostEquals(widening(FALLING, 50), 3, 1e-12);
});

Deno.test("what has nothing to do with the lengths of rows is not widened", () => {
  assertAlmostEquals(widening(APART, 50), 1, 1e-12);
  assertAlmostEquals(widening(RISING, 50), 3, 1e-12);
  const half = widening([1, 2, 3, 1], 50);
  assert(half > 1.01 && half < 2.9, `${half}`);
});

Deno.test("what does not vary, or cannot be known, is not widened", () => {
  assertEquals(widening([2, 2, 2, 2], 50), 1);
  assertEquals(widening(FALLING, 50, [3, 3, 3, 3]), 1);
  assertEquals(widening(FALLING, NaN), 1);
  assertEquals(widening(FALLING, 50, [NaN, 1, 2, 3]), 1);
  assertEquals(
    tailWidening({ estimate: 1, replicates: RISING }, { estimate: 9, replicates: RISING }, NaN),
    1,
  );
});
