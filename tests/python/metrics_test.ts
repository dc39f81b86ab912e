import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type CliRun, runCli } from "../commands/run_cli.ts";
import { jsonOf, startPython } from "./python.ts";

/** What peer_formulas.py prints of an array. */
interface Peers {
  readonly name: string;
  readonly path: string;
  readonly rows: number;
  readonly dim: number;
  readonly reptrix: { readonly rankMe: number; readonly alpha: number };
  readonly "stable-pretraining": { readonly rankMe: number };
  readonly metrics: Readonly<Record<string, number>>;
}

/** What peers are held to, whose weights may be of float32, and NumPy in float64. */
const PEERS = 1e-6, NUMPY = 1e-9;

/**
 * A Gram has λ, and so (σ₁/σ)², to rounding of its own square; so has the line through the last of them,
 * which α and its R² are of.
 */
function toleranceOf(name: string, value: number, exact: boolean, condition: number): number {
  const isOfLast = name.endsWith("onditionNumber") || name.startsWith("alphaReq");
  const ratio = !exact && isOfLast ? 1e-16 * condition ** 2 : 0;
  return Math.max(NUMPY, ratio) * Math.abs(value) + 1e-14;
}

async function score(path: string, ...flags: string[]): Promise<CliRun> {
  const run = await runCli([path, "--json", ...flags], { permissions: [`--allow-read=${path}`] });
  assertEquals(run.status, 0, run.stderr);
  return run;
}

Deno.test("conventions and metrics are what reptrix, stable-pretraining and NumPy compute", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    const cases = await jsonOf<Peers[]>(startPython("tests/python/peer_formulas.py", [folder]));
    for (const peers of cases) {
      const path = `${folder}/${peers.path}`;
      for (const convention of ["reptrix", "stable-pretraining"] as const) {
        await t.step(`${peers.name}: --convention ${convention}`, async () => {
          const run = await score(path, "--convention", convention);
          const { rankMe, rows, dim } = JSON.parse(run.stdout);
          assertEquals([rows, dim], [peers.rows, peers.dim]);
          const expected = peers[convention].rankMe;
          assertAlmostEquals(rankMe, expected, PEERS * expected);
        });
      }
      for (const exact of [false, true]) {
        const flags = exact ? ["--exact"] : [];
        await t.step(`${peers.name}: --metrics all ${flags.join()}`, async () => {
          // A sample of all rows, so that their leverages can be had.
          const sample = ["--sample", String(peers.rows)];
          const run = await score(path, "--metrics", "all", ...sample, ...flags);
          const { metrics } = JSON.parse(run.stdout);
          assertEquals(Object.keys(metrics).toSorted(), Object.keys(peers.metrics).toSorted());
          const { pseudoConditionNumber: condition } = peers.metrics;
          for (const [name, value] of Object.entries(peers.metrics)) {
            const tolerance = toleranceOf(name, value, exact, condition);
            assertAlmostEquals(metrics[name], value, tolerance, name);
          }
          const { alpha } = peers.reptrix;
          assertAlmostEquals(metrics.alphaReq, alpha, PEERS * alpha);
        });
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
