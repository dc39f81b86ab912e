import type { Backend } from "./backend.ts";
import { eigenvaluesOf } from "./eigenvalues.ts";
import { divideRows, factorize } from "./cholesky.ts";

/**
 * The λ of Bv = λWv, for symmetric B and W, W positive definite.
 *
 * With W = LLᵀ they are the eigenvalues of L⁻¹BL⁻ᵀ, which are those of W^(−½)BW^(−½) too. Source:
 * Golub & Van Loan, Matrix Computations, 4th ed., §8.7.2.
 *
 * @param dim D.
 * @param b B: D×D numbers, row-major, all of them; overwritten.
 * @param w W: likewise, only the lower triangle is read; overwritten.
 * @param backend Computes the eigenvalues.
 * @returns D values, largest first, or nothing when W is not positive definite as far as float64 can
 * tell.
 * @throws {RankMeError} `non-finite`, when an entry of B is, or λ overflows; `memory`.
 */
export function generalizedEigenvalues(
  dim: number,
  b: Float64Array,
  w: Float64Array,
  backend: Backend,
): Float64Array | undefined {
  if (!factorize(w, dim)) return undefined;
  // B is symmetric, so the transpose of BL⁻ᵀ is L⁻¹B.
  divideRows(b, w, dim, "all");
  transpose(b, dim);
  divideRows(b, w, dim, "lower");
  return eigenvaluesOf(dim, (matrix, stride) => {
    for (let i = 0; i < dim; i++) matrix.set(b.subarray(i * dim, i * dim + i + 1), i * stride);
  }, backend);
}

function transpose(matrix: Float64Array, dim: number): void {
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < i; j++) {
      const entry = matrix[i * dim + j];
      matrix[i * dim + j] = matrix[j * dim + i];
      matrix[j * dim + i] = entry;
    }
  }
}
