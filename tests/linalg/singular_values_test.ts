import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { singularValuesOf } from "../../src/linalg/singular_values.ts";
import { diagonal, gaussian, orthogonal, product, transpose } from "./matrices.ts";

function singularValues(matrix: Float64Array, dim: number): Float64Array {
  const rows = matrix.length / dim;
  return singularValuesOf(rows, dim, (to, stride) => {
    for (let i = 0; i < rows; i++) to.set(matrix.subarray(i * dim, (i + 1) * dim), i * stride);
  }, referenceBackend);
}

Deno.test("a 3×2 matrix has the singular values by hand", () => {
  // AᵀA = [[25, 0], [0, 4]].
  assertEquals(
    singularValues(Float64Array.of(3, 0, 0, 2, 4, 0), 2).map(Math.round),
    Float64Array.of(5, 2),
  );
  assertAlmostEquals(singularValues(Float64Array.of(3, 0, 0, 2, 4, 0), 2)[1], 2, 1e-15);
});

Deno.test("rotated from both sides, a diagonal keeps its singular values down to 1e-14", () => {
  for (const dim of [1, 2, 3, 8, 21]) {
    const designed = Float64Array.from(
      { length: dim },
      (_, k) => 10 ** (-14 * k / Math.max(dim - 1, 1)),
    );
    const left = orthogonal(dim, dim), right = orthogonal(dim + 100, dim);
    const square = product(product(left, dim, diagonal(designed)), dim, right);
    // Rows of zeros between change nothing.
    const tall = new Float64Array(2 * square.length);
    for (let i = 0; i < dim; i++) tall.set(square.subarray(i * dim, (i + 1) * dim), 2 * i * dim);
    for (const matrix of [square, tall]) {
      const values = singularValues(matrix, dim);
      assertEquals(values.length, dim);
      values.forEach((value, k) => assertAlmostEquals(value, designed[k], 4e-15));
    }
  }
});

Deno.test("a square matrix and its transpose have the same singular values", () => {
  const matrix = gaussian(1, 15 * 15);
  matrix.copyWithin(15, 0, 15);
  const values = singularValues(matrix, 15), transposed = singularValues(transpose(matrix, 15), 15);
  values.forEach((value, k) => assertAlmostEquals(value, transposed[k], 1e-14 * values[0]));
  assertAlmostEquals(values[14], 0, 1e-14);
});

Deno.test("no singular value is below 0, however many are 0", () => {
  for (let seed = 0; seed < 40; seed++) {
    const rankTwo = product(gaussian(seed, 12 * 2), 2, gaussian(seed + 100, 2 * 12));
    const values = singularValues(rankTwo, 12);
    assert(values.every((value) => value >= 0), `${values}`);
    assertAlmostEquals(values[2], 0, 1e-13);
  }
});

Deno.test("a matrix of zeros has singular values 0", () => {
  assertEquals(singularValues(new Float64Array(12), 3), new Float64Array(3));
});
