import { assertEquals } from "@std/assert";
import { runProgram } from "./run_program.ts";

const REFUSED = "a helper thread broke down, and with it the sums";

// Each is a process of its own, which must end: no thread may keep it alive.

for (
  const how of ["traps", "throws inside a task", "drops a task", "never comes back"] as const
) {
  Deno.test(`a helper that ${how} ends sums in an error, each time they are asked for`, async () => {
    assertEquals(await runProgram("broken_helper.ts", how, "sums"), {
      sums: REFUSED,
      again: REFUSED,
      add: REFUSED,
      release: "no error",
    });
  });
}

Deno.test("a helper that throws at start spoils no sums before that is known, and ends all after", async () => {
  assertEquals(await runProgram("broken_helper.ts", "throws at start", "sums"), {
    before: "no error",
    sums: REFUSED,
    again: REFUSED,
    add: REFUSED,
    release: "no error",
  });
});

for (const how of ["throws inside a task", "drops a task", "never comes back"] as const) {
  Deno.test(`a helper that ${how} ends a decomposition in an error`, async () => {
    assertEquals(await runProgram("broken_helper.ts", how, "eigenvalues"), {
      values: REFUSED,
      release: "no error",
    });
  });
}
