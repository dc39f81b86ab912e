import { ourProcessWith } from "../contestants.ts";
import { data } from "../data.ts";
import { costs, type Findings, join } from "../findings.ts";
import type { Part } from "../part.ts";
import { setUpPython } from "../python.ts";
import { ratioTo, takeTurns } from "../rounds.ts";
import { scaledDim, scaledRows, type Settings, shapeName } from "../settings.ts";

const WORKS = [{ rows: 100_000, dim: 384 }, { rows: 25_600, dim: 2048 }];
/** A hundred states of a few D are held at once. */
const MOST_DIM_BY_CLASS = 384;
const FLAGS = [["--metrics", "all"], ["--ci"], ["--ci", "--metrics", "all"]];
const BY_CLASS = ["--by", "class"];

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
    for (const { rows, dim } of WORKS) {
      for (const backend of settings.backends) {
        const flags = dim <= MOST_DIM_BY_CLASS ? [...FLAGS, BY_CLASS] : FLAGS;
        findings.push(await beside(rows, dim, flags, backend, settings));
      }
    }
    return join(findings);
  },
};

async function beside(
  rows: number,
  dim: number,
  flags: readonly (readonly string[])[],
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
