import { ourProcess, peerProcesses, repeatedBlock } from "../contestants.ts";
import { BLOCK_ROWS, data } from "../data.ts";
import { costs, type Findings, join, megabytes, type Point } from "../findings.ts";
import type { Part } from "../part.ts";
import { setUpPython } from "../python.ts";
import { of, takeTurns } from "../rounds.ts";
import { scaledDim, scaledRows, type Settings, shapeName } from "../settings.ts";
import { measureUpdates } from "../updates.ts";

const DIMS = [32, 64, 128, 256, 384, 512, 768, 1024, 1536, 2048];
const ROWS = [10_000, 100_000, 1_000_000, 10_000_000];
/** The peers hold everything in memory, and need a file of it. */
const MOST_PEER_ROWS = 1_000_000;
const DIM = 384;
/** A curve over decades needs no more. */
const MOST_RUNS = 3;

/** What the graphs are drawn from. */
export const graphs: Part = {
  name: "graphs",
  title: "Graphs",
  method:
    "Speed of the rank-k update against D; time and memory of whole processes against N, at " +
    `D = ${DIM}, ours from a pipe, the peers from a .npy file.`,
  async run(settings) {
    await setUpPython();
    const fewer = { ...settings, runs: Math.min(settings.runs, MOST_RUNS) };
    const findings: Findings[] = [];
    for (const dim of DIMS) findings.push(await speedAt(dim, fewer));
    for (const rows of ROWS) findings.push(await costsAt(rows, fewer));
    return join(findings);
  },
};

async function speedAt(wanted: number, settings: Settings): Promise<Findings> {
  const dim = scaledDim(wanted, settings);
  const all = await measureUpdates(dim, [...new Set([1, settings.threads])], settings);
  const points = all
    .filter(({ contestant }) => contestant.role !== "dsyrk")
    .map((one): Point => ({
      chart: "speed",
      series: one.contestant.name,
      x: dim,
      y: of(one, "gflops").median,
    }));
  return { lines: [], measurements: costs(`D = ${dim}`, all), points };
}

async function costsAt(wanted: number, settings: Settings): Promise<Findings> {
  const [rows, dim] = [scaledRows(wanted, settings), scaledDim(DIM, settings)];
  const block = await data("block", BLOCK_ROWS, dim);
  const ours = settings.backends.map((name) =>
    ourProcess(name, repeatedBlock(block, rows), settings)
  );
  const contestants = await Promise.all(ours);
  if (wanted <= MOST_PEER_ROWS) {
    const { path } = await data("repeated", rows, dim);
    contestants.push(...await peerProcesses(`${path}.npy`, settings));
  }
  const all = await takeTurns(contestants, {
    runs: settings.runs,
    expected: block.answer,
    warmUp: wanted <= MOST_PEER_ROWS,
  });
  const points = all.flatMap((one): Point[] => [
    { chart: "seconds", series: one.contestant.name, x: rows, y: of(one, "seconds").median },
    { chart: "megabytes", series: one.contestant.name, x: rows, y: megabytes(one)!.median },
  ]);
  return { lines: [], measurements: costs(shapeName(rows, dim), all), points };
}
