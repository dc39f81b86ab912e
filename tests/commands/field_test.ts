import { assert, assertEquals } from "@std/assert";
import { adviceIn, assertRight, FIELD, Field, type FieldCase, follow, nameOf } from "../field.ts";

/** What a shell on Windows has not, and what is tried where Python is. */
const isWindows = Deno.build.os === "windows", needsPython = /\bpython3\b/;

/** The programs of a line, as a shell starts them. */
function programsOf(command: string): string[] {
  return command.split(/ \| | && /).map((part) => part.split(" ")[0]);
}

async function assertExpected(one: FieldCase, field: Field): Promise<string | undefined> {
  const outcome = await field.score([...one.args, one.input]);
  const isScored = one.result === "either" ? outcome.status === 0 : one.result === "number";
  if (isScored) {
    assertRight(one, outcome);
    return undefined;
  }
  assertEquals([outcome.status, outcome.rankMe], [3, undefined], outcome.stderr);
  return outcome.stderr;
}

Deno.test("an input as people have it gives the right number or none, and so does all advice", async (t) => {
  await using field = await Field.open();
  for (const one of FIELD) {
    await t.step(nameOf(one), async () => {
      const message = await assertExpected(one, field);
      if (message === undefined) return;
      const outcomes: (boolean | undefined)[] = [];
      for (const advice of adviceIn(message)) {
        const { command } = advice;
        const isHere = command === undefined || !isWindows && !needsPython.test(command) &&
            (await Promise.all(programsOf(command).map((name) => field.has(name)))).every(Boolean);
        outcomes.push(isHere ? await follow(one, advice, field) : undefined);
      }
      const mayHaveLed = outcomes.some((isRight) => isRight !== false);
      assert(!one.advised || mayHaveLed, `nothing here leads to the number: ${message}`);
    });
  }
});
