import { assert, assertEquals } from "@std/assert";
import { eigenvalues } from "../../../src/linalg/eigenvalues.ts";
import { referenceBackend } from "../../../src/linalg/reference/backend.ts";
import { Helpers } from "../../../src/linalg/threads/helpers.ts";
import { WasmAccumulator } from "../../../src/linalg/wasm/accumulator.ts";
import { wasmEigenvalues } from "../../../src/linalg/wasm/eigenvalues.ts";
import { KERNELS } from "../../../src/linalg/wasm/kernels.ts";
import {
  findKernels,
  instantiate,
  join,
  type Kernels,
} from "../../../src/linalg/wasm/kernels_module.ts";
import { integers, withEigenvalues } from "../matrices.ts";
import { assertSameSums, naiveSums } from "../sums.ts";

type Variant = keyof typeof KERNELS;

function bytesOf(variant: Variant): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(KERNELS[variant]), (character) => character.charCodeAt(0));
}

function kernelsOf(variant: Variant): Kernels {
  return {
    module: new WebAssembly.Module(bytesOf(variant)),
    relaxedSimd: variant.startsWith("relaxed"),
    shared: variant.endsWith("Shared"),
  };
}

for (const variant of Object.keys(KERNELS) as Variant[]) {
  const threads = variant.endsWith("Shared") ? [1, 2] : [1];

  for (const count of threads) {
    Deno.test(`the kernels ${variant} sum and decompose on ${count} threads`, () => {
      assert(WebAssembly.validate(bytesOf(variant)));
      const kernels = kernelsOf(variant), helpers = new Helpers(count - 1, join.toString());
      for (const [dim, rowCount] of [[1, 3], [11, 257], [70, 8000], [385, 1600]]) {
        const rows = integers(dim, rowCount * dim, 100), pivot = integers(-dim, dim, 100);
        const accumulator = new WasmAccumulator(kernels, helpers, pivot);
        accumulator.add(Float32Array.from(rows));
        assertSameSums(accumulator.sums(), naiveSums(pivot, rows), `${rowCount} × ${dim}`);
      }
      const backend = {
        ...referenceBackend,
        eigenvalues: (dim: number, write: (matrix: Float64Array, stride: number) => void) =>
          wasmEigenvalues(kernels, helpers, dim, write),
      };
      for (const dim of [1, 7, 70, 300]) {
        const values = Float64Array.from({ length: dim }, (_, k) => dim - 2 * k);
        const found = eigenvalues(withEigenvalues(dim, values), dim, backend);
        found.forEach((value, k) => assert(Math.abs(value - values[k]) < 1e-13 * dim));
      }
      helpers.release();
    });
  }
}

Deno.test("plain kernels round each product, whatever the machine can do", () => {
  // (1 + 2⁻³⁰)² − (1 + 2⁻²⁹) is 2⁻⁶⁰, which is lost where the product is rounded first.
  const x = 1 + 2 ** -30, sums: Record<string, number> = {};
  for (const variant of ["plainShared", "plainUnshared"] as const) {
    const kernels = kernelsOf(variant);
    const accumulator = new WasmAccumulator(
      kernels,
      new Helpers(0, join.toString()),
      new Float64Array(2),
    );
    accumulator.add(Float64Array.of(-1, 1 + 2 ** -29, x, x));
    const { scatter, stride } = accumulator.sums();
    sums[variant] = scatter[stride];
  }
  assertEquals(sums, { plainShared: 0, plainUnshared: 0 });
});

Deno.test("findKernels() prefers fused and shared kernels, and compiles them once", () => {
  const kernels = findKernels()!;
  assertEquals(kernels.relaxedSimd, true);
  assertEquals(kernels.shared, true);
  assertEquals(findKernels(), kernels);
});

Deno.test("the kernels are given a memory of zeros, of pages that hold what was asked for", () => {
  const { memory } = instantiate(findKernels()!, 65537, "a test");
  assertEquals(memory.buffer.byteLength, 131072);
  assert(new Uint8Array(memory.buffer).every((byte) => byte === 0));
});
