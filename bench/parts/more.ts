import { ourProcessWith } from "../contestants.ts";
import { data } from "../data.ts";
import { costs, type Findings, join } from "../findings.ts";
import type { Part } from "../part.ts";
import { setUpPython } from "../python.ts";
import { ratioTo, takeTurns } from "../rounds.ts";
import { scaledDim, scaledRows, type Settings, shapeName } from "../settings.ts";

const METRICS = ["--metrics", "all"], INTERVALS = ["--ci"];
const WORKS = [
  {
    rows: 100_000,
    dim: 384,
    flags: [METRICS, INTERVALS, [...INTERVALS, ...METRICS], ["--by", "class"]],
  },
  { rows: 25_600, dim: 2048, flags: [METRICS, INTERVALS] },
];

/** What is paid for more than RankMe. */
export const more: Part = {
  name: "more",
  title: "More than RankMe",
  method: "`score` of a file as a whole process with flags that compute more, beside the same " +
    "process without them: all metrics (three decompositions, and rows of length 1 as well), " +
    "intervals (16 groups of rows, each left out once), each of 100 classes whose rows are mixed.",
  async run(settings) {
    await setUpPython();
    const findings: Findings[] = [];
    for (const work of WORKS) {
      for (const backend of settings.backends) {
        findings.push(await beside(work, backend, settings));
      }
    }
    return join(findings);
  },
};

async function beside(
  { rows, dim, flags }: typeof WORKS[number],
  backend: Settings["backends"][number],
  settings: Settings,
): Promise<Findings> {
  const [n, d] = [scaledRows(rows, settings), scaledDim(dim, settings)];
  const { path, answer } = await data("classes", n, d);
  const input = { file: `${path}.arrow` };
  const contestants = await Promise.all(
    [[], ...flags].map((some) => ourProcessWith(some, backend, input, settings)),
  );
  const all = await takeTurns(contestants, { runs: settings.runs, expected: answer });
  const [alone, ...others] = all;
  const work = shapeName(n, d);
  const lines = others.flatMap((one) =>
    (["seconds", "peakBytes"] as const).map((quantity) => ({
      work,
      ours: one.contestant.name,
      against: `RankMe alone, ${quantity === "seconds" ? "time" : "memory"}`,
      measured: ratioTo(one, alone, quantity),
    }))
  );
  return { lines, measurements: costs(work, all) };
}
