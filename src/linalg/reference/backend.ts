import type { Backend } from "../backend.ts";
import { rankKUpdate } from "./rank_k_update.ts";
import { tridiagonalEigenvalues } from "./tridiagonal_eigenvalues.ts";
import { tridiagonalize } from "./tridiagonalize.ts";

/** Plain TypeScript on one thread: runs anywhere, and says what the others must compute. */
export const referenceBackend: Backend = {
  name: "reference",
  threads: 1,
  update: rankKUpdate,
  eigenvalues: (matrix, dim) => tridiagonalEigenvalues(tridiagonalize(matrix, dim)),
};
