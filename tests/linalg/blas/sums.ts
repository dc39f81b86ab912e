/**
 * Sums on several threads of a native BLAS, held against the reference's; run by the tests with
 * permissions of its own.
 *
 * Arguments: the library's path, the number of threads, and `broken` where helpers are to be told of
 * another library, which is not there; `unheard` where they are let go before that is heard of.
 */
import { BlasAccumulator } from "../../../src/linalg/blas/accumulator.ts";
import { JOIN_BLAS_TEAM } from "../../../src/linalg/blas/joining.ts";
import { loadLibrary } from "../../../src/linalg/blas/library.ts";
import { referenceBackend } from "../../../src/linalg/reference/backend.ts";
import { Helpers } from "../../../src/linalg/threads/helpers.ts";
import { integers } from "../matrices.ts";

const [path, threads, how] = Deno.args;
const DIM = 300, ROWS = 6000;

const loaded = loadLibrary(path, Number(threads));
const library = how === "broken" || how === "unheard"
  ? { ...loaded, invitation: { ...loaded.invitation, path: `${path}.nowhere` } }
  : loaded;
const helpers = new Helpers(Number(threads) - 1, JOIN_BLAS_TEAM);
const pivot = integers(1, DIM, 9), rows = integers(2, ROWS * DIM, 9);
const accumulator = new BlasAccumulator(() => library, helpers, pivot);
const expected = referenceBackend.accumulator(pivot);

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return (error as Error).message;
  }
}

/** Adds all rows and compares, number by number: they are whole, so sums round nowhere. */
function compare(): string {
  for (const sums of [accumulator, expected]) {
    for (let at = 0; at < rows.length; at += 700 * DIM) sums.add(rows.subarray(at, at + 700 * DIM));
  }
  const ours = accumulator.sums(), theirs = expected.sums();
  for (let i = 0; i < DIM; i++) {
    if (ours.sum[i] !== theirs.sum[i]) return `sum ${i} differs`;
    for (let j = 0; j <= i; j++) {
      if (ours.scatter[i * ours.stride + j] !== theirs.scatter[i * theirs.stride + j]) {
        return `entry (${i}, ${j}) differs`;
      }
    }
  }
  return "the same";
}

if (how === "unheard") {
  accumulator.add(rows);
  // A thread that waits so hears of nothing.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  const start = performance.now();
  helpers.release();
  // Half a minute is the patience with one that does not come back.
  console.log(JSON.stringify({ promptly: performance.now() - start < 10_000 }));
  Deno.exit();
}

const first = outcome(compare);
// Helpers come to serve, or to grief, meanwhile.
await new Promise((resolve) => setTimeout(resolve, 300));
const second = outcome(compare);
const release = outcome(() => helpers.release());
console.log(JSON.stringify({ first, second, release: release ?? "no error" }));
