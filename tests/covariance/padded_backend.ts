import type { Backend, ShiftedSums } from "../../src/linalg/backend.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { rankKUpdate } from "../../src/linalg/reference/rank_k_update.ts";

const PADDING = 3;

/** The reference in memory that is shared, with gaps of NaN after each row, rows added only late. */
export const paddedBackend: Backend = {
  ...referenceBackend,
  name: "padded",
  accumulator(pivot) {
    const dim = pivot.length, stride = dim + PADDING;
    const scatter = shared(dim * stride);
    for (let at = 0; at < scatter.length; at++) scatter[at] = at % stride < dim ? 0 : NaN;
    const sums: ShiftedSums = { dim, pivot: pivot.slice(), sum: shared(dim), scatter, stride };
    const pending: Float64Array[] = [];
    return {
      add: (rows) => void pending.push(Float64Array.from(rows)),
      sums() {
        rankKUpdate(sums, Float64Array.from(pending.splice(0).flatMap((rows) => [...rows])));
        return sums;
      },
    };
  },
  eigenvalues(dim, write) {
    const stride = dim + PADDING;
    const padded = shared(dim * stride);
    write(padded, stride);
    return referenceBackend.eigenvalues(dim, (matrix, compact) => {
      for (let i = 0; i < dim; i++) {
        matrix.set(padded.subarray(i * stride, i * stride + i + 1), i * compact);
      }
    });
  },
};

function shared(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * 8));
}
