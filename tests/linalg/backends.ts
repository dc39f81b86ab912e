/** The backends that every test of `linalg/` is run against: another one is one line here. */
import type { Backend } from "../../src/linalg/backend.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { wasmBackend } from "../../src/linalg/wasm/backend.ts";

/** How to make each of them; more threads than cores take turns at every point of the work. */
export const BACKENDS: Readonly<Record<string, () => Backend>> = {
  "the reference": () => referenceBackend,
  "WebAssembly": () => wasmBackend(),
  "WebAssembly on 2 threads": () => wasmBackend({ threads: 2 }),
  "WebAssembly on 3 threads": () => wasmBackend({ threads: 3 }),
  "WebAssembly on 4 threads": () => wasmBackend({ threads: 4 }),
};

const { "the reference": _, ...otherBackends } = BACKENDS;

/** Those that the reference is a reference for. */
export const OTHER_BACKENDS: Readonly<Record<string, () => Backend>> = otherBackends;

/** Makes a test of each backend, after which its threads end. */
export function testBackends(
  sentence: string,
  test: (backend: Backend) => void,
  backends: Readonly<Record<string, () => Backend>> = BACKENDS,
): void {
  for (const [name, make] of Object.entries(backends)) {
    Deno.test(`${name} ${sentence}`, () => {
      const backend = make();
      try {
        test(backend);
      } finally {
        backend.release();
      }
    });
  }
}
