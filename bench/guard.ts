import { wasmBackend } from "../src/linalg/wasm/backend.ts";
import { multiplyAddPeak } from "../src/linalg/wasm/multiply_add_peak.ts";
import { ratios } from "./spread.ts";

const DIMS = [512, 1024];
const BATCH_ROWS = 1024;
/** About 0.2 s of work. */
const OPERATIONS = 4e9;
const ROUNDS = 7;
const PEAK_MILLISECONDS = 200;
/** The kernel reaches 0.9; it fell to 0.6 when the compiler reordered its multiply-adds. */
const LEAST = 0.75;

/**
 * A short watch over the kernel's speed: warns when it falls behind the peak measured beside it, as it
 * does when a change of compiler or engine spoils it. A few seconds, and no Python.
 */
export function guard(): void {
  if (multiplyAddPeak(PEAK_MILLISECONDS) === undefined) {
    warn("multiply-adds are not fused here, so the kernel's speed was not checked");
    return;
  }
  for (const dim of DIMS) {
    const update = preparedUpdate(dim);
    update();
    const peaks: number[] = [], speeds: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      peaks.push(multiplyAddPeak(PEAK_MILLISECONDS)!);
      speeds.push(update());
    }
    const { median, least, most } = ratios(speeds, peaks);
    const percent = (ratio: number) => `${Math.round(ratio * 100)} %`;
    const found = `the kernel reaches ${percent(median)} (${percent(least)} to ${percent(most)}) ` +
      `of the peak of 128-bit multiply-adds at D = ${dim}`;
    if (median >= LEAST) console.log(found);
    else warn(`${found}; expected at least ${percent(LEAST)}`);
  }
}

/** Adds rows on one thread, and returns billions of operations a second. */
function preparedUpdate(dim: number): () => number {
  const golden = (Math.sqrt(5) - 1) / 2;
  const rows = Float32Array.from({ length: BATCH_ROWS * dim }, (_, i) => (i * i * golden) % 1);
  const accumulator = wasmBackend({ threads: 1 }).accumulator(new Float64Array(dim));
  const operations = BATCH_ROWS * dim * (dim + 1);
  const repeats = Math.ceil(OPERATIONS / operations);
  return () => {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) accumulator.add(rows);
    accumulator.sums();
    return repeats * operations / (performance.now() - start) / 1e6;
  };
}

/** Seen by whoever reads the log, and on GitHub beside the change. */
function warn(message: string): void {
  console.log(`${Deno.env.has("GITHUB_ACTIONS") ? "::warning::" : "WARNING: "}${message}`);
}
