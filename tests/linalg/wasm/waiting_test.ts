import { assertEquals, assertThrows } from "@std/assert";
import type { KernelExports } from "../../../src/linalg/wasm/kernels_module.ts";
import { waitUntil } from "../../../src/linalg/wasm/waiting.ts";
import { withClock } from "./clock.ts";

/** Kernels that compute nothing, but can say that they failed and how far they are. */
function fakeKernels(progress: () => bigint = () => 0n) {
  let failed = 0;
  const exports: Partial<KernelExports> = {
    failed: () => failed,
    fail: () => void (failed = 1),
    progress,
  };
  return exports as KernelExports;
}

const MESSAGE = "a helper thread broke down, and with it the sums";

Deno.test("waitUntil() returns once it is done", () => {
  let calls = 0;
  waitUntil(fakeKernels(), () => ++calls === 3 ? 1 : 0);
  assertEquals(calls, 3);
});

Deno.test("waitUntil() refuses what failed before, also when it is done", () => {
  const kernels = fakeKernels();
  kernels.fail();
  assertThrows(() => waitUntil(kernels, () => 1), Error, MESSAGE);
});

Deno.test("waitUntil() refuses what fails while it waits", () => {
  const kernels = fakeKernels();
  assertThrows(
    () =>
      waitUntil(kernels, () => {
        kernels.fail();
        return 1;
      }),
    Error,
    MESSAGE,
  );
});

Deno.test("waitUntil() waits for half a minute without progress and no longer", () => {
  let seconds = 0;
  const kernels = fakeKernels();
  const waiting = () =>
    waitUntil(kernels, () => {
      seconds++;
      return 0;
    });
  assertThrows(() => withClock(() => seconds * 1000, waiting), Error, MESSAGE);
  // From the end of the first second on, when progress was looked at first.
  assertEquals(seconds, 1 + 30 + 1);
  assertEquals(kernels.failed(), 1);
});

Deno.test("waitUntil() waits for as long as there is progress", () => {
  let seconds = 0;
  const kernels = fakeKernels(() => BigInt(Math.floor(seconds / 29)));
  const waiting = () => waitUntil(kernels, () => ++seconds === 1000 ? 1 : 0);
  withClock(() => seconds * 1000, waiting);
  assertEquals(seconds, 1000);
});

Deno.test("waitUntil() sleeps no longer than its patience", () => {
  for (const [patience, nap] of [[5, 5], [30_000, 100]]) {
    waitUntil(fakeKernels(), (milliseconds) => {
      assertEquals(milliseconds, nap);
      return 1;
    }, patience);
  }
});
