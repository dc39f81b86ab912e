/**
 * Computes with a helper that breaks down in the way that the first argument names, and prints what
 * came of it. The second argument says what is computed: `sums` or `eigenvalues`.
 */
import { Helpers, type SharedWork } from "../../../src/linalg/threads/helpers.ts";
import { WasmAccumulator } from "../../../src/linalg/wasm/accumulator.ts";
import { wasmEigenvalues } from "../../../src/linalg/wasm/eigenvalues.ts";
import { findKernels, join, type KernelInstance } from "../../../src/linalg/wasm/kernels_module.ts";
import { withClock } from "./clock.ts";

/**
 * CURSOR, PACK_CURSOR, SUBMITTED and ENGAGEMENT of assembly/layout.as.ts: takes a task as a helper
 * does, the first of a step or that of packing the first panel, and no more.
 */
const TAKE_TASK = `
const takeTask = (memory, engagement) => {
  const words = new Int32Array(memory.buffer), cursors = new BigInt64Array(memory.buffer);
  const step = 64 / 8, pack = 320 / 8;
  while (Atomics.load(words, 512 / 4) === engagement) {
    const seen = Atomics.load(cursors, step);
    const inStep = (seen & 0xfffffn) < (seen >> 20n & 0xfffffn);
    if (inStep && Atomics.compareExchange(cursors, step, seen, seen + 1n) === seen) return;
    const submitted = Atomics.load(words, 384 / 4) > 0;
    if (submitted && Atomics.compareExchange(cursors, pack, 0n, 1n) === 0n) return;
  }
};`;

const PROGRAMS: Readonly<Record<string, string | undefined>> = {
  // The real program.
  "traps": undefined,
  "throws inside a task": `${TAKE_TASK}
    onmessage = ({ data: { module, memory, engagement } }) => {
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      takeTask(memory, engagement);
      exports.fail();
    };`,
  "drops a task": `${TAKE_TASK}
    onmessage = ({ data: { memory, engagement } }) => takeTask(memory, engagement);`,
  "never comes back": `${TAKE_TASK}
    onmessage = ({ data: { memory, engagement } }) => {
      takeTask(memory, engagement);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    };`,
  "throws at start": `throw new Error("on purpose");`,
};

/**
 * Kernels whose `serve` is `unreachable` and whose `fail` stores 1 at 516, which is FAILED:
 *
 * (module (import "env" "memory" (memory 1 65536 shared))
 *   (func (export "serve") (param i32) unreachable)
 *   (func (export "fail") (i32.atomic.store (i32.const 516) (i32.const 1))))
 */
// deno-fmt-ignore
const TRAPPING = new WebAssembly.Module(Uint8Array.of(
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
  0x01, 0x08, 0x02, 0x60, 0x01, 0x7f, 0x00, 0x60, 0x00, 0x00,
  0x02, 0x12, 0x01, 0x03, 0x65, 0x6e, 0x76, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79,
  0x02, 0x03, 0x01, 0x80, 0x80, 0x04,
  0x03, 0x03, 0x02, 0x00, 0x01,
  0x07, 0x10, 0x02, 0x05, 0x73, 0x65, 0x72, 0x76, 0x65, 0x00, 0x00,
  0x04, 0x66, 0x61, 0x69, 0x6c, 0x00, 0x01,
  0x0a, 0x11, 0x02, 0x03, 0x00, 0x00, 0x0b,
  0x0b, 0x00, 0x41, 0x84, 0x04, 0x41, 0x01, 0xfe, 0x17, 0x02, 0x00, 0x0b,
));

/** Helpers that tell where they were called to, and may be sent another module than is at work there. */
class BrokenHelpers extends Helpers {
  instance: KernelInstance | undefined;
  #work: SharedWork | undefined;
  override engage(instance: KernelInstance): void {
    this.instance = instance;
    const invitation = { ...instance.invitation, ...how === "traps" && { module: TRAPPING } };
    super.engage(this.#work ??= { ...instance, invitation });
  }
}

/** A minute passes in 20 ms, so that patience ends soon. */
function inHaste<T>(run: () => T): T {
  const start = performance.now(), real = performance.now.bind(performance);
  return withClock(() => start + (real() - start) * 3000, run);
}

function outcome(run: () => unknown): string {
  try {
    inHaste(run);
    return "no error";
  } catch (error) {
    return (error as Error).message;
  }
}

const [how, what] = Deno.args;
const kernels = findKernels()!;
const helpers = new BrokenHelpers(1, join.toString(), PROGRAMS[how]);
const outcomes: Record<string, string> = {};

if (what === "eigenvalues") {
  // So many steps that a helper comes while they are under way.
  const order = 2000;
  outcomes.values = outcome(() =>
    wasmEigenvalues(kernels, helpers, order, (matrix, stride) => {
      for (let i = 0; i < order; i++) {
        for (let j = 0; j <= i; j++) matrix[i * stride + j] = 1 / (1 + i - j);
      }
    })
  );
} else {
  // A buffer full of rows: helpers are called for it, and nobody else adds it up meanwhile.
  const dim = 200, rows = new Float32Array(1536 * dim).fill(1);
  const accumulator = new WasmAccumulator(kernels, helpers, new Float64Array(dim));
  accumulator.add(rows);
  const { exports } = helpers.instance!;
  if (how === "throws at start") outcomes.before = outcome(() => accumulator.sums());
  // Until it has taken its task, or never came to take one.
  const idle = () => how === "throws at start" || exports.progress() === 0n;
  while (!exports.failed() && idle()) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  outcomes.sums = outcome(() => accumulator.sums());
  outcomes.again = outcome(() => accumulator.sums());
  outcomes.add = outcome(() => {
    for (let time = 0; time < 3; time++) accumulator.add(rows);
  });
}
outcomes.release = outcome(() => helpers.release());
console.log(JSON.stringify(outcomes));
// A thread that never comes back cannot be ended otherwise.
if (how === "never comes back") Deno.exit();
