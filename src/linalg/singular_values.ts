import type { Backend } from "./backend.ts";
import { eigenvaluesOf } from "./eigenvalues.ts";

/**
 * Singular values of a real matrix A, each to a few 2⁻⁵³·σ₁.
 *
 * The eigenvalues of [[0, Aᵀ], [A, 0]] are ±σ and zeros. Those of AᵀA would be σ², and lose every σ
 * below 1e-8·σ₁. Source: Golub & Van Loan, Matrix Computations, 4th ed., §8.6.1.
 *
 * @param rows How many rows A has.
 * @param dim How many columns it has; no more than rows.
 * @param write Writes A over zeros; row i begins at i × stride.
 * @param backend Computes the eigenvalues, of `rows + dim` rows.
 * @returns `dim` singular values, largest first.
 * @throws {RankMeError} `non-finite`, when an entry is NaN or infinite; `memory`.
 */
export function singularValuesOf(
  rows: number,
  dim: number,
  write: (matrix: Float64Array, stride: number) => void,
  backend: Backend,
): Float64Array {
  return eigenvaluesOf(
    rows + dim,
    (matrix, stride) => write(matrix.subarray(dim * stride), stride),
    backend,
  ).subarray(0, dim).map((value) => Math.max(value, 0));
}
