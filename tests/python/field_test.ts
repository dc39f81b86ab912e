import { assert } from "@std/assert";
import { adviceIn, FIELD, Field, follow, nameOf } from "../field.ts";
import { PYTHON } from "./python.ts";

/** Where python3 is the one of these tests. */
const PROGRAMS = new URL(".", PYTHON).pathname;

Deno.test("lines of Python in advice give the right number, or none", async (t) => {
  await using field = await Field.open([PROGRAMS]);
  for (const one of FIELD) {
    if (one.result === "number") continue;
    await t.step(nameOf(one), async () => {
      const { stderr } = await field.score([...one.args, one.input]);
      const lines = adviceIn(stderr).filter(({ command }) => command?.startsWith("python3"));
      for (const advice of lines) {
        const isRight = await follow(one, advice, field);
        assert(!one.advised || isRight !== false, `this does not lead to the number: ${stderr}`);
      }
    });
  }
});
