/** Computes on two threads where something is missing, and prints whether the results are right. */
import { eigenvalues } from "../../../src/linalg/eigenvalues.ts";
import { fastestBackend } from "../../../src/linalg/fastest_backend.ts";
import { wasmBackend } from "../../../src/linalg/wasm/backend.ts";
import { integers, withEigenvalues } from "../matrices.ts";
import { assertSameSums, naiveSums } from "../sums.ts";

const validate = WebAssembly.validate;
let asked = 0;
const REMOVALS: Readonly<Record<string, () => void>> = {
  "nothing": () => {},
  "SIMD": () => WebAssembly.validate = () => false,
  // Those are asked about first.
  "relaxed SIMD": () => WebAssembly.validate = (bytes) => asked++ > 0 && validate(bytes),
  "shared memory": () => Reflect.deleteProperty(globalThis, "SharedArrayBuffer"),
  "waiting": () =>
    Atomics.wait = () => {
      throw new TypeError("Atomics.wait cannot be called in this context");
    },
};

function outcome(check: () => void): string {
  try {
    check();
    return "right";
  } catch (error) {
    return String(error);
  }
}

REMOVALS[Deno.args[0]]();
let refusal: string | undefined;
try {
  wasmBackend();
} catch (error) {
  refusal = (error as Error).message;
}
const backend = fastestBackend(2);
const { name, threads, relaxedSimd } = backend;
const sums = outcome(() => {
  const dim = 100, rows = integers(1, 7000 * dim, 100), pivot = integers(2, dim, 100);
  const accumulator = backend.accumulator(pivot);
  accumulator.add(Float32Array.from(rows));
  assertSameSums(accumulator.sums(), naiveSums(pivot, rows), "7000 rows");
});
const values = outcome(() => {
  const expected = Float64Array.from({ length: 300 }, (_, k) => 150 - k);
  eigenvalues(withEigenvalues(1, expected), 300, backend).forEach((value, k) => {
    if (!(Math.abs(value - expected[k]) < 1e-11)) throw new Error(`${value} for ${expected[k]}`);
  });
});
backend.release();
console.log(JSON.stringify({ refusal, name, threads, relaxedSimd, sums, eigenvalues: values }));
