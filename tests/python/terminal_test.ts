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

Deno.test("a file is read with a share and the time that is left, on one line of any terminal", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/rows.arrows`;
    const write = `deno run cli.ts generate --rows 400000 --dim 200 > ${file}`;
    const { shown } = await inTerminal(`${write}; deno run --allow-read cli.ts ${file}`, {
      TERMINAL_COLUMNS: "60",
    });
    assertMatch(shown, /\rESC\[K\d+ %, [\d,]+ rows/);
    assertMatch(shown, /\rESC\[K\d+ %, .*\d:\d\d left/);
    for (const [, line] of shown.matchAll(/ESC\[K([^\r]*)/g)) {
      const [progress] = line.split("ESC");
      if (progress.includes("rows, ")) assert(progress.length < 60, progress);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("help, a report and a comparison of long names fit a terminal of 60 columns", async () => {
  const folder = await Deno.makeTempDir({ prefix: "a-folder-with-quite-a-long-name-" });
  try {
    const names = ["one", "two"].map((name) => `${folder}/embeddings-of-run-${name}.arrows`);
    const write = names.map((name, seed) =>
      `deno run cli.ts generate --rows 500 --dim 16 --seed ${seed} > ${name}`
    );
    const rankme = "deno run --allow-read cli.ts";
    const lines = [
      `${rankme} help`,
      `${rankme} help select`,
      `${rankme} ${names[0]} --metrics all --ci`,
      `${rankme} compare ${names.join(" ")}`,
      `${rankme} cka ${names.join(" ")}`,
    ];
    const { shown } = await inTerminal(`${write.join("; ")}; ${lines.join("; ")}`, {
      TERMINAL_COLUMNS: "60",
      NO_COLOR: "1",
    });
    assertStringIncludes(shown, "RankMe ± 95 %");
    assertStringIncludes(shown, "CKA  ");
    // What is said on standard error a terminal breaks by itself.
    for (const line of shown.split("\n").filter((one) => !/rankme: |ESC/.test(one))) {
      assert([...line].length <= 60, line);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
