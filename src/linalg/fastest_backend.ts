import type { Backend } from "./backend.ts";
import { referenceBackend } from "./reference/backend.ts";
import { wasmBackend } from "./wasm/backend.ts";
import { findKernels } from "./wasm/kernels_module.ts";

/**
 * The fastest backend that needs neither a permission nor a library: WebAssembly where it has SIMD,
 * else the reference.
 *
 * @param threads How many threads at most. More than one must be released: see {@linkcode Backend}.
 * @returns The backend.
 *
 * @example Whatever it is, it computes
 * ```ts
 * import { fastestBackend } from "@rankme/rankme/linalg";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fastestBackend().threads, 1);
 * ```
 */
export function fastestBackend(threads: number = 1): Backend {
  if (!findKernels()) return referenceBackend;
  if (threads > 1) return wasmBackend({ threads });
  // On one thread there is nothing to release: all may share it.
  return onOneThread ??= wasmBackend();
}

let onOneThread: Backend | undefined;
