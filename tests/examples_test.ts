import { assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { arrowBytes } from "./commands/arrow_bytes.ts";
import { runCli } from "./commands/run_cli.ts";
import { ROOT, startExample } from "./start_example.ts";

async function linesOf(child: Deno.ChildProcess): Promise<string[]> {
  const { code, stdout } = await child.output();
  assertEquals(code, 0);
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

async function scoreDigits(...flags: string[]) {
  const digits = startExample("digits.ts", flags);
  const [run, { code }] = await Promise.all([
    runCli(["score", "-", "--json", "--quiet"], { stdin: digits.stdout }),
    digits.status,
  ]);
  assertEquals([code, run.status, run.stderr], [0, 0, ""]);
  return JSON.parse(run.stdout);
}

Deno.test("examples/digits.ts: 10,000 digits use many directions, the collapsed ones just theirs", async () => {
  const whole = await scoreDigits();
  const collapsed = await scoreDigits("--directions", "4");
  for (const { rows, dim, complete } of [whole, collapsed]) {
    assertEquals([rows, dim, complete], [10_000, 784, true]);
  }
  // Digits that were all alike would score 1, independent pixels 784.
  assertGreater(whole.rankMe, 100);
  assertLess(whole.rankMe, 784);
  assertGreater(collapsed.rankMe, 1);
  // ε adds 780·(−ε ln ε) ≈ 0.0013 to the entropy of at most 4 directions.
  assertLess(collapsed.rankMe, 4 * Math.exp(0.002));
});

Deno.test("examples/stages.ts reports along the way, on rows of length 1", async () => {
  const dim = 16, rows = 313 * dim;
  // Each row lies along an axis of its own: they use all dimensions alike once lengths are equal.
  const data = new Float64Array(rows * dim);
  for (let row = 0; row < rows; row++) data[row * dim + row % dim] = 1 + row % dim;
  const child = startExample("stages.ts", [], "piped");
  const input = ReadableStream.from([await arrowBytes(data, dim)]);
  const [lines] = await Promise.all([linesOf(child), input.pipeTo(child.stdin)]);
  assertEquals(lines, [
    "2000 rows: RankMe 16.00 of 16",
    "4000 rows: RankMe 16.00 of 16",
    "5008 rows: RankMe 16.00 of 16",
  ]);
});

Deno.test("examples/words.ts keeps its 118 MB to itself", async () => {
  // Deno downloads all that the lock file lists, whatever it runs.
  const { npm } = JSON.parse(await Deno.readTextFile(new URL("deno.lock", ROOT)));
  assertEquals(Object.keys(npm).filter((name) => name.startsWith("wink")), []);
});

Deno.test({
  name: "examples/pipe.sh scores, keeps, shards and stops",
  ignore: Deno.build.os === "windows",
  async fn() {
    const temporary = await Deno.makeTempDir();
    const bin = Deno.execPath().replace(/\/[^/]*$/, "");
    const script = new Deno.Command("sh", {
      args: ["examples/pipe.sh"],
      cwd: ROOT,
      env: { PATH: `${bin}:${Deno.env.get("PATH")}`, TMPDIR: temporary },
      stdout: "piped",
      stderr: "null",
    });
    const lines = await linesOf(script.spawn());
    const powerLaw = rankOf(Array.from({ length: 64 }, (_, k) => 1 / (k + 1)));
    assertEquals(lines[1], `RankMe  ${powerLaw.toPrecision(4)}`);
    const [piped, kept, gated] = lines
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
    assertAlmostEquals(piped.rankMe, powerLaw, 1e-6 * powerLaw);
    assertEquals(kept.rankMe, piped.rankMe);
    assertEquals(lines.filter((line) => /^rows × dim +10,000 × 64$/.test(line)).length, 1);
    assertEquals(lines.filter((line) => line === "stop, status 1").length, 1);
    assertAlmostEquals(gated.rankMe, 4, 1e-3);
    assertEquals(Array.from(Deno.readDirSync(temporary)), []);
    await Deno.remove(temporary);
  },
});

/** exp(−Σ p ln p) with p = σ/Σσ + 1e-7: equation 1 of the paper. */
function rankOf(sigma: readonly number[]): number {
  const total = sigma.reduce((sum, value) => sum + value);
  const p = sigma.map((value) => value / total + 1e-7);
  return Math.exp(-p.reduce((sum, value) => sum + value * Math.log(value), 0));
}
