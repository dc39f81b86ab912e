import { type ErrorCode, EXIT_STATUS } from "../errors.ts";
import type { EachInput } from "../pipeline/each_options.ts";
import type { EachOutcome } from "../pipeline/each_outcome.ts";
import { scoreEach } from "../pipeline/score_each.ts";
import { scoreEqualRows } from "../pipeline/score_equal_rows.ts";
import { toSvg } from "../report/charts/svg.ts";
import { terminalChart } from "../report/charts/terminal_chart.ts";
import { wrap } from "../report/layout.ts";
import { csvTable, markdownTable, textTable } from "../report/table.ts";
import { checkpointChart } from "../selection/checkpoint_chart.ts";
import { findDrops, type Watched } from "../selection/checkpoints.ts";
import { compare, type Comparison } from "../selection/comparison.ts";
import { comparisonJson } from "../selection/comparison_json.ts";
import { comparisonRecords, comparisonTable } from "../selection/comparison_table.ts";
import { comparisonLegend, describeDrops } from "../selection/comparison_text.ts";
import { positionsIn } from "../selection/positions.ts";
import { nameOf } from "../sources/bytes/input_name.ts";
import { listDataSets } from "../sources/shards/list_data_sets.ts";
import { someNames } from "../sources/shards/some_names.ts";
import { describeChoice } from "./circumstances.ts";
import type { Command } from "./command.ts";
import { COMPARE_FLAGS, type ComparePlan, comparePlan } from "./compare_flags.ts";
import type { Arguments } from "./flags.ts";
import { untilInterrupted } from "./interrupts.ts";
import { print, say, terminalWidth } from "./output.ts";
import { ProgressLine } from "./progress.ts";
import { describeBackend } from "./shared_flags.ts";
import { standardInput } from "./standard_input.ts";
import { usage } from "./usage.ts";
import { writeFile } from "./write_file.ts";

/** What is wrong with the machine or its permissions, and not with an input. */
const OF_THE_MACHINE: readonly ErrorCode[] = ["permission", "memory", "package", "resources"];

