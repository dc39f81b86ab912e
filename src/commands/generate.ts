import { EXIT_STATUS } from "../errors.ts";
import { CONVENTIONS } from "../metrics/conventions.ts";
import { rankMe } from "../metrics/rank_me.ts";
import {
  type ArrowDtype,
  ArrowEncodeStream,
  type ArrowLayout,
} from "../sources/arrow/arrow_encode_stream.ts";
import {
  syntheticEmbeddings,
  type SyntheticOptions,
  type SyntheticSpectrum,
  syntheticSpectrum,
} from "../sources/synthetic.ts";
import type { Command } from "./command.ts";
import type { Arguments } from "./flags.ts";
import { print, printStream, say } from "./output.ts";
import { RANK_FLAGS, rankOptions } from "./shared_flags.ts";
import { usage } from "./usage.ts";

const DEFAULT_ROWS = 10_000;
const DEFAULT_DIM = 128;
const LAYOUTS: readonly ArrowLayout[] = ["fixed-size-list", "list", "large-list", "columns"];
const DTYPES: readonly ArrowDtype[] = ["f16", "f32", "f64"];

/** `rankme generate`. */
export const generateCommand: Command = {
  name: "generate",
  summary: "write made-up embeddings with a known spectrum as an Arrow IPC stream",
  usage: "[flags] > FILE",
  description:
    `Any number of rows, in constant memory. With power and rank spectra the singular values
are exact: --expect prints the RankMe that score must find (to rounding: use --dtype f64 to
see it to many digits). Gaussian rows are random: --expect is what they approach as rows grow.`,
  operands: [],
  flags: [
    { name: "rows", value: "N", help: `how many rows (default: ${DEFAULT_ROWS})` },
    { name: "dim", value: "D", help: `how many dimensions (default: ${DEFAULT_DIM})` },
    { name: "seed", value: "S", help: "a whole number; the same one, the same rows (default: 0)" },
    {
      name: "spectrum",
      value: "KIND",
      help: "gaussian (default), power:ALPHA (σₖ ∝ k^−ALPHA) or rank:R (R equal σ)",
    },
    { name: "noise", value: "X", help: "standard deviation of noise in every direction" },
    { name: "mean", value: "X", help: "added to every number" },
    { name: "dtype", value: "TYPE", help: "f16, f32 (default) or f64", choices: DTYPES },
    {
      name: "layout",
      value: "LAYOUT",
      help: "fixed-size-list (default), list, large-list or columns",
      choices: LAYOUTS,
    },
    { name: "column", value: "NAME", help: "the column's name (default: embedding)" },
    { name: "expect", help: "print the RankMe of the spectrum instead of rows" },
    ...RANK_FLAGS.map((flag) => ({ ...flag, needs: ["expect"] })),
  ],
  examples: [
    ["rankme generate --rows 25600 --dim 384 | rankme", "score Gaussian rows"],
    ["rankme generate --spectrum power:1 --expect", "what the next line must print"],
    ["rankme generate --spectrum power:1 --dtype f64 | rankme", "an exact power law"],
    ["rankme generate --spectrum rank:8 --noise 1e-4 --mean 3 > collapsed.arrow", "a collapse"],
  ],
  async run(args) {
    const options = syntheticOptions(args);
    if (args.on("expect")) {
      print(`${expectedRank(options, args)}\n`);
      if (!options.spectrum || options.spectrum.kind === "gaussian") {
        say("this is what random rows approach from below as their number grows");
      }
      return EXIT_STATUS.done;
    }
    if (Deno.stdout.isTerminal()) {
      throw usage("an Arrow stream is not for a terminal", "pipe it on or write it to a file");
    }
    await printStream(
      syntheticEmbeddings(options).pipeThrough(
        new ArrowEncodeStream({
          layout: args.text("layout") as ArrowLayout | undefined,
          dtype: args.text("dtype") as ArrowDtype | undefined,
          column: args.text("column"),
        }),
      ),
    );
    return EXIT_STATUS.done;
  },
};

function syntheticOptions(args: Arguments): SyntheticOptions {
  return {
    rows: args.count("rows") ?? DEFAULT_ROWS,
    dim: args.count("dim") ?? DEFAULT_DIM,
    seed: args.number("seed"),
    spectrum: parseSpectrum(args.text("spectrum") ?? "gaussian"),
    noise: args.number("noise"),
    mean: args.number("mean"),
  };
}

function parseSpectrum(text: string): SyntheticSpectrum {
  const [kind, parameter, ...rest] = text.split(":");
  const number = parameter ? Number(parameter) : NaN;
  if (rest.length === 0) {
    if (kind === "gaussian" && parameter === undefined) return { kind };
    if (kind === "power" && Number.isFinite(number)) return { kind, alpha: number };
    if (kind === "rank" && Number.isFinite(number)) return { kind, rank: number };
  }
  throw usage(`--spectrum is gaussian, power:ALPHA or rank:R, not "${text}"`);
}

function expectedRank(options: SyntheticOptions, args: Arguments): number {
  const { convention = "paper", center, epsilon } = rankOptions(args);
  const preset = CONVENTIONS[convention];
  const spectrum = syntheticSpectrum(options, center ?? preset.centered);
  return rankMe(spectrum, { values: preset.values, epsilon: epsilon ?? preset.epsilon });
}
