/**
 * How often the intervals of `--ci` hold the mean over fresh samples of the same N, as tables in
 * Markdown. The ones in docs/confidence.md are the output of `deno task confidence`, and with
 * `--further` of tails that are heavier, or otherwise odd.
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Coverage, type NumberName, NUMBERS, type Share, simulate } from "./coverage.ts";
import { drawsFrom, SPECTRA, type SpectrumName, type TailsName } from "./rows.ts";

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

const { repetitions, fresh, seed, groups, only, further } = parseArgs(Deno.args, {
  string: ["repetitions", "fresh", "seed", "groups", "only"],
  boolean: ["further"],
  default: { repetitions: "500", fresh: "2000", seed: "1", groups: "16", only: "" },
});

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
const spectra = (Object.keys(SPECTRA) as SpectrumName[]).filter((name) => name.startsWith(only));
const tables = new Map(names.map((name) => [name, [row(HEADS), row(HEADS.map(() => "-"))]]));
let cell = further ? 1000 : 0;
for (const spectrum of spectra) {
  for (const tails of further ? FURTHER_TAILS : TAILS) {
    for (const rows of ROWS) {
      const start = performance.now();
      const seen = simulate({
        distribution: { spectrum, tails, dim: DIM },
        rows,
        groups: Number(groups),
        repetitions: Number(repetitions),
        fresh: Number(fresh),
        draws: drawsFrom(10_000 * Number(seed) + cell++),
      });
      for (const name of names) {
        tables.get(name)!.push(row([spectrum, tails, `${rows}`, ...cells(seen[name])]));
      }
      const seconds = Math.round((performance.now() - start) / 1000);
      console.error(`${spectrum}, ${tails}, N = ${rows}: ${seconds} s`);
    }
  }
}
for (const [name, lines] of tables) console.log(`${TITLES[name]}:\n\n${lines.join("\n")}\n`);

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