/** `rankme compare`. */
export const compareCommand: Command = {
  name: "compare",
  summary: "score each input and rank them, with intervals; checkpoints against their step",
  usage: "INPUT… [flags]",
  description:
    `Each INPUT is a data set of its own: a file, a URL, - for standard input, or a folder or
pattern, whose files are its shards. One INPUT that is a folder or a pattern stands for what is in it:
each file and each folder is a data set.

RankMe is comparable between runs of one method only, on as many rows of the same kind. Every
difference to the best has a 95 % interval of its own, shown as ±; ≈ marks differences whose interval
holds 0. Runs on the same rows in the same order are compared row by row, which narrows it.
With --x RankMe is drawn against the step; a drop is RankMe significantly below the best checkpoint
before it, a collapse a drop to less than half of that.

Exit status: 0 done, 2 wrong usage or a permission that is missing, 3 when an input could not be
scored (the others are), 4 out of memory, a full disk or a package that cannot be downloaded,
130 interrupted (what was scored by then is shown, and none is called the best).`,
  flags: COMPARE_FLAGS,
  examples: [
    ["rankme compare runs/*.arrow", "runs of one method, the best first"],
    ["rankme compare run-a/ run-b/ --rows min", "two folders of shards, on as many rows of each"],
    ["rankme compare checkpoints/ --x step", "RankMe against the training step"],
    ["rankme compare 'ckpt/epoch*.npy' --x epoch --svg rank.svg", "the same as a picture"],
    ["rankme compare a.npy b.npy --metrics alphaReq --sort alphaReq", "by another metric"],
    ["rankme compare runs/ --csv > ranks.csv", "all digits, for a spreadsheet"],
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const plan = await comparePlan(args);
  return await untilInterrupted(async (signal) => {
    const started = performance.now();
    const inputs = await dataSets(args.positionals);
    const names = inputs.map(({ name }) => name);
    const positions = plan.word === undefined ? undefined : positionsIn(names, plan.word);
    const outcomes = await scoreAll(inputs, plan, args.on("quiet"), signal);
    const comparison = compare(outcomes, { ...plan, unscored: missingFrom(outcomes, names) });
    const watched = positions && watch(comparison, names, positions);
    print(await written(comparison, watched, plan, args.on("spectrum")));
    const isWhole = comparison.unscored.length === 0;
    if (plan.svg !== undefined && isWhole && watched?.length) {
      await draw(plan.svg, watched, plan.word!);
    }
    comparison.failed.forEach(({ error }) => say(error));
    if (comparison.unscored.length > 0) say(interruption(comparison, names));
    if (!args.on("quiet")) warn(comparison);
    if (args.on("verbose")) {
      circumstances(comparison, performance.now() - started).forEach((line) => say(line));
    }
    return statusOf(comparison);
  });
}

/** That of a failure which is not the input's own, as a permission that is missing; else of bad input. */
function statusOf({ failed }: Comparison): number {
  if (failed.length === 0) return EXIT_STATUS.done;
  const other = failed.find(({ error: { code } }) => OF_THE_MACHINE.includes(code));
  return other?.error.exitStatus ?? EXIT_STATUS.input;
}

/** The data sets that nothing came of, as they were not scored before an interruption. */
function missingFrom(outcomes: readonly EachOutcome[], names: readonly string[]): string[] {
  const scored = new Set(outcomes.map(({ name }) => name));
  return names.filter((name) => !scored.has(name));
}

function interruption({ unscored }: Comparison, names: readonly string[]): string {
  const done = names.length - unscored.length;
  return `interrupted: ${done} of ${names.length} were looked at, so none is the best; ` +
    `not scored: ${someNames(unscored)}`;
}

/** The data sets among the inputs: those in the only one, or each. */
async function dataSets(inputs: readonly string[]): Promise<readonly EachInput[]> {
  if (inputs.length === 0) throw usage("nothing to compare", "pass files or a folder");
  const paths = inputs.length === 1 && inputs[0] !== "-" ? await listDataSets(inputs[0]) : inputs;
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw usage(`${nameOf(twice)} is given twice`, "pass each input once");
  return paths.map((path) =>
    path === "-" ? { name: "stdin", source: standardInput } : { name: nameOf(path), source: path }
  );
}

async function scoreAll(
  inputs: readonly EachInput[],
  { scoring, rows }: ComparePlan,
  quiet: boolean,
  signal: AbortSignal,
): Promise<readonly EachOutcome[]> {
  const line = new ProgressLine(quiet);
  const options: ComparePlan["scoring"] = {
    ...scoring,
    signal,
    ...line.enabled && {
      onProgress: (state) => line.update(state, `${state.done} of ${state.inputs}: `),
    },
  };
  try {
    return await (rows === undefined
      ? scoreEach(inputs, options)
      : scoreEqualRows(inputs, rows, options));
  } finally {
    line.clear();
  }
}

/** The checkpoints that were scored, with how far each had come. */
function watch(
  { ranked }: Comparison,
  names: readonly string[],
  positions: readonly number[],
): readonly Watched[] {
  return findDrops(
    ranked.map(({ name, report }) => ({ name, report, x: positions[names.indexOf(name)] })),
  );
}

async function written(
  comparison: Comparison,
  watched: readonly Watched[] | undefined,
  { word = "", form, scoring }: ComparePlan,
  spectrum: boolean,
): Promise<string> {
  const checkpoints = watched && { word, watched };
  if (form === "json") return comparisonJson(comparison, { checkpoints, spectrum });
  if (form === "csv") return csvTable(comparisonRecords(comparison, checkpoints));
  const metrics = Array.isArray(scoring.metrics) ? shownMetrics(comparison) : [];
  const table = comparisonTable(comparison, { metrics, checkpoints });
  if (form === "markdown") return markdownTable(table);
  if (comparison.ranked.length === 0) return "";
  // Of a training that was not looked at in full nothing is said.
  const isWhole = comparison.unscored.length === 0;
  const color = !Deno.noColor && Deno.stdout.isTerminal();
  const width = terminalWidth();
  return [
    ...watched && watched.length > 1 ? [await chart(watched, word, color)] : [],
    textTable(table, { color, width }),
    [...comparisonLegend(comparison), ...watched && isWhole ? describeDrops(watched, word) : []]
      .flatMap((line) => wrap(line, width)).map((line) => `${line}\n`).join(""),
  ].join("\n");
}

function shownMetrics({ ranked }: Comparison): string[] {
  return [...new Set(ranked.flatMap(({ report }) => Object.keys(report.metrics)))];
}

async function chart(watched: readonly Watched[], word: string, color: boolean): Promise<string> {
  const points = watched.map(({ x, report }) => [x, report.rankMe] as const);
  const marked = watched.flatMap(({ drop }, index) => drop ? [index] : []);
  const chart = { points, marked, xLabel: word, yLabel: "RankMe, ● drop" };
  return await terminalChart(chart, { color, width: terminalWidth(80) });
}

async function draw(file: string, watched: readonly Watched[], word: string): Promise<void> {
  await writeFile(file, `${await toSvg(checkpointChart(watched, word))}\n`);
}

function warn({ ranked, notes }: Comparison): void {
  const byWarning = new Map<string, string[]>();
  for (const { name, report } of ranked) {
    for (const warning of report.warnings) {
      byWarning.set(warning, [...byWarning.get(warning) ?? [], name]);
    }
  }
  const warnings = Array.from(byWarning, ([warning, names]) => `${someNames(names)}: ${warning}`);
  for (const text of [...notes, ...warnings]) say(`warning: ${text}`);
}

function circumstances({ ranked }: Comparison, milliseconds: number): readonly string[] {
  const backends = new Set(ranked.map(({ report }) => describeBackend(report.backend)));
  const rows = ranked.reduce((sum, { report }) => sum + report.rows, 0);
  const columns = Map.groupBy(ranked, ({ report: { inputs: [input] } }) => describeChoice(input));
  return [
    ...Array.from(columns).flatMap(([choice, runs]) =>
      choice ? [`${choice}: ${someNames(runs.map(({ name }) => name))}`] : []
    ),
    ...Array.from(backends, (backend) => `backend ${backend}`),
    `${(milliseconds / 1000).toFixed(2)} s, ${rows} rows`,
  ];
}
