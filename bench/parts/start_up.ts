import { ourProcess } from "../contestants.ts";
import { data } from "../data.ts";
import { costs } from "../findings.ts";
import type { Part } from "../part.ts";
import { setUpPython } from "../python.ts";
import { of, takeTurns } from "../rounds.ts";
import { shapeName } from "../settings.ts";

const ROWS = 100, DIM = 8;
const MOST_SECONDS = 0.15;

/** What it takes to start, to read next to nothing, and to end. */
export const startUp: Part = {
  name: "start-up",
  title: "Start-up",
  method: "`score` of a file with next to nothing in it.",
  async run(settings) {
    await setUpPython();
    const { path, answer } = await data("embeddings", ROWS, DIM);
    const contestants = await Promise.all(
      settings.backends.map((name) => ourProcess(name, { file: `${path}.arrow` }, settings)),
    );
    const all = await takeTurns(contestants, { runs: settings.runs, expected: answer });
    const work = shapeName(ROWS, DIM);
    const lines = all.map((one) => ({
      work,
      ours: one.contestant.name,
      unit: "s" as const,
      measured: of(one, "seconds"),
      limit: { atMost: MOST_SECONDS },
    }));
    return { lines, measurements: costs(work, all) };
  },
};
