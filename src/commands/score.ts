import { EXIT_STATUS, RankMeError } from "../errors.ts";
import { scorePartsStream } from "../pipeline/score.ts";
import type { ScoreOptions } from "../pipeline/score_options.ts";
import { formatRank, grouped } from "../report/digits.ts";
import { type GateVerdict, toJson } from "../report/json.ts";
import { nameOfPart } from "../report/name_of_part.ts";
import type { ScoreReport } from "../report/report.ts";
import { toText } from "../report/text.ts";
import { asksForSeveral } from "../sources/columns.ts";
import { circumstances } from "./circumstances.ts";
import type { Command } from "./command.ts";
import { parseDims } from "./dims.ts";
import type { Arguments } from "./flags.ts";
import { GATE_FLAGS, hasGates } from "./gate_flags.ts";
import type { GateOutcome, Gates } from "./gates.ts";
import {
  columnOf,
  INPUT_FLAGS,
  INPUT_HELP,
  inputOptions,
  inputSources,
  type NamedSource,
} from "./input_flags.ts";
import { untilInterrupted } from "./interrupts.ts";
import { isUnread, print, say, terminalWidth } from "./output.ts";
import { ProgressLine, watching } from "./progress.ts";
import {
  BACKEND_FLAGS,
  chosenBackend,
  METRIC_FLAGS,
  metricOptions,
  METRICS_HELP,
  RANK_FLAGS,
  rankOptions,
} from "./shared_flags.ts";

