import { assertEquals, assertRejects } from "@std/assert";
import { type Contestant, fastest, takeTurns } from "../../bench/rounds.ts";

/** A contestant whose runs take these times; it writes its name into the log at each. */
function contestant(
  name: string,
  { role = "peer", seconds = [1], answer = 8, tolerance = 1e-4, log = [] as string[] } = {},
): Contestant {
  let run = 0;
  return {
    name,
    role,
    tolerance,
    measure() {
      log.push(name);
      return Promise.resolve({ seconds: seconds[run++ % seconds.length], answer });
    },
    stop() {
      log.push(`stop ${name}`);
      return Promise.resolve();
    },
  };
}

Deno.test("contestants take turns, and each round begins with the next one", async () => {
  const log: string[] = [];
  const three = ["a", "b", "c"].map((name) => contestant(name, { log }));
  await takeTurns(three, { runs: 3, expected: 8, warmUp: false });
  assertEquals(log.slice(0, 9).join(""), "abcbcacab");
  assertEquals(log.slice(9), ["stop a", "stop b", "stop c"]);
});

Deno.test("the first round is not counted", async () => {
  const [{ samples }] = await takeTurns([contestant("a", { seconds: [9, 1, 2] })], {
    runs: 2,
    expected: 8,
  });
  assertEquals(samples.map(({ seconds }) => seconds), [1, 2]);
});

Deno.test("a wrong answer ends the benchmark, with everything stopped", async () => {
  for (const answer of [8.01, 7.99, NaN]) {
    const log: string[] = [];
    const both = [contestant("right", { log }), contestant("wrong", { log, answer })];
    await assertRejects(
      () => takeTurns(both, { runs: 1, expected: 8 }),
      Error,
      `wrong computed ${answer} and not 8`,
    );
    assertEquals(log.slice(-2), ["stop right", "stop wrong"]);
  }
});

Deno.test("an answer within its tolerance counts", async () => {
  const near = contestant("near", { answer: 8.0007 });
  assertEquals((await takeTurns([near], { runs: 2, expected: 8 }))[0].samples.length, 2);
});

Deno.test("of several peers of one role the faster one is taken, by its median", async () => {
  const measured = await takeTurns([
    contestant("often slow", { seconds: [1, 5, 5] }),
    contestant("steady", { seconds: [4] }),
    contestant("another kind", { role: "other", seconds: [0.1] }),
  ], { runs: 3, expected: 8, warmUp: false });
  assertEquals(fastest(measured, "peer")?.contestant.name, "steady");
  assertEquals(fastest(measured, "missing"), undefined);
});
