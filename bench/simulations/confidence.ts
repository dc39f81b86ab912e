/**
 * How often the intervals of `--ci` hold the mean over fresh samples of the same N, as tables in
 * Markdown. The ones in docs/confidence.md are the output of `deno task confidence` without flags, and
 * of `--further`. `deno task confidence --help` says what else can be asked.
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Coverage, type NumberName, NUMBERS, type Share, simulate } from "./coverage.ts";
import type { EmbeddingBatch } from "../../src/batch.ts";
import { openEmbeddings } from "../../src/sources/open_embeddings.ts";
import {
  drawAmong,
  drawRows,
  type Draws,
  drawsFrom,
  SPECTRA,
  type SpectrumName,
  type TailsName,
} from "./rows.ts";

const DIM = 64;
const ROWS = [200, 1000, 5000];
const TAILS: readonly TailsName[] = ["normal", "numbers t₅", "rows t₅"];
const FURTHER_TAILS: readonly TailsName[] = [
  "rows t₃",
  "lengths log-normal",
  "1 % of rows 5× as long",
  "ReLU of normal",
];
const TITLES: Readonly<Record<NumberName, string>> = {
  rankMe: "RankMe",
  participationRatio: "participationRatio",
};

const HELP = `Simulates how often the 95 % intervals of --ci hold what they should: RankMe of
samples is compared with the mean over fresh samples of as many rows, and tables
are printed as Markdown, as in docs/confidence.md.

Usage
  deno task confidence [flags]
  deno run --allow-read bench/simulations/confidence.ts --file FILE

Flags
  --repetitions N  samples whose interval is looked at (default: 500)
  --fresh N        samples that the mean is taken over (default: 2000)
  --groups G       folds of the jackknife (default: 16)
  --only WORD      spectra whose names begin so, of
                   ${Object.keys(SPECTRA).join(", ")}
  --further        tails that are heavier, or otherwise odd
  --file FILE      draw from the rows of a file instead
  --seed S         other draws (default: 1)
  -h, --help       show this help

Without flags it takes a quarter of an hour on one core or more. A first look:
  deno task confidence --repetitions 50 --fresh 100 --only flat`;

const { help, repetitions, fresh, seed, groups, only, further, file } = parseArgs(Deno.args, {
  string: ["repetitions", "fresh", "seed", "groups", "only", "file"],
  boolean: ["further", "help"],
  alias: { h: "help" },
  default: { repetitions: "500", fresh: "2000", seed: "1", groups: "16", only: "" },
  unknown(arg) {
    console.error(`confidence: what is ${arg}? see deno task confidence --help`);
    Deno.exit(2);
  },
});
if (help) {
  console.log(HELP);
  Deno.exit();
}

const HEADS = [
  "spectrum",
  "tails",
  "N",
  "mean",
  "s.d.",
  "SE / s.d.",
  "jackknife alone",
  "as reported",
  "widened",
  "warned",
];

const names = Object.keys(NUMBERS) as NumberName[];
const tables = new Map(names.map((name) => [name, [row(HEADS), row(HEADS.map(() => "-"))]]));
let seeds = 10_000 * Number(seed) + (further ? 1000 : 0);

if (file !== undefined) {
  const rows = await Array.fromAsync((await openEmbeddings(file)).batches);
  for (const count of ROWS) {
    simulateRow(["", "", `${count}`], (draws) => drawAmong(rows, count, draws));
  }
} else {
  const spectra = (Object.keys(SPECTRA) as SpectrumName[]).filter((name) => name.startsWith(only));
  for (const spectrum of spectra) {
    for (const tails of further ? FURTHER_TAILS : TAILS) {
      for (const count of ROWS) {
        const distribution = { spectrum, tails, dim: DIM };
        simulateRow([spectrum, tails, `${count}`], (draws) => drawRows(distribution, count, draws));
      }
    }
  }
}
for (const [name, lines] of tables) console.log(`${TITLES[name]}:\n\n${lines.join("\n")}\n`);

function simulateRow(what: readonly string[], draw: (draws: Draws) => EmbeddingBatch): void {
  const start = performance.now();
  const draws = drawsFrom(seeds++);
  const seen = simulate({
    draw: () => draw(draws),
    groups: Number(groups),
    repetitions: Number(repetitions),
    fresh: Number(fresh),
  });
  for (const name of names) tables.get(name)!.push(row([...what, ...cells(seen[name])]));
  console.error(`${what.join(", ")}: ${Math.round((performance.now() - start) / 1000)} s`);
}

function cells({ mean, deviation, medianError, plain, widened, widening, warned }: Coverage) {
  return [
    mean.toPrecision(4),
    deviation.toPrecision(2),
    medianError.toFixed(2),
    percent(plain),
    percent(widened),
    widening.map((times) => times.toFixed(2)).join(", "),
    `${Math.round(100 * warned)} %`,
  ];
}

function percent({ value, error }: Share): string {
  return `${(100 * value).toFixed(1)} ± ${(100 * error).toFixed(1)} %`;
}

function row(texts: readonly string[]): string {
  return `| ${texts.join(" | ")} |`;
}
