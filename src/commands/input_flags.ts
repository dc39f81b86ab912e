import type { ScoreSource } from "../pipeline/reading.ts";
import type { ScoreOptions } from "../pipeline/score_options.ts";
import { nameOf } from "../sources/bytes/input_name.ts";
import type { Format } from "../sources/detect.ts";
import type { Axes } from "../sources/axes.ts";
import { FORMATS } from "../sources/formats.ts";
import type { NonFinitePolicy } from "../sources/usable_rows.ts";
import type { Flag } from "./flag.ts";
import type { Arguments } from "./flags.ts";
import { standardInput } from "./standard_input.ts";
import { usage } from "./usage.ts";

/** What INPUT can be, for the help of commands that take it. */
export const INPUT_HELP =
  `INPUT is a file, a folder, a pattern such as 'shards/*.parquet' or a URL; - is standard input, as
is no INPUT at all when something is piped in. Arrow, Parquet, .npy, .npz, safetensors, CSV, TSV and
JSON Lines are told by their content; .gz and .zst are decompressed on the way. Standard input needs
no permission; files need --allow-read, URLs --allow-net. Messages count rows from 0, and lines of
text from 1.`;

/** The flags that say how an input is to be read, and which of its rows. */
export const INPUT_FLAGS: readonly Flag[] = [
  {
    name: "format",
    value: "NAME",
    help: `what INPUT is (default: as it looks): ${FORMATS.join(", ")}`,
    choices: FORMATS,
  },
  { name: "dim", value: "D", help: "dimensions of raw numbers (--format f32, f16, bf16, f64)" },
  {
    name: "column",
    value: "NAME",
    help: "the column or array of embeddings (default: the only one); several are scored each " +
      "by itself: names between commas, * for any characters",
  },
  {
    name: "columns",
    value: "LIST",
    help: "one column of numbers per dimension: names between commas, * for any characters",
  },
  {
    name: "axes",
    value: "HOW",
    help:
      "of more than two axes: rows (all but the last are rows) or flat (all but the first are D)",
    choices: ["rows", "flat"],
  },
  { name: "header", negatable: true, help: "the first line of a text names columns, or does not" },
  { name: "skip", value: "N", help: "leave out the first N rows" },
  { name: "limit", value: "N", help: "read no more than N rows" },
  { name: "sample", value: "N", help: "score N rows drawn uniformly from all; held in memory" },
  {
    name: "seed",
    value: "S",
    needs: ["sample"],
    help: "which sample: the same seed, the same rows (default: 0)",
  },
  {
    name: "non-finite",
    value: "POLICY",
    help: "rows with NaN, infinity or null: error (default) or skip",
    choices: ["error", "skip"],
  },
  { name: "strict", help: "a missing end-of-stream marker is an error" },
];

/** What {@linkcode INPUT_FLAGS} can say. */
export type InputOptions = Pick<
  ScoreOptions,
  | "format"
  | "dim"
  | "column"
  | "columns"
  | "axes"
  | "header"
  | "skip"
  | "limit"
  | "sample"
  | "seed"
  | "nonFinite"
  | "strict"
>;

/**
 * What {@linkcode INPUT_FLAGS} say.
 *
 * @param args The arguments.
 * @returns Options; what was not given is absent.
 */
export function inputOptions(args: Arguments): InputOptions {
  return {
    format: args.text("format") as Format | undefined,
    dim: args.count("dim"),
    column: columnOf(args),
    columns: args.list("columns"),
    axes: args.text("axes") as Axes | undefined,
    header: args.choice("header"),
    skip: args.count("skip", 0),
    limit: args.count("limit"),
    sample: args.count("sample"),
    seed: args.number("seed"),
    nonFinite: args.text("non-finite") as NonFinitePolicy | undefined,
    strict: args.on("strict"),
  };
}

/**
 * What a flag says that names columns of vectors.
 *
 * @param args The arguments.
 * @param name The flag. Default: `column`.
 * @returns One column by its name or pattern, or a list of several; nothing when it was not given.
 */
export function columnOf(args: Arguments, name = "column"): InputOptions["column"] {
  return args.text(name)?.includes(",") ? args.list(name) : args.text(name);
}

/** An input, and what messages call it. */
export interface NamedSource {
  readonly name: string;
  readonly source: ScoreSource;
}

/**
 * The inputs as sources: `-`, or nothing at all, is standard input.
 *
 * @param inputs What was given.
 * @returns The sources, in order.
 * @throws {RankMeError} `usage`, when one is given twice, and when there is none and nothing is piped in.
 */
export function inputSources(inputs: readonly string[]): readonly NamedSource[] {
  const twice = inputs.find((input, index) => inputs.indexOf(input) !== index);
  if (twice !== undefined) {
    throw usage(`${nameOf(twice)} is given twice`, "its rows would count twice");
  }
  if (inputs.length === 0 && Deno.stdin.isTerminal()) {
    throw usage("there is no input", "pass files, a folder or a pattern, or pipe something in");
  }
  return (inputs.length > 0 ? inputs : ["-"]).map((name) =>
    name === "-" ? { name: "stdin", source: standardInput } : { name, source: name }
  );
}
