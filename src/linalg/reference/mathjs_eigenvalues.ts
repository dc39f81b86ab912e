import { latePackage } from "../../platform/late_package.ts";

/**
 * Eigenvalues of a symmetric matrix by mathjs: an independent and slow check of ours (7 s at
 * D = 256). mathjs is loaded on the first call only.
 *
 * @param matrix D×D row-major, symmetric.
 * @param dim D.
 * @returns D values, largest first.
 *
 * @example A 2×2 matrix
 * ```ts
 * import { mathjsEigenvalues } from "@rankme/rankme/linalg";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await mathjsEigenvalues(Float64Array.of(3, 0, 0, 5), 2), Float64Array.of(5, 3));
 * ```
 */
export async function mathjsEigenvalues(matrix: Float64Array, dim: number): Promise<Float64Array> {
  const { eigs } = await latePackage("mathjs");
  const rows = Array.from(
    { length: dim },
    (_, i) => Array.from(matrix.subarray(i * dim, (i + 1) * dim)),
  );
  return Float64Array.from(eigs(rows, { eigenvectors: false }).values).sort().reverse();
}
