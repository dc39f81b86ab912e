import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

async function run(script: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-lock", script, ...args],
    cwd: ROOT,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

for (
  const [script, words] of [
    ["bench/main.ts", ["throughput", "--runs N", "--scale X", "docs/performance.md"]],
    ["bench/simulations/confidence.ts", ["--repetitions N", "--further", "docs/confidence.md"]],
  ] as const
) {
  Deno.test(`${script} says how it is used, with no permission, and runs nothing`, async () => {
    for (const flag of ["--help", "-h"]) {
      const { code, stdout, stderr } = await run(script, flag);
      assertEquals([code, stderr], [0, ""]);
      for (const word of words) assertStringIncludes(stdout, word);
      for (const line of stdout.split("\n")) assert([...line].length <= 80, line);
    }
    const wrong = await run(script, "--halp");
    assertEquals([wrong.code, wrong.stdout], [2, ""]);
    assertStringIncludes(wrong.stderr, "--halp");
    assertStringIncludes(wrong.stderr, "--help");
  });
}
