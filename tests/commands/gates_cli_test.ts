import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { FUNCTION_NAMES } from "../../src/metrics/expressions/functions.ts";
import { runBlock, shellBlocks } from "../package/readme.ts";
import { arrowBytes } from "./arrow_bytes.ts";
import { type CliRun, runCli, startCli } from "./run_cli.ts";

/** Orthogonal rows of lengths 3, 2 and 1, which are the singular values. */
const ROWS = Float64Array.of(3, 0, 0, 0, 2, 0, 0, 0, 1);

/** Runs with a standard input that never ends: whoever reads it waits for ever. */
async function runUnfed(args: readonly string[], permissions?: readonly string[]): Promise<CliRun> {
  const child = startCli(args, permissions);
  const { code, stdout, stderr } = await child.output();
  await child.stdin.close().catch(() => {});
  const decoder = new TextDecoder();
  return { status: code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("--metric puts numbers into the report, without any permission", async () => {
  const run = await runCli(
    [
      "--json",
      "--metric",
      "gap=log(lambda[1]/lambda[2])",
      "--metric=half = gap / n * effectiveRank",
    ],
    { stdin: await arrowBytes(ROWS, 3) },
  );
  assertEquals([run.status, run.stderr], [0, ""]);
  const { metrics } = JSON.parse(run.stdout);
  assertEquals(Object.keys(metrics), ["effectiveRank", "gap", "half"]);
  assertAlmostEquals(metrics.gap, Math.log(9 / 4), 1e-12);
  assertAlmostEquals(metrics.half, Math.log(9 / 4) / 3 * metrics.effectiveRank, 1e-12);
});

Deno.test("--metric follows the convention's centring", async () => {
  const stdin = await arrowBytes(Float64Array.of(5, 0, 7, 0), 2);
  const run = await runCli(["--json", "--center", "--metric=a=lambda[1]"], { stdin });
  assertAlmostEquals(JSON.parse(run.stdout).metrics.a, 2, 1e-12);
});

Deno.test("a --metric that the data have no number for is left out with a warning", async () => {
  const run = await runCli(
    ["--json", "--metric=a=lambda[4]", "--metric=b=log(n - 3)"],
    { stdin: await arrowBytes(ROWS, 3) },
  );
  const { metrics, warnings } = JSON.parse(run.stdout);
  assertEquals(Object.keys(metrics), ["effectiveRank"]);
  const expected = [
    "a is left out: there is no element 4 where there are 3",
    "b is left out: it is -Infinity",
  ];
  assertEquals(warnings, expected);
  assertEquals(run.stderr, expected.map((line) => `rankme: warning: ${line}\n`).join(""));
  assertEquals(run.status, 0);
});

Deno.test("--metric has an interval with --ci", async () => {
  const data = Float64Array.from({ length: 200 * 3 }, (_, i) => Math.sin(i * i));
  const stdin = await arrowBytes(data, 3);
  const run = await runCli(["--json", "--ci", "--metric=a=exp(-sum(p .* log(p)))"], { stdin });
  const { rankMe, metrics, confidence } = JSON.parse(run.stdout);
  assertAlmostEquals(metrics.a, rankMe, 1e-12);
  assertAlmostEquals(confidence.metrics.a.low, confidence.low, 1e-9);
});

Deno.test("a wrong --metric or --fail-if shows the place, and nothing is read", async () => {
  const metric = await runUnfed(["--metric", "gap=log(lambda[1]/lambda[2]"]);
  assertEquals([metric.status, metric.stdout, metric.stderr], [
    2,
    "",
    "rankme: --metric gap: parenthesis ) expected\n" +
    "    log(lambda[1]/lambda[2]\n" +
    "                           ^\n",
  ]);
  const condition = await runUnfed(["--fail-if", "rankMe < lamda"]);
  assertEquals(condition.status, 2);
  assertStringIncludes(condition.stderr, '--fail-if: there is no "lamda"; there are rankMe, rows');
  const metrics = await runUnfed(["--fail-if", "explainedVariance90 > 9", "--metrics=stableRank"]);
  assertStringIncludes(metrics.stderr, "pass --metrics explainedVariance\n");
});

Deno.test("gates end with status 1 and a line each, after the report", async () => {
  const stdin = await arrowBytes(ROWS, 3);
  const flags = [
    "--fail-under=2.9",
    "--fail-if=n < d",
    "--fail-if=n == 3 and a > 1",
    "--metric=a=d",
  ];
  const run = await runCli(["--json", ...flags], { stdin });
  assertEquals(run.status, 1);
  assertEquals(JSON.parse(run.stdout).rows, 3);
  assertEquals(
    run.stderr,
    "rankme: RankMe 2.749 is under 2.9 (--fail-under)\n" +
      "rankme: 'n == 3 and a > 1' holds, with n 3, a 3 (--fail-if)\n",
  );
  // exp of the entropy of (1/2, 1/3, 1/6), by hand.
  const entropy = Math.log(2) / 2 + Math.log(3) / 3 + Math.log(6) / 6;
  assertAlmostEquals(JSON.parse(run.stdout).rankMe, Math.exp(entropy), 1e-5);
  assertEquals((await runCli(["--fail-under=2.7", "--fail-if=n > 3"], { stdin })).status, 0);
});

Deno.test("a gate is judged though nobody reads the report", async () => {
  const stdin = await arrowBytes(ROWS, 3);
  for (const flags of [[], ["--json"], ["--json", "--every=1"]]) {
    const child = startCli(["--fail-under=2.9", ...flags]);
    await child.stdout.cancel();
    const input = child.stdin.getWriter();
    await input.write(stdin);
    await input.close();
    const [stderr, { code }] = await Promise.all([
      new Response(child.stderr).text(),
      child.status,
    ]);
    assertEquals([code, stderr], [1, "rankme: RankMe 2.749 is under 2.9 (--fail-under)\n"]);
  }
});

Deno.test("each of several --fail-under is judged", async () => {
  const stdin = await arrowBytes(ROWS, 3);
  for (
    const flags of [["--fail-under=2.9", "--fail-under=1"], ["--fail-under=1", "--fail-under=2.9"]]
  ) {
    const { status, stderr } = await runCli(flags, { stdin });
    assertEquals([status, stderr], [1, "rankme: RankMe 2.749 is under 2.9 (--fail-under)\n"]);
  }
});

Deno.test("gates that passed are in the JSON, and on the screen with --verbose", async () => {
  const stdin = await arrowBytes(ROWS, 3);
  const run = await runCli(["--json", "--verbose", "--fail-under=2.7", "--fail-if=n > 2"], {
    stdin,
  });
  assertEquals(run.status, 1);
  assertEquals(JSON.parse(run.stdout).gates, [
    { gate: "--fail-under 2.7", passed: true, found: "RankMe 2.749 is not under 2.7" },
    { gate: "--fail-if n > 2", passed: false, found: "'n > 2' holds, with n 3" },
  ]);
  assertStringIncludes(run.stderr, "passed: RankMe 2.749 is not under 2.7 (--fail-under)\n");
  const quiet = await runCli(["--fail-under=2.7"], { stdin });
  assertEquals([quiet.status, quiet.stderr], [0, ""]);
  assertEquals("gates" in JSON.parse((await runCli(["--json"], { stdin })).stdout), false);
});

Deno.test("along the way each report has its own verdicts, where it can be judged", async () => {
  const stdin = await arrowBytes(ROWS, 3);
  const flags = ["--json", "--every=1", "--metric=a=lambda[3]", "--quiet"];
  const run = await runCli([...flags, "--fail-if=a < 1", "--fail-if=n < 2"], { stdin });
  const reports = run.stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(
    reports.map(({ gates }) => gates?.map(({ passed }: { passed: boolean }) => passed)),
    [
      undefined,
      undefined,
      [true, true],
    ],
  );
  assertEquals(run.status, 0);
});

Deno.test("a gate on a number that is left out is an error and no success", async () => {
  const run = await runCli(["--quiet", "--metric=a=lambda[4]", "--fail-if=a < 1"], {
    stdin: await arrowBytes(ROWS, 3),
  });
  assertEquals(run.status, 2);
  assertStringIncludes(run.stderr, "'a < 1' cannot be judged: there is no a (--fail-if)");
});

Deno.test("--baseline takes what --json printed, of parts and with --every as well", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const data = Float64Array.from({ length: 300 * 4 }, (_, i) => Math.sin(i * i));
    // The same with less in two of the four directions.
    const worse = data.map((value, i) => i % 4 < 2 ? value / 100 : value);
    const [good, bad] = [await arrowBytes(data, 4), await arrowBytes(worse, 4)];
    const permissions = [`--allow-read=${folder}`];
    for (
      const [flags, failures] of [
        [[], [/^rankme: RankMe \S+ is \S+ % under the baseline \S+ \(--max-drop 5%\)\n$/]],
        [["--ci"], [/^rankme: RankMe \S+ is \S+ % under the baseline \S+ \(--max-drop 5%\)\n$/]],
        [["--every=100"], [/^rankme: RankMe \S+ is \S+ % under/]],
        [["--normalize", "--dims=3,4"], [
          /^rankme: RankMe \S+ of dims 0:3 is .+\n.+ of dims 0:4 is .+\n$/,
        ]],
      ] as const
    ) {
      const baseline = `${folder}/baseline.json`;
      const { stdout } = await runCli(["--json", ...flags], { stdin: good });
      await Deno.writeTextFile(baseline, stdout);
      const gate = [...flags, "--quiet", "--baseline", baseline, "--max-drop=5%"];
      const same = await runCli(gate, { stdin: good, permissions });
      assertEquals([same.status, same.stderr], [0, ""], flags.join(" "));
      const dropped = await runCli(gate, { stdin: bad, permissions });
      assertEquals(dropped.status, 1);
      for (const failure of failures) assert(failure.test(dropped.stderr), dropped.stderr);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a baseline that may not be read, or fits another score, ends before reading", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const baseline = `${folder}/baseline.json`;
    const { stdout } = await runCli(["--json"], { stdin: await arrowBytes(ROWS, 3) });
    await Deno.writeTextFile(baseline, stdout);
    const flags = ["--baseline", baseline, "--max-drop=5%"];
    const denied = await runUnfed(flags);
    assertEquals(denied.status, 2);
    assertStringIncludes(denied.stderr, `${baseline}: Deno was not allowed to read this file`);
    const permissions = [`--allow-read=${folder}`];
    const unlike = await runUnfed([...flags, "--convention=reptrix"], permissions);
    assertEquals([unlike.status, unlike.stdout], [2, ""]);
    assertStringIncludes(unlike.stderr, "it is of the convention paper, and this score is of");
    await Deno.writeTextFile(baseline, stdout.slice(0, 100));
    const cut = await runUnfed(flags, permissions);
    assertEquals([cut.status, cut.stdout], [3, ""]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const PAGE = "docs/gates.md";

for (const block of await shellBlocks(PAGE)) {
  const [first] = block.commands.split("\n");
  Deno.test({
    name: `the page's commands work: ${first} …`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const { status, stderr } = await runBlock(block);
      assertEquals(status, 0, stderr);
    },
  });
}

Deno.test("the page names each function there is, and no other", async () => {
  const page = await Deno.readTextFile(new URL(`../../${PAGE}`, import.meta.url));
  const [, list] = /^- Functions: ([^]*?)\. Those/m.exec(page)!;
  assertEquals([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name), [...FUNCTION_NAMES]);
});
