import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PYTHON, ROOT } from "./python.ts";

/** Runs a shell line in a terminal. */
async function inTerminal(line: string, env: Record<string, string> = {}) {
  const { code, stdout } = await new Deno.Command(PYTHON, {
    args: ["tests/python/in_terminal.py", "sh", "-c", line],
    cwd: ROOT,
    env: {
      PATH: `${new URL(".", `file://${Deno.execPath()}`).pathname}:${Deno.env.get("PATH")}`,
      ...env,
    },
    clearEnv: env.NO_COLOR === undefined,
  }).output();
  const shown = new TextDecoder().decode(stdout).replaceAll("\r\n", "\n").replaceAll("\x1b", "ESC");
  return { status: code, shown };
}

const rows = "deno run cli.ts generate --rows 40000 --dim 200";

Deno.test("in a terminal, with nothing piped and no input, it shows the help", async () => {
  const { status, shown } = await inTerminal("deno run cli.ts");
  assertEquals(status, 0);
  assertStringIncludes(shown, "producer | rankme");
  const score = await inTerminal("deno run cli.ts score");
  assertStringIncludes(score.shown, "--column NAME");
});

Deno.test("in a terminal, a flag without an input is no call for help but wrong usage", async () => {
  for (
    const [line, message] of [
      ["--fail-under 50", "there is no input"],
      ["score --quiet", "there is no input"],
      ["cka", "cka compares two inputs, and there is none"],
      ["cka --column 'layer*'", "there is no input"],
      ["compare --json", "nothing to compare"],
      ["select --quiet", "select takes one manifest, and there is none"],
    ]
  ) {
    const { status, shown } = await inTerminal(`deno run cli.ts ${line}`);
    assertEquals(status, 2, line);
    assertStringIncludes(shown, message);
  }
});

Deno.test("generate refuses to fill a terminal with bytes", async () => {
  const { status, shown } = await inTerminal("deno run cli.ts generate");
  assertEquals(status, 2);
  assertStringIncludes(shown, "pipe it on or write it to a file");
});

Deno.test("a terminal gets colours, a spectrum, and a progress line that is taken away", async () => {
  const { shown } = await inTerminal(`${rows} | deno run cli.ts --every 15000`);
  assertMatch(shown, /\rESC\[K[\d,]+ rows, \d+ MB\/s/);
  assertMatch(shown, /\rESC\[K[\d,]+ rows, \d+ MB\/s, RankMe \d/);
  const last = shown.slice(shown.lastIndexOf("ESC[K") + 5);
  assertMatch(last, /ESC\[1mRankMe {2}\d+/);
  assertMatch(last, /spectrum.*[▁▂▃▄▅▆▇█]{40}/);
  assert(!last.includes("MB/s"));
});

Deno.test("--quiet shows no progress, NO_COLOR no colours", async () => {
  assert(!(await inTerminal(`${rows} | deno run cli.ts --quiet`)).shown.includes("MB/s"));
  const { shown } = await inTerminal(`${rows} | deno run cli.ts`, { NO_COLOR: "1" });
  assertStringIncludes(shown, "RankMe");
  assert(!shown.includes("ESC[1m"));
});

Deno.test("piped results are plain, however much of a terminal stderr is", async () => {
  const { shown } = await inTerminal(`${rows} | deno run cli.ts | cat`);
  assert(!shown.includes("ESC[1m"));
});
