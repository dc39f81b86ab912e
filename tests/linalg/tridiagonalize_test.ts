import { assertAlmostEquals, assertEquals } from "@std/assert";
import { tridiagonalEigenvalues } from "../../src/linalg/reference/tridiagonal_eigenvalues.ts";
import { tridiagonalize } from "../../src/linalg/reference/tridiagonalize.ts";
import {
  bisectedEigenvalues,
  gaussian,
  product,
  symmetric,
  tridiagonal,
  uniform,
} from "./matrices.ts";

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

Deno.test("tridiagonalEigenvalues() lose nothing to underflow", () => {
  // Differences of 1e-158 have squares of eight digits, quotients of which went into the values; a
  // coupling of 1e-78 beside a 0 led there too.
  const traps = [
    { diagonal: [1e-105, 1e-158, 1], offDiagonal: [-1, -1] },
    {
      diagonal: [0, 1.0098964972856506, -0.010006188295661134, 0.000119592, 0.00099009900990099, 0],
      offDiagonal: [1e-78, 0.00191715675991166, 0.099008929338987, 0.995086945751446, -1.0049875],
    },
  ];
  for (const { diagonal, offDiagonal } of traps) {
    const expected = bisectedEigenvalues(diagonal, offDiagonal);
    const values = tridiagonalEigenvalues({
      diagonal: Float64Array.from(diagonal),
      offDiagonal: Float64Array.of(...offDiagonal, 0),
    });
    values.sort().reverse().forEach((value, k) => assertAlmostEquals(value, expected[k], 1e-14));
  }
});

Deno.test("tridiagonalEigenvalues() agree with bisection where zeros, ones and any sizes meet", () => {
  const random = uniform(77);
  const entry = () => {
    const kind = random();
    if (kind < 0.25) return 0;
    if (kind < 0.5) return random() < 0.5 ? 1 : -1;
    return kind < 0.75 ? 10 ** -Math.floor(random() * 170) : 2 * random() - 1;
  };
  for (let matrices = 0; matrices < 2000; matrices++) {
    const dim = 2 + Math.floor(random() * 12);
    const diagonal = Float64Array.from({ length: dim }, entry);
    const offDiagonal = Float64Array.from({ length: dim }, entry);
    // The largest entry is near 1, as eigenvalues() sees to.
    diagonal[Math.floor(random() * dim)] = 1;
    const expected = bisectedEigenvalues(diagonal, offDiagonal.subarray(0, dim - 1));
    offDiagonal[dim - 1] = 0;
    tridiagonalEigenvalues({ diagonal: diagonal.slice(), offDiagonal }).sort().reverse()
      .forEach((value, k) => assertAlmostEquals(value, expected[k], 2e-14, `${diagonal}`));
  }
});