/** `rankme score`: the default command. */
export const scoreCommand: Command = {
  name: "score",
  summary: "score one data set: a stream, files, folders or URLs, which are its shards",
  usage: "[INPUT…] [flags]",
  description: `${INPUT_HELP}
Several inputs are the shards of one data set.

${METRICS_HELP}

Exit status: 0 done, 1 a gate failed, 2 wrong usage or a permission that is missing, 3 bad input,
4 out of memory, a full disk or a package that cannot be downloaded,
130 interrupted (what was read by then is scored, and marked as partial).`,
  flags: [
    ...INPUT_FLAGS,
    {
      name: "dims",
      value: "LIST",
      help: "only dimensions A:B; several, as the prefixes 64,128,256, in the same pass",
    },
    { name: "normalize", help: "scale every row to length 1 first" },
    {
      name: "by",
      value: "COLUMN",
      help: "score the rows of each value of this column by themselves",
    },
    {
      name: "max-groups",
      value: "N",
      needs: ["by"],
      help: "values that --by may find (default: 1000)",
    },
    { name: "group", value: "COLUMN", help: "the object that each row is a view of, for LiDAR" },
    {
      name: "group-memory",
      value: "SIZE",
      needs: ["by", "group"],
      help: "memory for the groups of --by, and for rows of --group that are in no order: 8GB",
    },
    ...RANK_FLAGS,
    ...METRIC_FLAGS,
    { name: "ci", help: "a standard error and a 95 % interval of each number, by the jackknife" },
    { name: "every", value: "N", help: "also report each time N more rows have been seen" },
    {
      name: "until",
      value: "SHARE",
      help: "stop reading when twice as many rows give the same RankMe within, say, 0.1%",
    },
    { name: "exact", help: "resolve singular values below 1e-8·σ₁ as well; several times slower" },
    ...BACKEND_FLAGS,
    { name: "spectrum", needs: ["json"], help: "put all singular values into the JSON" },
    { name: "json", help: "print one JSON object per report" },
    ...GATE_FLAGS,
    { name: "quiet", short: "q", help: "no progress and no warnings" },
    { name: "verbose", short: "v", help: "say what was read and what computed it" },
  ],
  examples: [
    ["python embed.py | rankme", "a producer that writes an Arrow IPC stream"],
    ["rankme emb-0.arrow emb-1.arrow --json", "two shards of one data set, for a program"],
    ["rankme embeddings/ --column emb --sample 25600", "a folder of Parquet files, by a sample"],
    ["rankme tokens.npy --axes rows --dims 64,128,256", "each token; three Matryoshka prefixes"],
    ["rankme emb.bin --format f32 --dim 384", "numbers and nothing else"],
    ["rankme emb.arrow --every 5000 --limit 25600", "how RankMe settles, up to the paper's count"],
    ["rankme emb.arrow --columns 'dim_*' --normalize", "one column per dimension, unit rows"],
    ["rankme emb.parquet --column 'layer*' --ci", "every layer by itself, with 95 % intervals"],
    ["rankme emb.parquet --by class --metrics all", "every class by itself, with all metrics"],
    ["rankme views.arrow --group image", "LiDAR: rows of one image are views of it"],
    ["rankme emb/ --until 0.1%", "as few rows as will do"],
    ["rankme emb.arrow --metric 'gap=log(lambda[1]/lambda[2])'", "a metric of your own"],
    ["rankme emb.arrow --fail-under 100 --quiet", "a gate in a pipeline"],
    [
      "rankme emb.arrow --baseline last.json --max-drop 5%",
      "no worse than what --json said before",
    ],
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const options = await optionsOf(args);
  const gates = await gatesFor(args, options);
  const sources = inputSources(args.positionals);
  return await untilInterrupted(async (signal) => {
    // What an interrupted input comes to is no verdict.
    const judge = () => signal.aborted ? undefined : gates;
    const reports = await scoreAndPrint(sources, { ...options, signal }, args, judge);
    const outcome = judge()?.check(reports);
    return outcome ? passing(outcome, args) : EXIT_STATUS.done;
  });
}

async function optionsOf(args: Arguments): Promise<ScoreOptions> {
  const dims = args.list("dims");
  return {
    ...inputOptions(args),
    ...rankOptions(args),
    ...await metricOptions(args),
    ...dims && { dims: parseDims(dims) },
    normalize: args.on("normalize"),
    by: args.text("by"),
    maxGroups: args.count("max-groups"),
    group: args.text("group"),
    groupMemory: args.bytes("group-memory"),
    ci: args.on("ci"),
    every: args.count("every"),
    until: args.share("until"),
    exact: args.on("exact"),
  };
}

async function scoreAndPrint(
  named: readonly NamedSource[],
  options: ScoreOptions,
  args: Arguments,
  judge: () => Gates | undefined,
): Promise<readonly ScoreReport[]> {
  const progress = new ProgressLine(args.on("quiet"));
  const backend = chosenBackend(args);
  const rounds = scorePartsStream(named.map(({ source }) => source), {
    ...options,
    backend,
    names: named.map(({ name }) => name),
    ...watching(args, progress),
  });
  const printer = new Printer(args, judge);
  let last: readonly ScoreReport[] = [];
  try {
    for await (const reports of rounds) {
      last = reports;
      progress.show(reports[0].rankMe);
      progress.clear();
      printer.round(reports);
      // More rows are of use to nobody, unless a gate is to be judged by them.
      if (isUnread() && !judge()) return last;
    }
  } finally {
    progress.clear();
  }
  await printer.end(last);
  return last;
}

/** Prints reports as they come, as JSON or for a person. */
class Printer {
  readonly #args: Arguments;
  readonly #judge: () => Gates | undefined;
  readonly #alongTheWay: boolean;

  constructor(args: Arguments, judge: () => Gates | undefined) {
    this.#args = args;
    this.#judge = judge;
    this.#alongTheWay = args.text("every") !== undefined;
  }

  /** Reports on the same rows: one, or one for each part of them. */
  round(reports: readonly ScoreReport[]): void {
    if (!this.#args.on("json")) {
      if (this.#alongTheWay) reports.forEach((report) => print(curveLine(report, reports)));
      return;
    }
    const verdicts = judged(this.#judge(), reports);
    const spectrum = this.#args.on("spectrum");
    const lines = reports.map((report) =>
      toJson(report, { spectrum, gates: verdicts.get(report) })
    );
    // One object for one report, and a list where parts were asked for, though it be of one.
    if (lines.length === 1 && !asksForParts(this.#args, reports[0]) || this.#alongTheWay) {
      print(lines.map((line) => `${line}\n`).join(""));
    } else print(`[${lines.join(",\n")}]\n`);
  }

  /** The last reports once more, with all that a person wants to know. */
  async end(reports: readonly ScoreReport[]): Promise<void> {
    if (!this.#args.on("json")) {
      print((this.#alongTheWay ? "\n" : "") + await textOf(reports, this.#args));
    }
    if (!this.#args.on("quiet")) {
      const warnings = new Set(reports.flatMap((report) => report.warnings));
      warnings.forEach((warning) => say(`warning: ${warning}`));
    }
    if (this.#args.on("verbose")) circumstances(reports[0]).forEach((line) => say(line));
  }
}

/** Reports for a person; what few need is loaded when it is needed. */
async function textOf(reports: readonly ScoreReport[], args: Arguments): Promise<string> {
  const color = !Deno.noColor && Deno.stdout.isTerminal();
  if (reports.length === 1 && !asksForParts(args, reports[0])) {
    return toText(reports[0], { color, width: terminalWidth() });
  }
  const { toTable } = await import("../report/parts_table.ts");
  return toTable(reports, { color, width: terminalWidth() });
}

/** Whether parts that are found in the input were asked for: there may be several, or one. */
function asksForParts(args: Arguments, { column }: ScoreReport): boolean {
  const read = column === undefined ? [] : [{ name: column }];
  return args.text("by") !== undefined || asksForSeveral({ column: columnOf(args) }, read);
}

function curveLine(report: ScoreReport, among: readonly ScoreReport[]): string {
  const { rows, rankMe } = report;
  const part = nameOfPart(report, among);
  return `${grouped(rows).padStart(12)} rows  RankMe ${formatRank(rankMe)}${part && `  ${part}`}\n`;
}

/** Loaded when one is asked for: a start takes as long as what it loads. */
async function gatesFor(args: Arguments, options: ScoreOptions): Promise<Gates | undefined> {
  if (!hasGates(args)) return undefined;
  const { gatesOf, plannedScore } = await import("./gates.ts");
  return await gatesOf(args, plannedScore(options));
}

/**
 * What gates say of each report; nothing where they cannot be judged, as of too few rows along the way:
 * of the last ones that is an error.
 */
function judged(
  gates: Gates | undefined,
  reports: readonly ScoreReport[],
): ReadonlyMap<ScoreReport, readonly GateVerdict[]> {
  const byReport = new Map<ScoreReport, GateVerdict[]>();
  try {
    for (const { report, gate, passed, found } of gates?.check(reports).verdicts ?? []) {
      byReport.set(report, [...byReport.get(report) ?? [], { gate, passed, found }]);
    }
  } catch (error) {
    if (!(error instanceof RankMeError)) throw error;
  }
  return byReport;
}

function passing({ verdicts, notes }: GateOutcome, args: Arguments): number {
  if (!args.on("quiet")) notes.forEach((line) => say(`note: ${line}`));
  for (const { flag, passed, found } of verdicts) {
    if (!passed) say(`${found} (${flag})`);
    else if (args.on("verbose")) say(`passed: ${found} (${flag})`);
  }
  return verdicts.every(({ passed }) => passed) ? EXIT_STATUS.done : EXIT_STATUS.gateFailed;
}
