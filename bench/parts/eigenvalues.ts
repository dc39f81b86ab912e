import { backendTitle } from "../backends.ts";
import { FLOAT64_TOLERANCE, ours } from "../contestants.ts";
import { data } from "../data.ts";
import { compare, costs, type Findings, join } from "../findings.ts";
import type { Part } from "../part.ts";
import { numpyPython, setUpPython, threadVariables } from "../python.ts";
import { takeTurns } from "../rounds.ts";
import { scaledDim, type Settings } from "../settings.ts";
import { REST_MILLISECONDS, warmOurs, warmPeer } from "../warm_process.ts";

const DIMS = [2048, 4096];
/** How much of NumPy's time is allowed. */
const LIMITS: { readonly [ours: string]: number } = { wasm: 1.6, blas: 1.05 };

/** The decomposition by itself. */
export const eigenvalues: Part = {
  name: "eigen",
  title: "Eigenvalues",
  method: "The eigenvalues of a D × D Gram matrix in memory, in a process that has done it once, " +
    "against NumPy's `eigvalsh`.",
  async run(settings) {
    await setUpPython();
    const findings: Findings[] = [];
    for (const dim of DIMS) findings.push(await compete(scaledDim(dim, settings), settings));
    return join(findings);
  },
};

async function compete(dim: number, settings: Settings): Promise<Findings> {
  const { threads, backends, runs } = settings;
  const { path, answer } = await data("matrix", dim, dim);
  const file = `${path}.f64`;
  const numpy = await numpyPython();
  const tolerance = FLOAT64_TOLERANCE;
  const contestants = await Promise.all([
    ...backends.map(async (backend) => {
      const options = await ours(backend, settings);
      return await warmOurs(
        { name: backendTitle(options), role: backend, tolerance },
        { task: "eigenvalues", ...options, file, dim },
      );
    }),
    warmPeer(
      { name: `${numpy.name} eigvalsh`, role: "numpy-eigvalsh", tolerance },
      { task: "eigvalsh", file, dim },
      { env: threadVariables(threads) },
    ),
  ]);
  const all = await takeTurns(contestants, {
    runs,
    expected: answer,
    restMilliseconds: REST_MILLISECONDS,
  });
  const work = `D = ${dim}`;
  const lines = all.slice(0, backends.length).map((one) => {
    const atMost = LIMITS[one.contestant.role];
    const limit = atMost === undefined ? undefined : { atMost };
    return compare({ work, ours: one, all, peer: "numpy-eigvalsh", quantity: "seconds", limit });
  });
  return { lines, measurements: costs(work, all) };
}
