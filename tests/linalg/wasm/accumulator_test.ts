import { assert, assertEquals } from "@std/assert";
import type { EmbeddingData } from "../../../src/batch.ts";
import type { Backend, ShiftedSums } from "../../../src/linalg/backend.ts";
import { Helpers } from "../../../src/linalg/threads/helpers.ts";
import { WasmAccumulator } from "../../../src/linalg/wasm/accumulator.ts";
import { wasmBackend } from "../../../src/linalg/wasm/backend.ts";
import {
  findKernels,
  instantiate,
  join,
  type KernelInstance,
} from "../../../src/linalg/wasm/kernels_module.ts";
import { gaussian, integers } from "../matrices.ts";
import { assertSameSums, copied, naiveSums } from "../sums.ts";

const KERNELS = findKernels()!;

/** Rows of so many columns fill both buffers between threads. */
const DIM = 200, BUFFER_ROWS = 1536;

function withThreads(threads: number, test: (backend: Backend) => void): void {
  const backend = wasmBackend({ threads });
  try {
    test(backend);
  } finally {
    backend.release();
  }
}

function sumsOf(
  backend: Backend,
  pivot: Float64Array,
  rows: EmbeddingData,
  chunk: number,
): ShiftedSums {
  const accumulator = backend.accumulator(pivot), length = chunk * pivot.length;
  for (let at = 0; at < rows.length; at += length) {
    accumulator.add(rows.subarray(at, at + length));
  }
  return copied(accumulator.sums());
}

/** Helpers that tell whom they help. */
class SeenHelpers extends Helpers {
  instance: KernelInstance | undefined;
  override engage(instance: KernelInstance): void {
    this.instance = instance;
    super.engage(instance);
  }
}

/** Waits, without any help, until helpers have added so many panels. */
function waitForHelpers({ exports }: KernelInstance, panels: number): void {
  const start = performance.now();
  while (!exports.completed(panels)) {
    assert(performance.now() - start < 20_000, "no helper has come");
  }
}

Deno.test("helpers follow from one memory to the next and back", () => {
  const helpers = new SeenHelpers(1, join.toString());
  const rows = integers(2, BUFFER_ROWS * DIM, 100), pivot = new Float64Array(DIM);
  const expected = naiveSums(pivot, rows);
  const states = [1, 2, 3].map(() => new WasmAccumulator(KERNELS, helpers, pivot));
  for (const accumulator of states) {
    accumulator.add(rows);
    // Only a helper that has left the memory before can have come.
    waitForHelpers(helpers.instance!, 1);
  }
  for (const accumulator of states) assertSameSums(accumulator.sums(), expected, "each");
  helpers.release();
});

Deno.test("the sums of fractions are the same bits on any number of threads, in chunks of any size", () => {
  for (const [dim, count] of [[5, 20_000], [DIM, 2 * BUFFER_ROWS + 77], [385, 1000]]) {
    const rows = gaussian(dim, count * dim), pivot = gaussian(-dim, dim);
    const expected = sumsOf(wasmBackend(), pivot, rows, count);
    for (const threads of [1, 2, 3, 4]) {
      withThreads(threads, (backend) => {
        for (const chunk of [count, 1, 100, 257, 5000]) {
          assertSameSums(
            sumsOf(backend, pivot, rows, chunk),
            expected,
            `${count} × ${dim} on ${threads} threads in chunks of ${chunk}`,
          );
        }
      });
    }
  }
});

Deno.test("threads never add a panel twice, or half, or leave it out", () => {
  // Many short sums: steps of few tasks, whose ends are where threads meet.
  for (const threads of [2, 3, 4]) {
    withThreads(threads, (backend) => {
      for (const dim of [1, 33, 90]) {
        const bufferRows = dim > 32 ? Math.ceil(2 ** 20 / (dim * 1024)) * 256 : 8192;
        const rows = integers(dim, (2 * bufferRows + 300) * dim, 100);
        const data = Float32Array.from(rows), pivot = integers(-dim, dim, 100);
        const expected = naiveSums(pivot, rows);
        for (let time = 0; time < 25; time++) {
          const what = `${dim} columns on ${threads} threads, time ${time}`;
          assertSameSums(sumsOf(backend, pivot, data, 1000 + time), expected, what);
        }
      }
    });
  }
});

