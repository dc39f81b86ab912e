import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Backend } from "../../src/linalg/backend.ts";
import { eigenvalues } from "../../src/linalg/eigenvalues.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { OTHER_BACKENDS, testBackends } from "./backends.ts";
import {
  bisectedEigenvalues,
  diagonal,
  gaussian,
  symmetric,
  tridiagonal,
  withEigenvalues,
} from "./matrices.ts";

/** Around the blocks of 32 reflections, the blocks of the update, and where helpers begin. */
const LARGE_ORDERS = [96, 97, 191, 193, 255, 256, 257, 258, 287, 289, 300, 513];

const SPECTRA: readonly ((k: number, dim: number) => number)[] = [
  (k, dim) => dim / 2 - k, // both signs
  (k) => k === 0 ? 2 : 1, // all the same but one
  (k, dim) => 10 ** (-150 * k / dim), // graded
  (k) => (k % 2) + k * 1e-13, // two clusters
  (k) => k < 3 ? 3 - k : 0, // rank three
  (k) => -1 - k, // negative
  (k) => 1 - k * 1e-9, // one cluster
];

/** Every value within so many units of 2⁻⁵² of the largest. */
function assertEigenvalues(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  ulps: number,
  what: string,
): void {
  assertEquals(actual.length, expected.length, what);
  const sorted = Float64Array.from(expected).sort().reverse();
  const largest = Math.max(Math.abs(sorted[0]), Math.abs(sorted[sorted.length - 1]));
  sorted.forEach((value, k) =>
    assertAlmostEquals(actual[k], value, ulps * Number.EPSILON * largest, `${what}: value ${k}`)
  );
}

function assertSpectrum(backend: Backend, spectrum: number, dim: number): void {
  const values = Float64Array.from({ length: dim }, (_, k) => SPECTRA[spectrum](k, dim));
  const actual = eigenvalues(withEigenvalues(dim, values), dim, backend);
  // The matrix itself has been rounded in its making, a few units for each of its three reflections.
  assertEigenvalues(
    actual,
    values,
    16 + 4 * Math.sqrt(dim),
    `spectrum ${spectrum} of order ${dim}`,
  );
}

testBackends("finds the eigenvalues of dense matrices of order 1 to 70", (backend) => {
  for (let dim = 1; dim <= 70; dim++) {
    for (const spectrum of SPECTRA.keys()) assertSpectrum(backend, spectrum, dim);
  }
});

testBackends("finds the eigenvalues of large dense matrices", (backend) => {
  LARGE_ORDERS.forEach((dim, index) => {
    for (const more of [0, 2]) assertSpectrum(backend, (index + more) % SPECTRA.length, dim);
  });
});

// Products with a matrix take 1024 columns at a time; the reference would take seconds.
testBackends("finds the eigenvalues of a matrix of order 1045", (backend) => {
  assertSpectrum(backend, 0, 1045);
}, OTHER_BACKENDS);

testBackends("finds the eigenvalues of random matrices as the reference does", (backend) => {
  for (const dim of [31, 32, 33, 34, 65, 255, 257]) {
    const matrix = symmetric(dim, dim);
    const expected = eigenvalues(matrix, dim, referenceBackend);
    assertEigenvalues(eigenvalues(matrix, dim, backend), expected, 64, `order ${dim}`);
  }
}, OTHER_BACKENDS);

testBackends(
  "finds the eigenvalues of graded tridiagonal matrices as bisection does",
  (backend) => {
    for (const dim of [3, 33, 70, 270]) {
      for (const grading of [1, 0.01, 100]) {
        const middle = gaussian(dim, dim).map((x, i) => x * grading ** (i % 40));
        const beside = gaussian(-dim, dim - 1).map((x, i) => x * grading ** (i % 40));
        assertEigenvalues(
          eigenvalues(tridiagonal(middle, beside), dim, backend),
          bisectedEigenvalues(middle, beside),
          64,
          `order ${dim}, graded by ${grading}`,
        );
      }
    }
  },
);

testBackends("finds the eigenvalues of rows from 1e-150 to 1", (backend) => {
  // DAD with D graded: squares of most entries vanish beside those of the largest, at either end.
  for (const dim of [40, 290]) {
    for (const rising of [true, false]) {
      const scale = (i: number) => 10 ** (-75 * (rising ? dim - 1 - i : i) / dim);
      const matrix = symmetric(dim, dim).map((x, at) =>
        x * scale(at % dim) * scale(Math.floor(at / dim))
      );
      let trace = 0;
      for (let i = 0; i < dim; i++) trace += matrix[i * dim + i];
      const squares = matrix.reduce((sum, x) => sum + x * x, 0);
      const values = eigenvalues(matrix, dim, backend);
      const tolerance = 64 * Number.EPSILON;
      const norm = Math.sqrt(squares);
      assertAlmostEquals(values.reduce((sum, x) => sum + x, 0), trace, tolerance * norm);
      assertAlmostEquals(values.reduce((sum, x) => sum + x * x, 0), squares, tolerance * squares);
    }
  }
});

testBackends("leaves what is diagonal as it is, and zeros at zero", (backend) => {
  for (const dim of [1, 2, 12, 13, 64, 65, 270]) {
    const values = gaussian(dim, dim).sort().reverse();
    assertEquals(eigenvalues(diagonal(values), dim, backend), values);
    assertEquals(eigenvalues(new Float64Array(dim * dim), dim, backend), new Float64Array(dim));
  }
});

testBackends("is given zeros to write on, and reads the lower triangle only", (backend) => {
  for (const dim of [1, 5, 36, 71, 260]) {
    const matrix = symmetric(dim, dim);
    const decomposed = (above: number) =>
      backend.eigenvalues(dim, (to, stride) => {
        assertEquals(to.every((x) => x === 0), true);
        for (let i = 0; i < dim; i++) {
          for (let j = 0; j < stride; j++) {
            to[i * stride + j] = j <= i ? matrix[i * dim + j] : above;
          }
        }
      });
    const expected = decomposed(0);
    assertEquals(decomposed(1e100), expected);
    assertEquals(decomposed(NaN), expected);
  }
});

testBackends("answers the same each time", (backend) => {
  // Threads share the work in the same parts, whoever does them: other bits are a race.
  const dim = 263, matrix = symmetric(dim, dim);
  const expected = eigenvalues(matrix, dim, backend);
  for (let time = 0; time < 6; time++) {
    assertEquals(eigenvalues(matrix, dim, backend), expected);
  }
});
