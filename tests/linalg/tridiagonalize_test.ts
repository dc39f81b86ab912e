import { assertAlmostEquals, assertEquals } from "@std/assert";
import { tridiagonalEigenvalues } from "../../src/linalg/reference/tridiagonal_eigenvalues.ts";
import { tridiagonalize } from "../../src/linalg/reference/tridiagonalize.ts";
import { bisectedEigenvalues, gaussian, product, symmetric, tridiagonal } from "./matrices.ts";

function trace(matrix: Float64Array, dim: number): number {
  let sum = 0;
  for (let i = 0; i < dim; i++) sum += matrix[i * dim + i];
  return sum;
}

Deno.test("tridiagonalize() keeps the traces of A, A², A³ and A⁴", () => {
  for (const dim of [1, 2, 3, 4, 5, 16, 33]) {
    const matrix = symmetric(dim, dim);
    const { diagonal, offDiagonal } = tridiagonalize(matrix.slice(), dim);
    const reduced = tridiagonal(diagonal, offDiagonal);
    let power = matrix, reducedPower = reduced, size = 1;
    const norm = Math.sqrt(matrix.reduce((sum, x) => sum + x * x, 0));
    for (let exponent = 1; exponent <= 4; exponent++) {
      size *= norm;
      const tolerance = 16 * dim * Number.EPSILON * size;
      assertAlmostEquals(trace(reducedPower, dim), trace(power, dim), tolerance);
      power = product(power, dim, matrix);
      reducedPower = product(reducedPower, dim, reduced);
    }
  }
});

Deno.test("tridiagonalize() leaves a tridiagonal matrix as it is, up to signs", () => {
  const middle = gaussian(1, 12), beside = gaussian(2, 11);
  const { diagonal, offDiagonal } = tridiagonalize(tridiagonal(middle, beside), 12);
  assertEquals(diagonal, middle);
  assertEquals(offDiagonal.map(Math.abs).subarray(0, 11), beside.map(Math.abs));
});

Deno.test("tridiagonalEigenvalues() agree with bisection on random matrices", () => {
  for (const dim of [1, 2, 3, 10, 50]) {
    const middle = gaussian(dim, dim), beside = gaussian(dim + 1, dim);
    const values = tridiagonalEigenvalues({ diagonal: middle.slice(), offDiagonal: beside });
    const expected = bisectedEigenvalues(middle, beside.subarray(0, dim - 1));
    values.sort().reverse().forEach((value, k) => assertAlmostEquals(value, expected[k], 1e-13));
  }
});

Deno.test("tridiagonalEigenvalues() find their way where the diagonal is 0", () => {
  // Path graphs: the eigenvalues are 2cos(kπ/(n+1)).
  for (const dim of [2, 3, 6, 51]) {
    const values = tridiagonalEigenvalues({
      diagonal: new Float64Array(dim),
      offDiagonal: new Float64Array(dim).fill(1),
    });
    values.sort().reverse().forEach((value, k) =>
      assertAlmostEquals(value, 2 * Math.cos((k + 1) * Math.PI / (dim + 1)), 1e-14)
    );
  }
});