Deno.test("helpers add rows while the thread that handed them in does something else", () => {
  const helpers = new SeenHelpers(2, join.toString());
  const rows = integers(1, BUFFER_ROWS * DIM, 100), pivot = new Float64Array(DIM);
  const accumulator = new WasmAccumulator(KERNELS, helpers, pivot);
  accumulator.add(rows);
  waitForHelpers(helpers.instance!, BUFFER_ROWS / 256);
  assertSameSums(accumulator.sums(), naiveSums(pivot, rows), "what helpers added");
  // They sleep by then, and have to be woken.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  accumulator.add(rows);
  waitForHelpers(helpers.instance!, 2 * BUFFER_ROWS / 256);
  helpers.release();
});

Deno.test("a panel that is handed in just when the one before is done is not forgotten", () => {
  const helpers = new SeenHelpers(1, join.toString());
  const accumulator = new WasmAccumulator(KERNELS, helpers, new Float64Array(1));
  accumulator.add(new Float32Array(8192));
  const instance = helpers.instance!, { exports } = instance;
  const source = instance.memory.buffer.byteLength - 65536;
  for (const start = performance.now(); performance.now() - start < 500;) {
    waitForHelpers(instance, exports.submitted());
    // A little later each time, so as to meet the helper at every point of its way out.
    for (let delay = exports.submitted() % 300; delay > 0; delay--) exports.failed();
    exports.submit(source, 1, 4);
  }
  waitForHelpers(instance, exports.submitted());
  helpers.release();
});

Deno.test("helpers that are called away from a task finish it", () => {
  const idle = instantiate(KERNELS, 65536, "nothing");
  const rows = integers(3, 2 * BUFFER_ROWS * DIM, 100), pivot = new Float64Array(DIM);
  const expected = naiveSums(pivot, rows);
  for (let time = 0; time < 5; time++) {
    const helpers = new SeenHelpers(2, join.toString());
    const accumulator = new WasmAccumulator(KERNELS, helpers, pivot);
    accumulator.add(rows);
    waitForHelpers(helpers.instance!, 1);
    helpers.engage(idle);
    helpers.release();
    assertSameSums(accumulator.sums(), expected, `time ${time}`);
  }
});

Deno.test("release() while rows are queued loses none, whether helpers have come or not", () => {
  const rows = integers(4, 2 * BUFFER_ROWS * DIM, 100), pivot = new Float64Array(DIM);
  const expected = naiveSums(pivot, rows);
  for (const late of [true, false]) {
    const helpers = new SeenHelpers(3, join.toString());
    for (let time = 0; time < 3; time++) {
      const accumulator = new WasmAccumulator(KERNELS, helpers, pivot);
      accumulator.add(rows);
      if (!late) waitForHelpers(helpers.instance!, 1);
      helpers.release();
      assertSameSums(accumulator.sums(), expected, "after release()");
      // And on it goes, with new threads.
      accumulator.sums().sum.fill(0);
      accumulator.sums().scatter.fill(0);
      accumulator.add(rows);
      helpers.release();
      helpers.release();
      assertSameSums(accumulator.sums(), expected, "after another");
    }
  }
});

Deno.test("sums that no one holds any more make room for others", () => {
  // 600 times 32 MB, which neither memory nor the addresses of one process can hold.
  withThreads(2, (backend) => {
    const rows = new Float32Array(2048 * 3).fill(1);
    for (let time = 0; time < 600; time++) {
      const accumulator = backend.accumulator(new Float64Array(2048));
      accumulator.add(rows);
      if (time % 100 === 0) assertEquals(accumulator.sums().sum[2047], 3);
    }
  });
});
