import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { ColumnSpan } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { type CkaMatrix, linearCka } from "../../src/metrics/linear_cka.ts";
import { twoPassScatter } from "../covariance/rows.ts";
import { pairCases, pairOf } from "../golden/objects.ts";
import { gaussian, orthogonal, product } from "../linalg/matrices.ts";

/** CKA of matrices of as many rows. */
function ckaOf(rows: number, ...matrices: readonly Float64Array[]): CkaMatrix {
  const dims = matrices.map(({ length }) => length / rows);
  const dim = dims.reduce((a, b) => a + b);
  const data = new Float64Array(rows * dim);
  const spans: ColumnSpan[] = [];
  let start = 0;
  matrices.forEach((matrix, index) => {
    const width = dims[index];
    for (let row = 0; row < rows; row++) {
      data.set(matrix.subarray(row * width, (row + 1) * width), row * dim + start);
    }
    spans.push({ name: `${index}`, start, end: start + width });
    start += width;
  });
  return linearCka(twoPassScatter(data, dim), spans, rows);
}

/** Two matrices of as many rows. */
const pairs = fc.record({
  seed: fc.nat(),
  rows: fc.integer({ min: 3, max: 30 }),
  dimA: fc.integer({ min: 1, max: 6 }),
  dimB: fc.integer({ min: 1, max: 6 }),
}).map(({ seed, rows, dimA, dimB }) => ({
  rows,
  dimA,
  a: gaussian(seed, rows * dimA),
  b: gaussian(seed + 1, rows * dimB),
}));

for (const golden of pairCases) {
  Deno.test(`CKA of rows that are ${golden.name}, and that by chance, are NumPy's`, () => {
    const { a, b } = pairOf(golden);
    const { cka, chance } = ckaOf(golden.rows, a, b);
    assertAlmostEquals(cka[0][1], golden.cka, 1e-12);
    assertAlmostEquals(chance[0][1], golden.chance, 1e-12);
  });
}

Deno.test("CKA is from 0 to 1, the same both ways, and 1 of a matrix with itself", () => {
  fc.assert(fc.property(pairs, ({ rows, a, b }) => {
    const { cka, chance } = ckaOf(rows, a, b, a);
    for (const value of [...cka, ...chance].flat()) assert(value >= 0 && value <= 1, `${value}`);
    assertEquals(cka[0][1], cka[1][0]);
    assertAlmostEquals(cka[0][1], ckaOf(rows, b, a).cka[0][1], 1e-12);
    assertEquals([cka[0][0], cka[1][1], cka[2][2]], [1, 1, 1]);
    assertAlmostEquals(cka[0][2], 1, 1e-12);
    assertAlmostEquals(cka[1][2], cka[0][1], 1e-12);
  }));
});

Deno.test("a rotation, a scale and a shift of either matrix leave CKA alone", () => {
  fc.assert(
    fc.property(pairs, fc.double({ min: -60, max: 60, noNaN: true }), (pair, exponent) => {
      const { rows, dimA, a, b } = pair;
      const turned = product(a, dimA, orthogonal(1, dimA)).map((x) => x * 10 ** exponent);
      const { cka, chance } = ckaOf(rows, turned, b.map((x) => x + 3));
      const expected = ckaOf(rows, a, b);
      assertAlmostEquals(cka[0][1], expected.cka[0][1], 1e-10);
      assertAlmostEquals(chance[0][1], expected.chance[0][1], 1e-10);
    }),
  );
});

Deno.test("CKA by chance is the mean of CKA over all orders of the rows of one", () => {
  for (const rows of [2, 3, 5, 6]) {
    const a = gaussian(1, rows * 3), b = gaussian(2, rows * 2);
    const values = permutations(rows).map((order) =>
      ckaOf(rows, a, Float64Array.from(order.flatMap((row) => [b[2 * row], b[2 * row + 1]])))
        .cka[0][1]
    );
    const mean = values.reduce((sum, x) => sum + x) / values.length;
    assertAlmostEquals(ckaOf(rows, a, b).chance[0][1], mean, 1e-12);
  }
});

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, at) => order.toSpliced(at, 0, count - 1))
  );
}

Deno.test("scatters at the ends of the range of float64 neither overflow nor vanish", () => {
  const scatter = (x: number, y: number) => {
    const both = 0.6 * Math.sqrt(x) * Math.sqrt(y);
    return Float64Array.of(x, both, both, y);
  };
  const spans = [{ name: "x", start: 0, end: 1 }, { name: "y", start: 1, end: 2 }];
  for (const [x, y] of [[1, 1], [1e300, 1e-280], [1e307, 1e307], [1e-280, 1e-280]]) {
    const { cka: [[, value]] } = linearCka(scatter(x, y), spans, 3);
    assertAlmostEquals(value, 0.36, 1e-14);
  }
});

Deno.test("a matrix whose rows are all the same is an error, and no NaN", () => {
  const error = assertThrows(() => ckaOf(4, gaussian(1, 8), new Float64Array(12)), RankMeError);
  assertEquals(error.code, "range");
  assertEquals(error.message, "all rows of 1 are the same: nothing can be like it; leave it out");
  const spans = [{ name: "x", start: 0, end: 1 }, { name: "y", start: 1, end: 2 }];
  assertThrows(
    () => linearCka(Float64Array.of(1, 0, 0, 1e-300), spans, 3),
    RankMeError,
    "the squares of y vanish",
  );
});
