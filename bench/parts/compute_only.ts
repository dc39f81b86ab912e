import { backendTitle } from "../backends.ts";
import { FLOAT32_TOLERANCE, FLOAT64_TOLERANCE, ours } from "../contestants.ts";
import { data } from "../data.ts";
import { compare, costs, type Findings, join } from "../findings.ts";
import type { Part } from "../part.ts";
import { setUpPython, threadVariables, torchPythons } from "../python.ts";
import { takeTurns } from "../rounds.ts";
import { scaledDim, scaledRows, type Settings, shapeName } from "../settings.ts";
import { REST_MILLISECONDS, warmOurs, warmPeer } from "../warm_process.ts";

interface Work {
  readonly rows: number;
  readonly dim: number;
  /** How much of torch's time is allowed. */
  readonly limits: { readonly [ours: string]: number };
}

/** The shapes, and their targets. */
const WORKS: readonly Work[] = [
  { rows: 25_600, dim: 2048, limits: { wasm: 1, blas: 0.6 } },
  { rows: 25_600, dim: 512, limits: { wasm: 1, blas: 0.6 } },
  { rows: 100_000, dim: 384, limits: { wasm: 0.7, blas: 0.6 } },
];

/** What is left when everything is loaded already. */
export const computeOnly: Part = {
  name: "compute-only",
  title: "Compute only",
  method: "`score()` on batches in memory, in a Deno process that has done it once, against " +
    "`torch.linalg.svdvals` alone in a torch that has done it once, with the data loaded.",
  async run(settings) {
    await setUpPython();
    const findings: Findings[] = [];
    for (const work of WORKS) findings.push(await compete(work, settings));
    return join(findings);
  },
};

async function compete({ rows, dim, limits }: Work, settings: Settings): Promise<Findings> {
  const { threads, runs } = settings;
  const [n, d] = [scaledRows(rows, settings), scaledDim(dim, settings)];
  const { path, answer } = await data("embeddings", n, d);
  const our = settings.backends.map(async (backend) => {
    const options = await ours(backend, settings);
    const tolerance = FLOAT64_TOLERANCE;
    return await warmOurs(
      { name: backendTitle(options), role: backend, tolerance },
      { task: "score", ...options, file: `${path}.arrow` },
    );
  });
  const theirs = (await torchPythons()).map(({ name, executable }) =>
    warmPeer(
      { name: `${name} svdvals`, role: "torch-svdvals", tolerance: FLOAT32_TOLERANCE },
      { task: "svdvals", file: `${path}.npy` },
      { python: executable, env: threadVariables(threads) },
    )
  );
  const contestants = await Promise.all([...our, ...theirs]);
  const all = await takeTurns(contestants, {
    runs,
    expected: answer,
    restMilliseconds: REST_MILLISECONDS,
  });
  const work = shapeName(n, d);
  const lines = all.slice(0, our.length).map((one) => {
    const limit = { atMost: limits[one.contestant.role] };
    return compare({ work, ours: one, all, peer: "torch-svdvals", quantity: "seconds", limit });
  });
  return { lines, measurements: costs(work, all) };
}
