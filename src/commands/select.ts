import { EXIT_STATUS } from "../errors.ts";
import { csvTable } from "../report/table.ts";
import { toSvg } from "../report/charts/svg.ts";
import { parseManifest } from "../selection/manifest.ts";
import { MANIFEST_FORMATS, type ManifestFormat } from "../selection/manifest_records.ts";
import type { Preference } from "../selection/choice.ts";
import type { Tolerance } from "../selection/rank_difference.ts";
import type { HyperparameterValue, Manifest, Settings } from "../selection/run.ts";
import { scoreManifest, type ScoreManifestOptions } from "../selection/score_runs.ts";
import { selectRuns } from "../selection/select_runs.ts";
import type { Selection } from "../selection/selection.ts";
import { selectionChart } from "../selection/selection_chart.ts";
import { selectionJson } from "../selection/selection_json.ts";
import { selectionTable } from "../selection/selection_tables.ts";
import type { SelectionOptions } from "../selection/selection_options.ts";
import { selectionText } from "../selection/selection_text.ts";
import { readText } from "../sources/bytes/read_text.ts";
import { someNames } from "../sources/shards/some_names.ts";
import type { Command } from "./command.ts";
import { oneRange } from "./dims.ts";
import type { Flag } from "./flag.ts";
import type { Arguments } from "./flags.ts";
import { INPUT_FLAGS, inputOptions } from "./input_flags.ts";
import { untilInterrupted } from "./interrupts.ts";
import { print, say, terminalWidth } from "./output.ts";
import { ProgressLine } from "./progress.ts";
import { BACKEND_FLAGS, backendChoice, RANK_FLAGS, rankOptions } from "./shared_flags.ts";
import { standardInput } from "./standard_input.ts";
import { usage } from "./usage.ts";
import { writeFile } from "./write_file.ts";

/** The flags that say what score embeddings have. */
const SCORING_FLAGS: readonly Flag[] = [
  ...INPUT_FLAGS,
  { name: "dims", value: "A:B", help: "only these dimensions" },
  {
    name: "rows",
    value: "N",
    help: "score the first N rows of each; min: as many as the shortest has",
  },
  { name: "normalize", help: "scale every row to length 1 first" },
  ...RANK_FLAGS,
  { name: "exact", help: "resolve singular values below 1e-8·σ₁ as well; several times slower" },
];

