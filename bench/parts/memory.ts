import { ourProcess, peerProcesses, repeatedBlock } from "../contestants.ts";
import { BLOCK_ROWS, data } from "../data.ts";
import { compare, costs, type Findings, join, megabytes } from "../findings.ts";
import type { Part } from "../part.ts";
import { setUpPython } from "../python.ts";
import { ratioTo, takeTurns } from "../rounds.ts";
import { scaledDim, scaledRows, type Settings, shapeName } from "../settings.ts";

/** The shapes, and how many megabytes ours may take. */
const WORKS = [{ rows: 25_600, dim: 2048, most: 185 }, { rows: 100_000, dim: 384, most: 110 }];
/** How much of torch's memory is allowed. */
const MOST_OF_TORCH = 0.28;
const SHORT_ROWS = 100_000, TIMES = 10, DIM = 384;

/** Peak resident memory of whole processes. */
export const memory: Part = {
  name: "memory",
  title: "Memory",
  method: "Peak resident memory of a whole process, as the kernel of the operating system counts " +
    "it, from start to end. A stream ten times as long must not take more.",
  async run(settings) {
    await setUpPython();
    const findings: Findings[] = [];
    for (const work of WORKS) findings.push(await besideTorch(work, settings));
    findings.push(await growth(settings));
    return join(findings);
  },
};

async function besideTorch(
  { rows, dim, most }: typeof WORKS[number],
  settings: Settings,
): Promise<Findings> {
  const [n, d] = [scaledRows(rows, settings), scaledDim(dim, settings)];
  const { path, answer } = await data("embeddings", n, d);
  const inputs = [{ file: `${path}.arrow` }, { pipe: [{ file: `${path}.arrow`, times: 1 }] }];
  const ours = await Promise.all(
    settings.backends.flatMap((name) => inputs.map((input) => ourProcess(name, input, settings))),
  );
  const contestants = [...ours, ...await peerProcesses(`${path}.npy`, settings)];
  const all = await takeTurns(contestants, { runs: settings.runs, expected: answer });
  const work = shapeName(n, d);
  const lines = all.slice(0, ours.length).flatMap((one) => [
    compare({
      work,
      ours: one,
      all,
      peer: "torch-svdvals",
      quantity: "peakBytes",
      limit: { atMost: MOST_OF_TORCH },
    }),
    {
      work,
      ours: one.contestant.name,
      unit: "MB" as const,
      measured: megabytes(one),
      limit: { atMost: most },
    },
  ]);
  return { lines, measurements: costs(work, all) };
}

/** The peak of a stream and of one ten times as long. */
async function growth(settings: Settings): Promise<Findings> {
  const dim = scaledDim(DIM, settings);
  const short = scaledRows(SHORT_ROWS, settings);
  const block = await data("block", BLOCK_ROWS, dim);
  const findings: Findings[] = [];
  for (const name of settings.backends) {
    const contestants = await Promise.all(
      [short, short * TIMES].map((rows) => ourProcess(name, repeatedBlock(block, rows), settings)),
    );
    const [few, many] = await takeTurns(contestants, {
      runs: settings.runs,
      expected: block.answer,
    });
    findings.push({
      lines: [{
        work: shapeName(short * TIMES, dim),
        ours: many.contestant.name,
        against: `the same, ${shapeName(short, dim)}`,
        measured: ratioTo(many, few, "peakBytes"),
      }],
      measurements: [
        ...costs(shapeName(short, dim), [few]),
        ...costs(shapeName(short * TIMES, dim), [many]),
      ],
    });
  }
  return join(findings);
}
