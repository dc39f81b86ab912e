import { ourProcess, peerProcesses } from "../contestants.ts";
import { data } from "../data.ts";
import { compare, costs, type Findings, join } from "../findings.ts";
import type { Part } from "../part.ts";
import { setUpPython } from "../python.ts";
import { takeTurns } from "../rounds.ts";
import { scaledDim, scaledRows, type Settings, shapeName } from "../settings.ts";

interface Work {
  readonly rows: number;
  readonly dim: number;
  /** How much of a peer's time is allowed. */
  readonly limits: { readonly [ours: string]: { readonly [peer: string]: number } };
}

/** The shapes, and their targets. */
const WORKS: readonly Work[] = [
  {
    rows: 25_600,
    dim: 2048,
    limits: { wasm: { "torch-svdvals": 0.65, "numpy-svd": 0.5 }, blas: { "numpy-gram": 0.85 } },
  },
  {
    rows: 25_600,
    dim: 512,
    limits: { wasm: { "torch-svdvals": 0.25, "numpy-svd": 0.4 }, blas: { "numpy-gram": 0.8 } },
  },
  {
    rows: 100_000,
    dim: 384,
    limits: { wasm: { "torch-svdvals": 0.35 }, blas: { "numpy-gram": 0.85 } },
  },
];
const PEERS = ["torch-svdvals", "numpy-svd", "numpy-gram"];

/** Whole processes, from start to end. */
export const endToEnd: Part = {
  name: "end-to-end",
  title: "Whole process",
  method: "Each program is started anew, reads the embeddings, which are in the page cache, and " +
    "prints RankMe. Ours reads an Arrow stream, from a file and from a pipe; the peers read .npy.",
  async run(settings) {
    await setUpPython();
    const findings: Findings[] = [];
    for (const work of WORKS) findings.push(await compete(work, settings));
    return join(findings);
  },
};

async function compete({ rows, dim, limits }: Work, settings: Settings): Promise<Findings> {
  const [n, d] = [scaledRows(rows, settings), scaledDim(dim, settings)];
  const { path, answer } = await data("embeddings", n, d);
  const inputs = [{ file: `${path}.arrow` }, { pipe: [{ file: `${path}.arrow`, times: 1 }] }];
  const ours = await Promise.all(
    settings.backends.flatMap((name) => inputs.map((input) => ourProcess(name, input, settings))),
  );
  const contestants = [...ours, ...await peerProcesses(`${path}.npy`, settings)];
  const all = await takeTurns(contestants, { runs: settings.runs, expected: answer });
  const work = shapeName(n, d);
  const lines = all.slice(0, ours.length).flatMap((one) =>
    PEERS.map((peer) => {
      const atMost = limits[one.contestant.role]?.[peer];
      const limit = atMost === undefined ? undefined : { atMost };
      return compare({ work, ours: one, all, peer, quantity: "seconds", limit });
    })
  );
  return { lines, measurements: costs(work, all) };
}
