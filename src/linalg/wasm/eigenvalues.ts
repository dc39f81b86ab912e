import { tridiagonalEigenvalues } from "../reference/tridiagonal_eigenvalues.ts";
import type { Tridiagonal } from "../reference/tridiagonalize.ts";
import type { Helpers } from "../threads/helpers.ts";
import { instantiate, type KernelInstance, type Kernels } from "./kernels_module.ts";
import { LAYOUT, Parts, strideOf } from "./memory_layout.ts";
import { waitUntil } from "../threads/waiting.ts";

/** Rows whose reflections are applied together: more make the work between two steps longer. */
const BLOCK = 32;
/** Below this order a product Av is over before another thread has noticed it. */
const SHARED_ORDER = 256;
/** Kinds of tasks, as assembly/tridiagonalize.as.ts has them. */
const MULTIPLY = 1, PACK_UPDATE = 2, UPDATE = 3;

/**
 * Eigenvalues of a symmetric matrix: blocked Householder reduction to tridiagonal form by the
 * kernels, then root-free QL.
 *
 * @param kernels What computes.
 * @param helpers Who helps.
 * @param dim D.
 * @param write Writes the lower triangle over zeros; row i begins at i × stride.
 * @returns D values in no particular order.
 */
export function wasmEigenvalues(
  kernels: Kernels,
  helpers: Helpers,
  dim: number,
  write: (matrix: Float64Array, stride: number) => void,
): Float64Array {
  const stride = strideOf(dim);
  const vector = stride * 8;
  const parts = new Parts();
  const threads = dim < SHARED_ORDER ? 1 : helpers.count + 1;
  const words = {
    MATRIX: parts.take(stride * vector),
    VECTORS_V: parts.take(BLOCK * vector),
    VECTORS_W: parts.take(BLOCK * vector),
    PARTIALS: parts.take(threads * vector),
    PRODUCTS: parts.take(BLOCK * 2 * 8),
    UPDATE_A: parts.take(stride / 2 * LAYOUT.UPDATE_PAIR_BYTES),
    UPDATE_B: parts.take(stride / 2 * LAYOUT.UPDATE_PAIR_BYTES),
  };
  const purpose = `the decomposition of a ${dim} × ${dim} matrix`;
  const instance = instantiate(kernels, parts.end, purpose);
  const { buffer } = instance.memory;
  const control = new DataView(buffer);
  for (const [name, address] of Object.entries(words)) {
    control.setUint32(LAYOUT[name as keyof typeof words], address, true);
  }
  control.setUint32(LAYOUT.STRIDE, stride, true);
  const matrix = new Float64Array(buffer, words.MATRIX, stride * stride);
  write(matrix, stride);
  if (threads > 1) helpers.engage(instance);
  const tridiagonal = tridiagonalize(instance, matrix, dim, stride, threads);
  if (threads > 1) helpers.disengage();
  return tridiagonalEigenvalues(tridiagonal);
}

function tridiagonalize(
  { exports }: KernelInstance,
  matrix: Float64Array,
  dim: number,
  stride: number,
  threads: number,
): Tridiagonal {
  const diagonal = new Float64Array(dim);
  const offDiagonal = new Float64Array(dim);
  const share = (kind: number, tasks: number) => {
    exports.openStep(kind, tasks);
    waitUntil(exports, (milliseconds) => exports.completeStep(milliseconds));
  };
  for (let left = dim; left > 1;) {
    const end = Math.max(left - BLOCK, 1);
    for (let order = left - 1; order >= end; order--) {
      const reflections = left - 1 - order;
      const beta = exports.reflect(order, reflections);
      diagonal[order] = matrix[order * stride + order];
      offDiagonal[order - 1] = matrix[order * stride + order - 1];
      if (beta === 0) continue;
      const parts = order < SHARED_ORDER ? 1 : threads;
      share(MULTIPLY, exports.beginMultiply(order, reflections, parts));
      exports.finishReflection(beta);
    }
    share(PACK_UPDATE, exports.beginPackUpdate(end, left - end));
    share(UPDATE, exports.beginUpdate());
    left = end;
  }
  diagonal[0] = matrix[0];
  return { diagonal, offDiagonal };
}
