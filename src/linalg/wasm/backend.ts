import { RankMeError } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import { Helpers } from "../threads/helpers.ts";
import { WasmAccumulator } from "./accumulator.ts";
import { wasmEigenvalues } from "./eigenvalues.ts";
import { findKernels, join } from "./kernels_module.ts";

/** 32 bits address 4 GiB: room for a matrix of so many rows, and for what is kept beside it. */
const MAX_ORDER = 22_000;

/** How to compute in WebAssembly. */
export interface WasmBackendOptions {
  /**
   * How many threads, the calling one included. Default: 1. More need shared memory, and a caller
   * that may wait, which the main thread of a web page may not: there it is always 1, as in Node.
   */
  readonly threads?: number;
}

/**
 * Computes in WebAssembly with SIMD: some eight times as fast as the reference on one thread. Needs
 * no permission. With more than one thread, call `release()` at the end: threads keep a program alive.
 *
 * @param options How many threads.
 * @returns The backend.
 * @throws {RankMeError} `usage`, where WebAssembly has no SIMD, and when the number of
 * threads is not a whole number from 1 on.
 *
 * @example On two threads
 * ```ts
 * import { wasmBackend } from "@rankme/rankme/linalg";
 * import { assertEquals } from "@std/assert";
 *
 * const backend = wasmBackend({ threads: 2 });
 * const accumulator = backend.accumulator(new Float64Array(1));
 * accumulator.add(Float32Array.of(3, 4));
 * const { sum, scatter } = accumulator.sums();
 * assertEquals([sum[0], scatter[0]], [7, 25]);
 * backend.release();
 * ```
 */
export function wasmBackend({ threads: wanted = 1 }: WasmBackendOptions = {}): Backend {
  if (!(Number.isInteger(wanted) && wanted >= 1)) {
    throw new RankMeError("usage", `work can be shared among 1 thread or more, not ${wanted}`);
  }
  const kernels = findKernels();
  if (!kernels) {
    throw new RankMeError("usage", "WebAssembly has no SIMD here", {
      advice: "the reference backend runs anywhere",
    });
  }
  const threads = kernels.shared && mayHaveHelpers() ? wanted : 1;
  const helpers = new Helpers(threads - 1, join.toString());
  return {
    name: "wasm",
    threads,
    relaxedSimd: kernels.relaxedSimd,
    maxOrder: MAX_ORDER,
    accumulator: (pivot) => new WasmAccumulator(kernels, helpers, pivot),
    eigenvalues: (dim, write) => wasmEigenvalues(kernels, helpers, dim, write),
    release: () => helpers.release(),
  };
}

/** Node has no workers of the web. */
function mayHaveHelpers(): boolean {
  if (!("Worker" in globalThis)) return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}
