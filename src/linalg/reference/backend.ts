import type { Backend } from "../backend.ts";
import { rankKUpdate } from "./rank_k_update.ts";
import { tridiagonalEigenvalues } from "./tridiagonal_eigenvalues.ts";
import { tridiagonalize } from "./tridiagonalize.ts";

/**
 * Plain TypeScript on one thread: runs anywhere, and says what the others must compute.
 *
 * @example Two rows about a pivot of zero
 * ```ts
 * import { referenceBackend } from "@rankme/rankme/linalg";
 * import { assertEquals } from "@std/assert";
 *
 * const zeros = (length: number) => new Float64Array(length);
 * const sums = { dim: 1, pivot: zeros(1), sum: zeros(1), scatter: zeros(1) };
 * referenceBackend.update(sums, Float32Array.of(3, 4));
 * assertEquals([sums.sum[0], sums.scatter[0]], [7, 25]);
 * ```
 */
export const referenceBackend: Backend = {
  name: "reference",
  threads: 1,
  update: rankKUpdate,
  eigenvalues: (matrix, dim) => tridiagonalEigenvalues(tridiagonalize(matrix, dim)),
};
