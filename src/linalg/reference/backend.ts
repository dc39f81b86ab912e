import { allocating } from "../../errors.ts";
import type { Backend, ShiftedSums } from "../backend.ts";
import { PANEL_ROWS } from "../panel_tiles.ts";
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
 * const accumulator = referenceBackend.accumulator(new Float64Array(1));
 * accumulator.add(Float32Array.of(3, 4));
 * const { sum, scatter } = accumulator.sums();
 * assertEquals([sum[0], scatter[0]], [7, 25]);
 * ```
 */
export const referenceBackend: Backend = {
  name: "reference",
  threads: 1,
  accumulator(pivot) {
    const dim = pivot.length;
    const sums: ShiftedSums = {
      dim,
      pivot: pivot.slice(),
      sum: new Float64Array(dim),
      scatter: squareMatrix(dim, `the covariance of ${dim} dimensions`),
      stride: dim,
    };
    // Rows wait until they fill a panel, so that batches of one row round no more often than others.
    const panel = new Float64Array(PANEL_ROWS * dim);
    let filled = 0;
    const addPanel = () => {
      rankKUpdate(sums, panel.subarray(0, filled));
      filled = 0;
    };
    return {
      add(rows) {
        for (let at = 0; at < rows.length;) {
          const taken = rows.subarray(at, at + panel.length - filled);
          panel.set(taken, filled);
          filled += taken.length;
          at += taken.length;
          if (filled === panel.length) addPanel();
        }
      },
      sums() {
        addPanel();
        return sums;
      },
    };
  },
  eigenvalues(dim, write) {
    const matrix = squareMatrix(dim, `the decomposition of a ${dim} × ${dim} matrix`);
    write(matrix, dim);
    return tridiagonalEigenvalues(tridiagonalize(matrix, dim));
  },
  release() {},
};

function squareMatrix(dim: number, purpose: string): Float64Array {
  return allocating(dim * dim * 8, purpose, () => new Float64Array(dim * dim));
}
