import { assertAlmostEquals, assertEquals } from "@std/assert";
import { rankKUpdate } from "../../src/linalg/reference/rank_k_update.ts";
import { gaussian, integers } from "./matrices.ts";
import { lowerTriangle, naiveUpdate, zeroSums } from "./sums.ts";

/** The shapes at which tiles of 4 columns, panels of 128 rows and vectors of 2, 4 or 8 end. */
const DIMS = [...Array(20).keys()].map((i) => i + 1).concat(31, 32, 33, 63, 64, 65);
const ROWS = [0, 1, 2, 3, 5, 63, 64, 65, 127, 128, 129, 257];

Deno.test("the rank-k update of whole numbers is exact, whatever the shape and the type", () => {
  // Sums of products of small whole numbers round nowhere, so that any order gives the same bits.
  for (const dim of DIMS) {
    for (const count of ROWS) {
      const rows = integers(dim * 1000 + count, count * dim, 100);
      const pivot = integers(dim, dim, 100);
      const expected = zeroSums(pivot);
      naiveUpdate(expected, rows);
      for (const data of [rows, Float32Array.from(rows)]) {
        const sums = zeroSums(pivot);
        rankKUpdate(sums, data);
        assertEquals(sums.sum, expected.sum, `sum of ${count} × ${dim}`);
        assertEquals(lowerTriangle(sums), lowerTriangle(expected), `scatter of ${count} × ${dim}`);
      }
    }
  }
});

Deno.test("the rank-k update adds to what is there", () => {
  const dim = 7;
  const rows = integers(1, 300 * dim, 100);
  const pivot = integers(2, dim, 100);
  const whole = zeroSums(pivot), parts = zeroSums(pivot);
  rankKUpdate(whole, rows);
  for (const [start, end] of [[0, 1], [1, 130], [130, 130], [130, 299], [299, 300]]) {
    rankKUpdate(parts, rows.subarray(start * dim, end * dim));
  }
  assertEquals(parts.sum, whole.sum);
  assertEquals(lowerTriangle(parts), lowerTriangle(whole));
});

Deno.test("the rank-k update of fractions is the naive loop's to rounding", () => {
  for (const [count, dim] of [[1000, 10], [129, 65], [3, 20]]) {
    const rows = gaussian(count, count * dim);
    const pivot = gaussian(dim, dim);
    const expected = zeroSums(pivot), sums = zeroSums(pivot);
    naiveUpdate(expected, rows);
    rankKUpdate(sums, rows);
    // Both round each of `count` sums, the naive loop the most.
    const scale = 16 * count ** 1.5 * Number.EPSILON;
    sums.sum.forEach((value, i) => assertAlmostEquals(value, expected.sum[i], scale));
    const actual = lowerTriangle(sums);
    lowerTriangle(expected).forEach((value, at) => assertAlmostEquals(actual[at], value, scale));
  }
});

Deno.test("the rank-k update subtracts in float64, also from float32 rows", () => {
  // 16777217 is no float32, but the pivot is: the difference must not be rounded to 0.
  const sums = zeroSums(Float64Array.of(16777217));
  rankKUpdate(sums, Float32Array.of(16777216, 16777216));
  assertEquals(sums.sum, Float64Array.of(-2));
  assertEquals(sums.scatter, Float64Array.of(2));
});

Deno.test("the rank-k update does not lose digits to a large mean", () => {
  // Rows 1e8 + (−1, 0, 1): raw squares of 1e16 would swallow the 1.
  const sums = zeroSums(Float64Array.of(1e8));
  rankKUpdate(sums, Float64Array.of(1e8 - 1, 1e8, 1e8 + 1));
  assertEquals(sums.sum, Float64Array.of(0));
  assertEquals(sums.scatter, Float64Array.of(2));
});

Deno.test("the rank-k update takes −0 for 0", () => {
  const sums = zeroSums(Float64Array.of(0, -0));
  rankKUpdate(sums, Float64Array.of(-0, -0, 2, -0));
  assertEquals([...sums.sum], [2, 0]);
  assertEquals([...lowerTriangle(sums)], [4, 0, 0, 0]);
});

Deno.test("the rank-k update keeps denormal numbers", () => {
  const tiny = Number.MIN_VALUE;
  const sums = zeroSums(Float64Array.of(0, 0));
  rankKUpdate(sums, Float64Array.of(tiny, 2 ** 60, 3 * tiny, 2 ** 60));
  assertEquals(sums.sum, Float64Array.of(4 * tiny, 2 ** 61));
  assertEquals(
    lowerTriangle(sums),
    Float64Array.of(0, 0, 4 * tiny * 2 ** 60, 2 ** 121),
  );
});

Deno.test("the rank-k update reads rows only, also when they are a view", () => {
  const memory = integers(9, 40, 50);
  const before = memory.slice();
  const view = memory.subarray(4, 34);
  const sums = zeroSums(new Float64Array(5)), expected = zeroSums(new Float64Array(5));
  rankKUpdate(sums, view);
  naiveUpdate(expected, before.slice(4, 34));
  assertEquals(lowerTriangle(sums), lowerTriangle(expected));
  assertEquals(memory, before);
});
