import { findKernels, instantiate } from "./kernels_module.ts";
import { DATA_START } from "./memory_layout.ts";

/** Chains of assembly/peak.as.ts × lanes × (a multiplication and an addition). */
const OPERATIONS_PER_TURN = 12 * 2 * 2;
/** About 2 ms: V8 compiles anew only what is called anew. */
const TURNS = 1_000_000;

/**
 * How fast one thread of this machine can be with vectors of 128 bits, which are all that WebAssembly
 * has: multiply-adds that never leave the registers.
 *
 * @param milliseconds For how long to measure.
 * @returns Billions of operations a second, a multiply-add counted as two; nothing where WebAssembly
 * has no fused multiply-add.
 *
 * @example The limit that the kernels strive for
 * ```ts
 * import { multiplyAddPeak } from "@rankme/rankme/linalg";
 *
 * console.log(`${multiplyAddPeak(20)?.toFixed(1)} GF/s`);
 * ```
 */
export function multiplyAddPeak(milliseconds: number): number | undefined {
  const kernels = findKernels();
  if (!kernels?.relaxedSimd) return undefined;
  const { exports } = instantiate(kernels, DATA_START, "measuring");
  exports.multiplyAddPeak(TURNS);
  const start = performance.now();
  let turns = 0;
  do {
    exports.multiplyAddPeak(TURNS);
    turns += TURNS;
  } while (performance.now() - start < milliseconds);
  return turns * OPERATIONS_PER_TURN / (performance.now() - start) / 1e6;
}
