import {
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { runCli, startCli } from "./run_cli.ts";

/** Runs `generate` into `score`, through real pipes. */
async function generateAndScore(flags: readonly string[], scoreFlags: readonly string[] = []) {
  const producer = startCli(["generate", ...flags]);
  await producer.stdin.close();
  const run = await runCli(["--json", ...scoreFlags], { stdin: producer.stdout });
  assertEquals([run.status, run.stderr], [0, ""]);
  assertEquals(await new Response(producer.stderr).text(), "");
  assertEquals((await producer.status).code, 0);
  return JSON.parse(run.stdout);
}

async function expectation(flags: readonly string[]): Promise<number> {
  const run = await runCli(["generate", ...flags, "--expect"]);
  assertEquals(run.status, 0);
  return Number(run.stdout);
}

const SHAPE = ["--rows", "500", "--dim", "24"];

for (const layout of ["fixed-size-list", "list", "large-list", "columns"]) {
  Deno.test(`generate in layout ${layout} scores as --expect says`, async () => {
    const flags = [...SHAPE, "--spectrum", "power:1", "--dtype", "f64", "--layout", layout];
    const columns = layout === "columns" ? ["--columns", "embedding_*"] : [];
    const { rankMe, rows, dim } = await generateAndScore(flags, columns);
    assertEquals([rows, dim], [500, 24]);
    const expected = await expectation(flags);
    assertAlmostEquals(rankMe, expected, 1e-9 * expected);
  });
}

Deno.test("--expect of a power law is the formula's value", async () => {
  const sigma = Array.from({ length: 24 }, (_, k) => 1 / (k + 1));
  const total = sigma.reduce((sum, value) => sum + value, 0);
  const entropy = sigma
    .map((value) => value / total + 1e-7)
    .reduce((sum, p) => sum - p * Math.log(p), 0);
  const expected = await expectation([...SHAPE, "--spectrum", "power:1"]);
  assertAlmostEquals(expected, Math.exp(entropy), 1e-12 * expected);
});

Deno.test("--expect knows of noise, mean, centring and conventions", async () => {
  const flags = [
    ...SHAPE,
    "--spectrum=rank:4",
    "--noise=0.1",
    "--mean=-2",
    "--seed=7",
    "--dtype=f64",
  ];
  for (const how of [[], ["--center"], ["--convention", "reptrix"], ["--epsilon", "0.01"]]) {
    const expected = await expectation([...flags, ...how]);
    const { rankMe } = await generateAndScore(flags, how);
    assertAlmostEquals(rankMe, expected, 1e-9 * expected, how.join(" "));
  }
});

Deno.test("float16 and float32 come within their rounding of --expect", async () => {
  const flags = [...SHAPE, "--spectrum", "power:0.5"];
  const expected = await expectation(flags);
  for (const [dtype, tolerance] of [["f16", 1e-3], ["f32", 1e-6]] as const) {
    const { rankMe } = await generateAndScore([...flags, "--dtype", dtype]);
    assertAlmostEquals(rankMe, expected, tolerance * expected, dtype);
  }
});

Deno.test("Gaussian rows approach --expect as they grow in number", async () => {
  const { stdout, stderr } = await runCli(["generate", "--dim", "8", "--expect"]);
  assertAlmostEquals(Number(stdout), 8, 1e-4);
  assertStringIncludes(stderr, "approach");
  const few = await generateAndScore(["--rows", "40", "--dim", "8"]);
  const many = await generateAndScore(["--rows", "20000", "--dim", "8"]);
  assertEquals(few.rankMe < many.rankMe && many.rankMe < 8.00001, true);
  assertAlmostEquals(many.rankMe, 8, 0.01);
});

Deno.test("the same seed gives the same bytes, another seed others", async () => {
  const bytes = async (seed: string) =>
    (await runCli(["generate", ...SHAPE, "--seed", seed])).stdout;
  assertEquals(await bytes("3"), await bytes("3"));
  assertNotEquals(await bytes("3"), await bytes("4"));
});

Deno.test("as many rows as anyone likes: a reader that stops ends it quietly", async () => {
  const child = startCli(["generate", "--rows", "1e12", "--dim", "64"]);
  await child.stdin.close();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const { code } = await child.status;
  assertEquals([code, await new Response(child.stderr).text()], [0, ""]);
});

Deno.test("options that make no sense are refused with status 2", async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["--rows", "0"], /--rows is a whole number from 1 on, not "0"/],
    [["--rows", "many"], /--rows is a number, not "many"/],
    [["--spectrum", "flat"], /--spectrum is gaussian, power:ALPHA or rank:R, not "flat"/],
    [["--spectrum", "rank:200"], /rank must be from 1 to 128/],
    [["--dtype", "f8"], /--dtype is f16, f32, f64, not "f8"/],
    [["--noise=-1"], /noise must be 0 or more/],
    [["--mean", "-1"], /write --mean=-1/],
    [["extra"], /generate takes no input/],
  ];
  for (const [flags, message] of cases) {
    const run = await runCli(["generate", ...flags]);
    assertEquals([run.status, run.stdout], [2, ""], flags.join(" "));
    assertMatch(run.stderr, message);
  }
});