/** `rankme select`. */
export const selectCommand: Command = {
  name: "select",
  summary: "choose hyperparameters without labels, from a table of the runs of a sweep",
  usage: "MANIFEST [flags]",
  description:
    `MANIFEST is a CSV, JSON or YAML file that lists runs; - is standard input. Its columns:

  method               the method a run is of; runs of different methods are never compared
  embeddings (path)    where its embeddings are, beside the manifest, or the JSON of score --json
  rankMe (score)       or its score, where it is known
  accuracy, acc, top1, accuracy_*   accuracies downstream, to see what the choice costs
  seed, name, status   repetitions are averaged; a run whose status is "failed" is left out
  all others           hyperparameters; or, in the long form, one per run: hyperparameter,value

For each method and each hyperparameter that was varied while the others stayed at their default,
the value of the highest RankMe is chosen. Embeddings need --allow-read.

Exit status: 0 done, 2 wrong usage or a permission that is missing, 3 a manifest that is wrong, or a
run that could not be scored though nothing says that it failed (the choice is made among the
others), 4 out of memory, a full disk or a package that cannot be downloaded,
130 interrupted (nothing is chosen).`,
  flags: [
    { name: "hyperparameters", value: "LIST", help: "the columns of hyperparameters" },
    { name: "ignore", value: "LIST", help: "columns that mean nothing" },
    { name: "accuracy", value: "LIST", help: "the columns of accuracies" },
    {
      name: "manifest-format",
      value: "NAME",
      help: `what MANIFEST is: ${MANIFEST_FORMATS.join(", ")} (default: as it looks)`,
      choices: MANIFEST_FORMATS,
    },
    {
      name: "default",
      value: "LIST",
      help: "the configuration others vary around, as in lr=0.1,wd=1e-4 (default: it is found)",
    },
    { name: "joint", help: "choose over everything at once, which the paper does not" },
    {
      name: "prefer",
      value: "WHICH",
      help: "of values that cannot be told apart: min or max, or for each, as in lr=max,temp=min",
    },
    {
      name: "tolerance",
      value: "X",
      help: "what is as near to the highest counts as equal: 1%, or in units of RankMe",
    },
    { name: "oracle", value: "NAME", help: "the accuracy the oracle chooses by (default: each)" },
    ...SCORING_FLAGS,
    { name: "jobs", value: "N", help: "score so many at a time (default: as memory allows)" },
    {
      name: "ci",
      negatable: true,
      help: "tell runs without seeds apart by the jackknife (default, unless --tolerance)",
    },
    ...BACKEND_FLAGS,
    {
      name: "svg",
      value: "FILE",
      isPath: true,
      help: "draw RankMe against accuracy; needs --allow-write",
    },
    { name: "json", help: "print everything as one JSON object" },
    { name: "csv", help: "print one table of all values as CSV" },
    { name: "markdown", help: "print Markdown" },
    { name: "quiet", short: "q", help: "no warnings" },
  ],
  examples: [
    ["rankme select sweep.csv", "the paper's procedure"],
    [
      "rankme select sweep.yaml --prefer lr=max --svg sweep.svg",
      "of equal learning rates the largest",
    ],
    ["rankme select sweep.csv --tolerance 1% --prefer min", "the smallest within a hundredth"],
    ["rankme select runs.json --ignore wandb_id --json", "for a program"],
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const [path, ...more] = args.positionals;
  if (path === undefined || more.length > 0) {
    const found = path === undefined ? "and there is none" : `not ${args.positionals.length}`;
    throw usage(`select takes one manifest, ${found}`, "list all runs in it; - is standard input");
  }
  const outputs = ["json", "csv", "markdown"].filter((name) => args.on(name));
  if (outputs.length > 1) throw usage(`--${outputs[0]} or --${outputs[1]}, not both`);
  const options = selectionOptions(args);
  const scoring = scoringOptions(args, options);
  const manifest = await readManifest(path, args);
  if (manifest.runs.every(({ embeddings }) => embeddings === undefined)) refuseScoring(args);
  if (args.text("svg") !== undefined && manifest.tasks.length === 0) {
    throw usage(
      "--svg draws RankMe against accuracy",
      "name columns of accuracies with --accuracy",
    );
  }
  return await untilInterrupted(async (signal) => {
    const scored = await scoreAll(manifest, { ...scoring, folder: folderOf(path), signal }, args);
    if (!signal.aborted) return await selectAndPrint(scored, options, args);
    const missing = scored.runs.filter(({ score, failure, embeddings }) =>
      !score && !failure && embeddings !== undefined
    ).map(({ embeddings }) => embeddings!);
    const which = missing.length > 0 ? `; not scored: ${someNames(missing)}` : "";
    say(`interrupted: not all runs are scored, so nothing is chosen${which}`);
    return EXIT_STATUS.interrupted;
  });
}

/** Refuses flags that say how to score, where there is nothing to be scored. */
function refuseScoring(args: Arguments): void {
  const idle = SCORING_FLAGS.find((flag) =>
    args.isGiven(flag) || flag.negatable && args.choice(flag.name) === false
  );
  if (!idle) return;
  throw usage(
    `--${idle.name} says how embeddings are scored, and the manifest has scores only`,
    "leave it out, or list embeddings",
  );
}

async function selectAndPrint(
  manifest: Manifest,
  options: SelectionOptions,
  args: Arguments,
): Promise<number> {
  const selection = selectRuns(manifest, options);
  printSelection(selection, args);
  await draw(manifest, selection, args.text("svg"));
  if (!args.on("quiet")) {
    selection.warnings.forEach((warning) => say(`warning: ${warning}`));
  }
  const missing = selection.leftOut.filter(({ unexpected }) => unexpected);
  missing.forEach(({ run, reason }) => say(`${run} is left out: ${reason}`));
  return missing.length > 0 ? EXIT_STATUS.input : EXIT_STATUS.done;
}

async function readManifest(path: string, args: Arguments): Promise<Manifest> {
  const isStdin = path === "-";
  return await parseManifest(await readText(isStdin ? standardInput : path), {
    name: isStdin ? "stdin" : path,
    format: args.text("manifest-format") as ManifestFormat | undefined,
    accuracy: args.list("accuracy"),
    hyperparameters: args.list("hyperparameters"),
    ignore: args.list("ignore"),
  });
}

async function scoreAll(
  manifest: Manifest,
  options: ScoreManifestOptions,
  args: Arguments,
): Promise<Manifest> {
  const line = new ProgressLine(args.on("quiet"));
  try {
    return await scoreManifest(manifest, {
      ...options,
      ...line.enabled && {
        onProgress: (state) => line.update(state, `${state.done} of ${state.inputs}: `),
      },
    });
  } finally {
    line.clear();
  }
}

/** The folder that paths are relative to; that of a manifest from a pipe is where the program runs. */
function folderOf(path: string): string | undefined {
  return /^.*[/\\]/.exec(path)?.[0];
}

function scoringOptions(args: Arguments, { tolerance }: SelectionOptions): ScoreManifestOptions {
  const rows = args.text("rows"), dims = args.text("dims");
  const { limit, sample } = inputOptions(args);
  if (rows !== undefined && (limit !== undefined || sample !== undefined)) {
    throw usage("--rows says how many rows of each already", "leave out --limit and --sample");
  }
  return {
    ...inputOptions(args),
    ...rankOptions(args),
    ...dims !== undefined && { dims: [oneRange(dims)] },
    normalize: args.on("normalize"),
    exact: args.on("exact"),
    ci: args.choice("ci") ?? tolerance === undefined,
    rows: rows === "min" ? rows : args.count("rows"),
    jobs: args.count("jobs"),
    backend: backendChoice(args),
  };
}

function selectionOptions(args: Arguments): SelectionOptions {
  return {
    prefer: preferenceOf(args.text("prefer")),
    tolerance: toleranceOf(args.text("tolerance")),
    default: settingsOf(args.text("default")),
    joint: args.on("joint"),
    oracle: args.text("oracle"),
  };
}

function preferenceOf(text: string | undefined): SelectionOptions["prefer"] {
  if (text === undefined || isPreference(text)) return text;
  return Object.fromEntries(
    pairsOf(text, "prefer").map(([name, which]) => {
      if (!isPreference(which)) throw usage(`--prefer is min or max, not "${which}"`);
      return [name, which];
    }),
  );
}

function isPreference(text: string): text is Preference {
  return text === "min" || text === "max";
}

function toleranceOf(text: string | undefined): Tolerance | undefined {
  if (text === undefined) return undefined;
  const [, digits, percent] = /^(\d*\.?\d+(?:e[+-]?\d+)?)\s*(%?)$/i.exec(text.trim()) ?? [];
  if (digits === undefined) {
    throw usage(`--tolerance is a share such as 1%, or a number of RankMe, not "${text}"`);
  }
  return { value: Number(digits) / (percent ? 100 : 1), relative: percent === "%" };
}

function settingsOf(text: string | undefined): Settings | undefined {
  if (text === undefined) return undefined;
  const numbers = (value: string): HyperparameterValue =>
    value !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
  return Object.fromEntries(
    pairsOf(text, "default").map(([name, value]) => [name, numbers(value)]),
  );
}

function pairsOf(text: string, flag: string): (readonly [string, string])[] {
  return text.split(",").filter(Boolean).map((part) => {
    const at = part.indexOf("=");
    if (at < 1) throw usage(`--${flag} is NAME=VALUE, and so on after commas, not "${part}"`);
    return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
  });
}

function printSelection(selection: Selection, args: Arguments): void {
  if (args.on("json")) return print(`${selectionJson(selection)}\n`);
  if (args.on("csv")) return print(csvTable(selectionTable(selection)));
  const color = !Deno.noColor && Deno.stdout.isTerminal();
  print(selectionText(selection, { color, markdown: args.on("markdown"), width: terminalWidth() }));
}

async function draw(manifest: Manifest, selection: Selection, file: string | undefined) {
  if (file === undefined) return;
  const chart = selectionChart(manifest, selection);
  if (!chart) throw usage("no run has both a score and an accuracy, so there is nothing to draw");
  await writeFile(file, await toSvg(chart));
}
