import { assertAlmostEquals, assertEquals } from "@std/assert";
import { runCli, startCli } from "../commands/run_cli.ts";
import { assertScoredAsByNumPy, type Expectation } from "./assert_rank_me.ts";

const SIZE = ["--rows", "2000", "--dim", "32", "--seed", "5"];
const LAYOUTS = ["fixed-size-list", "list", "large-list", "columns"];
/** How far rounding to each type may move RankMe, relative. */
const ROUNDING = { f16: 1e-4, f32: 1e-7, f64: 1e-9 };
/** Spectra, and how near the Gram matrix comes to them: values of exactly 0 are lost in it. */
const SPECTRA = [
  { flags: "--spectrum power:1", relative: 1e-9 },
  { flags: "--spectrum power:0.5 --mean 2", relative: 1e-9 },
  { flags: "--spectrum rank:8", relative: 1e-6 },
  { flags: "--spectrum rank:8 --noise 1e-3", relative: 1e-9 },
  { flags: "--spectrum rank:8 --noise 1e-3 --mean 3", relative: 1e-9 },
];

async function expected(flags: readonly string[]): Promise<number> {
  return Number((await runCli(["generate", "--expect", ...flags])).stdout);
}

/** What NumPy makes of what generate writes; the command line must make the same of it. */
async function scoredByNumPy(
  flags: readonly string[],
  scoreFlags: readonly string[] = [],
  expectation?: Expectation,
) {
  const written = startCli(["generate", ...flags]);
  await written.stdin.close();
  const reference = await assertScoredAsByNumPy(written, scoreFlags, expectation);
  assertEquals(await new Response(written.stderr).text(), "");
  return reference;
}

for (const layout of LAYOUTS) {
  for (const [dtype, rounding] of Object.entries(ROUNDING)) {
    Deno.test(`NumPy reads ${layout} of ${dtype} as generate means it`, async () => {
      const flags = [...SIZE, "--spectrum", "power:1", "--noise", "0.01", "--mean", "0.5"];
      const choice = layout === "columns" ? ["--columns", "embedding_*"] : [];
      const written = [...flags, "--layout", layout, "--dtype", dtype];
      const { rankMe: { paper } } = await scoredByNumPy(written, choice);
      assertAlmostEquals(paper, await expected(flags), rounding * paper);
    });
  }
}

for (const { flags: spectrum, relative } of SPECTRA) {
  Deno.test(`NumPy finds what generate ${spectrum} --expect prints`, async () => {
    const flags = [...SIZE, ...spectrum.split(" ")];
    const { rankMe } = await scoredByNumPy([...flags, "--dtype", "f64"], [], { relative });
    assertAlmostEquals(rankMe["paper"], await expected(flags), 1e-9 * rankMe["paper"]);
    const centered = rankMe["paper-centered"];
    assertAlmostEquals(centered, await expected([...flags, "--center"]), 1e-9 * centered);
  });
}
