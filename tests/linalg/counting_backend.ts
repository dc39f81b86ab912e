import type { Backend } from "../../src/linalg/backend.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";

/** The reference, which counts what is asked of it. */
export function countingBackend(changes: Partial<Backend> = {}): {
  readonly backend: Backend;
  readonly calls: { updates: number; decompositions: number };
} {
  const calls = { updates: 0, decompositions: 0 };
  const backend: Backend = {
    ...referenceBackend,
    name: "counting",
    accumulator(pivot) {
      const accumulator = referenceBackend.accumulator(pivot);
      return {
        add(rows) {
          calls.updates++;
          accumulator.add(rows);
        },
        sums: () => accumulator.sums(),
      };
    },
    eigenvalues(...of) {
      calls.decompositions++;
      return referenceBackend.eigenvalues(...of);
    },
    ...changes,
  };
  return { backend, calls };
}
