import { wholeProcess } from "../launch.ts";
import { costs, megabytes } from "../findings.ts";
import type { Part } from "../part.ts";
import { setUpPython } from "../python.ts";
import { type Contestant, of, takeTurns } from "../rounds.ts";
import { ROOT, scaledRows, SCRATCH, type Settings } from "../settings.ts";

const RUNS = 20_000;
/** Values of each of three hyperparameters in the grid. */
const GRID_VALUES = 45;
const MOST_SECONDS = 3;
/** The status of a command that is used wrongly. */
const USAGE = 2;

/** Choosing among more runs than anybody trains. */
export const select: Part = {
  name: "select",
  title: "Selection",
  method: "`select` as a whole process: from the scores of many runs of which each has another " +
    "learning rate, with an accuracy and with ten, which are correlated with RankMe three ways; and " +
    "of a full grid of three hyperparameters without a default, which is refused.",
  async run(settings) {
    await setUpPython();
    const folder = new URL("data/", SCRATCH);
    await Deno.mkdir(folder, { recursive: true });
    const contestants = await Promise.all(
      manifests(settings).map(async ({ name, rows, status }) => {
        const path = new URL(`${name.replaceAll(/\W+/g, "-")}.csv`, folder).pathname;
        await Deno.writeTextFile(path, rows.map((cells) => cells.join()).join("\n"));
        return process(name, path, status);
      }),
    );
    const all = await takeTurns(contestants, { runs: settings.runs, expected: NaN });
    const lines = all.flatMap((one) => {
      const line = { work: one.contestant.name, ours: "select --json" };
      return [
        {
          ...line,
          unit: "s" as const,
          measured: of(one, "seconds"),
          limit: { atMost: MOST_SECONDS },
        },
        { ...line, unit: "MB" as const, measured: megabytes(one) },
      ];
    });
    return { lines, measurements: costs("select", all) };
  },
};

interface ManifestOfMany {
  readonly name: string;
  readonly rows: readonly (readonly (string | number)[])[];
  /** The status with which `select` ends. */
  readonly status: number;
}

function manifests(settings: Settings): readonly ManifestOfMany[] {
  const runs = scaledRows(RUNS, settings);
  const sweep = (accuracies: number): ManifestOfMany => {
    const tasks = Array.from({ length: accuracies }, (_, task) => `accuracy_${task}`);
    return {
      name: `${runs.toLocaleString("en-US")} runs, ${accuracies} accurac${
        accuracies > 1 ? "ies" : "y"
      }`,
      status: 0,
      rows: [
        ["lr", "rankMe", ...tasks],
        ...Array.from({ length: runs }, (_, run) => [
          (run + 1) / 1e6,
          ...["rankMe", ...tasks].map((_, column) => number(run, column)),
        ]),
      ],
    };
  };
  const values = Array.from({ length: GRID_VALUES }, (_, value) => value);
  return [sweep(1), sweep(10), {
    name: `a grid of ${GRID_VALUES}³ runs`,
    status: USAGE,
    rows: [
      ["lr", "wd", "temp", "rankMe"],
      ...values.flatMap((lr) =>
        values.flatMap((wd) => values.map((temp) => [lr, wd, temp, number(lr * wd, temp)]))
      ),
    ],
  }];
}

/** Below 100, with four decimals, the same each time and in no order. */
function number(row: number, column: number): number {
  return (row * 7919 + column * 104_729 + row * column) % 999_983 / 1e4;
}

function process(name: string, path: string, status: number): Contestant {
  const cli = new URL("cli.ts", ROOT).pathname;
  const run = [Deno.execPath(), "run", "--no-prompt", `--allow-read=${path}`, cli];
  return wholeProcess(
    { name, role: "select" },
    { command: [...run, "select", path, "--json", "--quiet"], status },
  );
}
