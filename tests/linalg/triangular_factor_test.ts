import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { singularValuesOf } from "../../src/linalg/singular_values.ts";
import { TriangularFactor } from "../../src/linalg/triangular_factor.ts";
import { gaussian, orthogonal, product, transpose } from "./matrices.ts";

/** The factor of a matrix of so many columns. */
function factorOf(matrix: Float64Array, columns: number): TriangularFactor {
  const factor = new TriangularFactor(columns);
  for (let at = 0; at < matrix.length; at += columns) {
    factor.add(matrix.subarray(at, at + columns));
  }
  return factor;
}

/** R, row by row without gaps. */
function compact(factor: TriangularFactor): Float64Array {
  const { columns, stride } = factor;
  const triangle = factor.triangle();
  return Float64Array.from(
    { length: columns * columns },
    (_, at) => triangle[Math.floor(at / columns) * stride + at % columns],
  );
}

function squareOf(matrix: Float64Array, columns: number): Float64Array {
  return product(transpose(matrix, columns), matrix.length / columns, matrix);
}

function singularValues(factor: TriangularFactor): Float64Array {
  const { columns } = factor, rows = compact(factor);
  return singularValuesOf(columns, columns, (to, stride) => {
    for (let i = 0; i < columns; i++) {
      to.set(rows.subarray(i * columns, (i + 1) * columns), i * stride);
    }
  }, referenceBackend);
}

function assertSameSquare(factor: TriangularFactor, matrix: Float64Array): void {
  const { columns } = factor;
  const expected = squareOf(matrix, columns);
  const size = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  squareOf(compact(factor), columns).forEach((value, at) =>
    assertAlmostEquals(value, expected[at], 1e-14 * size, `entry ${at}`)
  );
}

for (const columns of [1, 2, 3, 4, 5, 7, 8, 9, 16, 33]) {
  Deno.test(`RᵀR = AᵀA for any number of rows of ${columns} columns`, () => {
    for (const rows of [1, columns, columns + 1, 127, 128, 129, 300]) {
      const matrix = gaussian(rows + columns, rows * columns);
      assertSameSquare(factorOf(matrix, columns), matrix);
    }
  });
}

Deno.test("nothing stands below the diagonal", () => {
  const factor = factorOf(gaussian(1, 300 * 11), 11);
  const triangle = factor.triangle();
  for (let i = 0; i < 11; i++) {
    assertEquals(triangle.subarray(i * factor.stride, i * factor.stride + i), new Float64Array(i));
    assert(triangle[i * factor.stride + i] !== 0);
  }
});

Deno.test("a triangle that is asked for in between goes on to be the factor of all rows", () => {
  const matrix = gaussian(2, 290 * 9);
  const factor = new TriangularFactor(9);
  for (let row = 0; row < 290; row++) {
    factor.add(matrix.subarray(row * 9, row * 9 + 9));
    if ([0, 1, 100, 127, 128, 200].includes(row)) {
      assertSameSquare(factor, matrix.subarray(0, (row + 1) * 9));
    }
  }
  assertSameSquare(factor, matrix);
});

Deno.test("the factor of two factors is that of all rows", () => {
  const matrix = gaussian(3, 200 * 10);
  const first = factorOf(matrix.subarray(0, 1500), 10);
  const rest = compact(factorOf(matrix.subarray(1500), 10));
  for (let i = 0; i < 10; i++) first.add(rest.subarray(i * 10, i * 10 + 10));
  assertSameSquare(first, matrix);
});

Deno.test("rows are copied", () => {
  const factor = new TriangularFactor(2);
  const row = Float64Array.of(3, 4);
  factor.add(row);
  row.fill(100);
  assertAlmostEquals(Math.hypot(...compact(factor)), 5, 1e-14);
});

Deno.test("singular values that squares would lose are those of the matrix", () => {
  // Läuchli's matrix, a row of ones above ε times the identity: √(n+ε²), and n−1 times ε.
  for (const epsilon of [1e-5, 1e-9, 1e-12]) {
    const columns = 6;
    const factor = new TriangularFactor(columns);
    factor.add(new Float64Array(columns).fill(1));
    for (let i = 0; i < columns; i++) {
      factor.add(Float64Array.from({ length: columns }, (_, j) => i === j ? epsilon : 0));
    }
    const [first, ...others] = singularValues(factor);
    assertAlmostEquals(first, Math.sqrt(columns + epsilon ** 2), 1e-15);
    for (const value of others) assertAlmostEquals(value, epsilon, 4e-16);
  }
});

Deno.test("singular values from 1 to 1e-15 survive a thousand rows", () => {
  const columns = 16, rows = 1024;
  // Columns of a Hadamard matrix are orthogonal; rotating them keeps the singular values.
  const sign = (row: number, column: number) => {
    let bits = row & column;
    for (const shift of [8, 4, 2, 1]) bits ^= bits >> shift;
    return 1 - 2 * (bits & 1);
  };
  const designed = Float64Array.from({ length: columns }, (_, k) => 10 ** -k);
  const scaled = Float64Array.from({ length: rows * columns }, (_, at) => {
    const column = at % columns;
    return sign(Math.floor(at / columns), 3 * column + 1) / 32 * designed[column];
  });
  const rotated = product(scaled, columns, orthogonal(4, columns));
  singularValues(factorOf(rotated, columns)).forEach((value, k) =>
    assertAlmostEquals(value, designed[k], 2e-15)
  );
});

Deno.test("zeros and numbers whose squares vanish leave the other columns as they are", () => {
  for (const tiny of [0, Number.MIN_VALUE, 1e-200, 1e-160, 1e-155]) {
    const matrix = gaussian(5, 150 * 6);
    for (let at = 0; at < matrix.length; at++) if (at % 6 % 2 === 0) matrix[at] *= tiny;
    const without = matrix.map((x, at) => at % 6 % 2 === 0 ? 0 : x);
    const factor = factorOf(matrix, 6);
    assert(compact(factor).every(Number.isFinite));
    assertSameSquare(factor, without);
  }
});

Deno.test("the factor of zeros is 0", () => {
  assertEquals(compact(factorOf(new Float64Array(300), 3)), new Float64Array(9));
  assertEquals(compact(new TriangularFactor(3)), new Float64Array(9));
});

Deno.test("a factor for which there is no memory is refused", () => {
  const error = assertThrows(() => new TriangularFactor(2 ** 26), RankMeError);
  assertEquals(error.code, "memory");
  assert(error.message.includes("the triangular factor of 67108864 columns needs 36.0 PB"));
});
