import { assertEquals, assertThrows } from "@std/assert";
import { waitUntil } from "../../../src/linalg/threads/waiting.ts";
import { withClock } from "../wasm/clock.ts";

/** A team that does nothing, but can say that it failed and how far it is. */
function fakeTeam(progress: () => bigint = () => 0n) {
  let failed = 0;
  return { failed: () => failed, fail: () => void (failed = 1), progress };
}

const MESSAGE = "a helper thread broke down, and with it the sums";

Deno.test("waitUntil() returns once it is done", () => {
  let calls = 0;
  waitUntil(fakeTeam(), () => ++calls === 3 ? 1 : 0);
  assertEquals(calls, 3);
});

Deno.test("waitUntil() refuses what failed before, also when it is done", () => {
  const team = fakeTeam();
  team.fail();
  assertThrows(() => waitUntil(team, () => 1), Error, MESSAGE);
});

Deno.test("waitUntil() refuses what fails while it waits", () => {
  const team = fakeTeam();
  assertThrows(
    () =>
      waitUntil(team, () => {
        team.fail();
        return 1;
      }),
    Error,
    MESSAGE,
  );
});

Deno.test("waitUntil() waits for half a minute without progress and no longer", () => {
  let seconds = 0;
  const team = fakeTeam();
  const waiting = () =>
    waitUntil(team, () => {
      seconds++;
      return 0;
    });
  assertThrows(() => withClock(() => seconds * 1000, waiting), Error, MESSAGE);
  // From the end of the first second on, when progress was looked at first.
  assertEquals(seconds, 1 + 30 + 1);
  assertEquals(team.failed(), 1);
});

Deno.test("waitUntil() waits for as long as there is progress", () => {
  let seconds = 0;
  const team = fakeTeam(() => BigInt(Math.floor(seconds / 29)));
  const waiting = () => waitUntil(team, () => ++seconds === 1000 ? 1 : 0);
  withClock(() => seconds * 1000, waiting);
  assertEquals(seconds, 1000);
});

Deno.test("waitUntil() sleeps no longer than its patience", () => {
  for (const [patience, nap] of [[5, 5], [30_000, 100]]) {
    waitUntil(fakeTeam(), (milliseconds) => {
      assertEquals(milliseconds, nap);
      return 1;
    }, patience);
  }
});
