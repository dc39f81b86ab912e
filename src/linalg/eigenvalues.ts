import { RankMeError } from "../errors.ts";
import type { Backend } from "./backend.ts";
import { fastestBackend } from "./fastest_backend.ts";

/**
 * Eigenvalues of a real symmetric matrix.
 *
 * Householder tridiagonalisation, then root-free QL; absolute error of a few 2⁻⁵³·|λ|max. The matrix
 * is scaled by a power of two first, so entries of any finite size neither overflow nor vanish.
 *
 * @param matrix D×D numbers, row-major; only the lower triangle is read; left as it was.
 * @param dim D, the number of rows.
 * @param backend Computes them. Default: WebAssembly on the calling thread, or what is there instead.
 * @returns D eigenvalues, largest first.
 * @throws {RankMeError} `dimension`, when there are not D×D numbers; `non-finite`, when one is NaN or
 * infinite.
 *
 * @example A 2×2 matrix
 * ```ts
 * import { eigenvalues } from "@rankme/rankme/linalg";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [first, second] = eigenvalues(Float64Array.of(2, 1, 1, 2), 2);
 * assertAlmostEquals(first, 3);
 * assertAlmostEquals(second, 1);
 * ```
 */
export function eigenvalues(
  matrix: Float64Array,
  dim: number,
  backend: Backend = fastestBackend(),
): Float64Array {
  if (!Number.isInteger(dim) || dim < 0 || matrix.length !== dim * dim) {
    throw new RankMeError(
      "dimension",
      `${matrix.length} numbers are not a square matrix of ${dim} rows`,
    );
  }
  return eigenvaluesOf(dim, (to, stride) => {
    for (let i = 0; i < dim; i++) to.set(matrix.subarray(i * dim, i * dim + i + 1), i * stride);
  }, backend);
}

/**
 * The same of a matrix that is written where it will be decomposed, so that there is no other copy.
 *
 * @param dim D.
 * @param write Writes the lower triangle over zeros; row i begins at i × stride.
 * @param backend Computes them.
 * @returns D eigenvalues, largest first.
 * @throws {RankMeError} `non-finite`, when an entry is NaN or infinite; `memory`.
 */
export function eigenvaluesOf(
  dim: number,
  write: (matrix: Float64Array, stride: number) => void,
  backend: Backend,
): Float64Array {
  if (dim === 0) return new Float64Array(0);
  // Two factors: 2^-exponent alone overflows for the smallest numbers.
  let half = 1, rest = 1;
  const values = backend.eigenvalues(dim, (matrix, stride) => {
    write(matrix, stride);
    const largest = largestInLowerTriangle(matrix, stride, dim);
    if (largest === 0) return;
    const exponent = Math.floor(Math.log2(largest));
    half = 2 ** -Math.trunc(exponent / 2);
    rest = 2 ** -(exponent - Math.trunc(exponent / 2));
    for (let i = 0; i < dim; i++) {
      for (let at = i * stride; at <= i * stride + i; at++) matrix[at] = matrix[at] * half * rest;
    }
  });
  return values.sort().reverse().map((value) => value / half / rest);
}

function largestInLowerTriangle(matrix: Float64Array, stride: number, dim: number): number {
  let largest = 0;
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      const entry = matrix[i * stride + j];
      const size = Math.abs(entry);
      if (!(size < Infinity)) {
        throw new RankMeError("non-finite", `entry (${i}, ${j}) of the matrix is ${entry}`);
      }
      if (size > largest) largest = size;
    }
  }
  return largest;
}
