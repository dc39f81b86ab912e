/** Leverages; tests/metrics/metrics_test.ts has them against NumPy. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { EmbeddingBatch, type EmbeddingData } from "../../src/batch.ts";
import { largestLeverage, type Leverage } from "../../src/linalg/largest_leverage.ts";
import { gaussian, integers, orthogonal, product } from "./matrices.ts";

function leverageOf(data: EmbeddingData, dim: number, size = Infinity): Leverage {
  const all = new EmbeddingBatch({ data, dim }), batches: EmbeddingBatch[] = [];
  for (let start = 0; start < all.rows; start += size) {
    batches.push(all.slice(start, Math.min(start + size, all.rows)));
  }
  return largestLeverage(batches);
}

Deno.test("in one dimension the leverage of a row is its share of the sum of squares", () => {
  const { largest, rank } = leverageOf(Float64Array.of(1, -2, 4), 1);
  assertAlmostEquals(largest, 16 / 21, 1e-15);
  assertEquals(rank, 1);
});

Deno.test("of orthogonal columns the leverage of a row is its squared length", () => {
  // Six columns of a rotation of 40 dimensions, at lengths that leverage does not care for.
  const rotation = orthogonal(1, 40);
  let most = 0;
  const data = Float64Array.from({ length: 240 }, (_, at) => {
    const row = Math.floor(at / 6);
    if (at % 6 === 0) {
      const squares = rotation.subarray(row * 40, row * 40 + 6).map((x) => x * x);
      most = Math.max(most, squares.reduce((sum, x) => sum + x, 0));
    }
    return rotation[row * 40 + at % 6] * 10 ** (at % 6);
  });
  const { largest, rank } = leverageOf(data, 6);
  assertAlmostEquals(largest, most, 1e-13);
  assertEquals(rank, 6);
});

Deno.test("leverage is what changing the columns for others that span the same leaves alone", () => {
  const data = gaussian(2, 90 * 8);
  const { largest } = leverageOf(data, 8);
  for (const exponent of [0, -3, -6]) {
    // Far from orthogonal: condition numbers up to 1e6.
    const scaled = gaussian(3, 64).map((x, at) => x * 10 ** (exponent * Math.floor(at / 8) / 7));
    const mixed = product(data, 8, product(scaled, 8, orthogonal(4, 8)));
    assertAlmostEquals(leverageOf(mixed, 8).largest, largest, 1e-8);
  }
});

Deno.test("columns that others make up change neither the leverage nor the rank", () => {
  const shapes = fc.record({
    seed: fc.integer({ min: 0, max: 1e6 }),
    rank: fc.integer({ min: 1, max: 5 }),
    more: fc.integer({ min: 0, max: 6 }),
    rows: fc.integer({ min: 8, max: 60 }),
  });
  fc.assert(fc.property(shapes, ({ seed, rank, more, rows }) => {
    const data = gaussian(seed, rows * rank);
    const made = integers(seed + 1, rank * more, 3);
    const identity = (i: number, j: number) => i === j ? 1 : 0;
    const width = rank + more;
    const weights = Float64Array.from(
      { length: rank * width },
      (_, at) =>
        at % width < more
          ? made[Math.floor(at / width) * more + at % width]
          : identity(Math.floor(at / width), at % width - more),
    );
    const alone = leverageOf(data, rank), among = leverageOf(product(data, rank, weights), width);
    assertEquals([alone.rank, among.rank], [rank, rank]);
    assertAlmostEquals(among.largest, alone.largest, 1e-9);
  }));
});

Deno.test("as few rows as there are directions have all the leverage there is", () => {
  for (const [rows, dim] of [[1, 1], [1, 9], [5, 5], [5, 30]]) {
    const { largest, rank } = leverageOf(gaussian(rows + dim, rows * dim), dim);
    assertAlmostEquals(largest, 1, 1e-13);
    assertEquals(rank, rows);
  }
});

Deno.test("the batches and the type of the numbers change nothing, nor does their unit", () => {
  const data = Float32Array.from(gaussian(5, 203 * 7));
  const { largest, rank } = leverageOf(data, 7);
  for (const size of [1, 2, 3, 64]) assertEquals(leverageOf(data, 7, size), { largest, rank });
  for (const exponent of [-1000, -1, 1019]) {
    const scaled = Float64Array.from(data, (x) => x * 2 ** exponent);
    assertEquals(leverageOf(scaled, 7), { largest, rank });
  }
  const halves = Float16Array.from(data);
  assertEquals(leverageOf(halves, 7), leverageOf(Float64Array.from(halves), 7));
});

Deno.test("every row is looked at, the last of a batch too", () => {
  for (let rows = 9; rows < 18; rows++) {
    for (let special = 0; special < rows; special++) {
      const data = gaussian(6, rows * 2);
      data[2 * special] = 1e9;
      assert(leverageOf(data, 2, 7).largest > 0.99, `row ${special} of ${rows}`);
    }
  }
});

Deno.test("zeros, and no rows, have no leverage and no rank", () => {
  assertEquals(leverageOf(new Float64Array(12), 3), { largest: 0, rank: 0 });
  assertEquals(largestLeverage([]), { largest: 0, rank: 0 });
});
