import type { Backend } from "../../src/linalg/backend.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";

/** The reference, which notes the sizes of the square matrices it is asked for. */
export function recordingBackend(): {
  readonly backend: Backend;
  readonly accumulated: number[];
  readonly decomposed: number[];
} {
  const accumulated: number[] = [], decomposed: number[] = [];
  const backend: Backend = {
    ...referenceBackend,
    accumulator(pivot) {
      accumulated.push(pivot.length);
      return referenceBackend.accumulator(pivot);
    },
    eigenvalues(dim, write) {
      decomposed.push(dim);
      return referenceBackend.eigenvalues(dim, write);
    },
  };
  return { backend, accumulated, decomposed };
}
