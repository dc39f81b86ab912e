import { allocating, RankMeError } from "../errors.ts";
import type { Backend } from "./backend.ts";
import { referenceBackend } from "./reference/backend.ts";

/**
 * Eigenvalues of a real symmetric matrix.
 *
 * Householder tridiagonalisation, then root-free QL; absolute error of a few 2⁻⁵³·|λ|max. The matrix
 * is scaled by a power of two first, so entries of any finite size neither overflow nor vanish.
 *
 * @param matrix D×D numbers, row-major; only the lower triangle is read; left as it was.
 * @param dim D, the number of rows.
 * @param backend Computes them. Default: plain TypeScript.
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
  backend: Backend = referenceBackend,
): Float64Array {
  if (!Number.isInteger(dim) || dim < 0 || matrix.length !== dim * dim) {
    throw new RankMeError(
      "dimension",
      `${matrix.length} numbers are not a square matrix of ${dim} rows`,
    );
  }
  const largest = largestInLowerTriangle(matrix, dim);
  if (largest === 0) return new Float64Array(dim);
  const exponent = Math.floor(Math.log2(largest));
  // Two factors: 2^-exponent alone overflows for the smallest numbers.
  const half = 2 ** -Math.trunc(exponent / 2), rest = 2 ** -(exponent - Math.trunc(exponent / 2));
  const scaled = allocating(
    matrix.byteLength,
    `the decomposition of a ${dim} × ${dim} matrix`,
    () => matrix.map((value) => value * half * rest),
  );
  const values = backend.eigenvalues(scaled, dim);
  return values.sort().reverse().map((value) => value / half / rest);
}

function largestInLowerTriangle(matrix: Float64Array, dim: number): number {
  let largest = 0;
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      const entry = matrix[i * dim + j];
      const size = Math.abs(entry);
      if (!(size < Infinity)) {
        throw new RankMeError("non-finite", `entry (${i}, ${j}) of the matrix is ${entry}`);
      }
      if (size > largest) largest = size;
    }
  }
  return largest;
}
