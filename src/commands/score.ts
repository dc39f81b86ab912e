import { EXIT_STATUS, formatBytes, RankMeError } from "../errors.ts";
import type { ScoreSource } from "../pipeline/reading.ts";
import { type ScoreOptions, scoreStream } from "../pipeline/score.ts";
import { toJson } from "../report/json.ts";
import type { ScoreReport } from "../report/report.ts";
import { formatRank, grouped, toText } from "../report/text.ts";
import type { Command } from "./command.ts";
import { type Arguments, usage } from "./flags.ts";
import { note, print } from "./output.ts";
import { ProgressLine } from "./progress.ts";
import {
  BACKEND_FLAGS,
  chosenBackend,
  describeBackend,
  RANK_FLAGS,
  rankOptions,
} from "./shared_flags.ts";

/** From here on a user is told before anything is computed. */
const LARGE_STATE_BYTES = 1e9;

/** `rankme score`: the default command. */
export const scoreCommand: Command = {
  name: "score",
  summary: "score one data set: a stream, a file, or several files that are its shards",
  usage: "[INPUT…] [flags]",
  description:
    `INPUT is an Arrow IPC stream or file; - is standard input, as is no INPUT at all when
something is piped in. Standard input needs no permission; files need --allow-read.

Exit status: 0 done, 1 under --fail-under, 2 wrong usage, 3 bad input, 4 out of memory,
130 interrupted (what was read by then is scored, and marked as partial).`,
  flags: [
    { name: "column", value: "NAME", help: "the column of embeddings (default: the only one)" },
    {
      name: "columns",
      value: "LIST",
      help: "one float column per dimension: names between commas, * for any characters",
    },
    ...RANK_FLAGS,
    { name: "normalize", help: "scale every row to length 1 first" },
    { name: "limit", value: "N", help: "read no more than N rows" },
    {
      name: "non-finite",
      value: "POLICY",
      help: "rows with NaN, infinity or null: error (default) or skip",
      choices: ["error", "skip"],
    },
    { name: "strict", help: "a missing end-of-stream marker is an error" },
    { name: "every", value: "N", help: "also report each time N more rows have been seen" },
    { name: "exact", help: "resolve singular values below 1e-8·σ₁ as well; several times slower" },
    ...BACKEND_FLAGS,
    { name: "spectrum", help: "put all singular values into the JSON" },
    { name: "json", help: "print one JSON object per report" },
    { name: "fail-under", value: "X", help: "exit with 1 when RankMe is under X" },
    { name: "quiet", short: "q", help: "no progress and no warnings" },
    { name: "verbose", short: "v", help: "say what was read and what computed it" },
  ],
  examples: [
    ["python embed.py | rankme", "a producer that writes an Arrow IPC stream"],
    ["rankme emb-0.arrow emb-1.arrow --json", "two shards of one data set, for a program"],
    ["rankme emb.arrow --every 5000 --limit 25600", "how RankMe settles, up to the paper's count"],
    ["rankme emb.arrow --columns 'dim_*' --normalize", "one column per dimension, unit rows"],
    ["rankme emb.arrow --fail-under 100 --quiet", "a gate in a pipeline"],
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const interrupt = new AbortController();
  const onInterrupt = () => {
    // A second one ends the program at once.
    Deno.removeSignalListener("SIGINT", onInterrupt);
    interrupt.abort();
  };
  const options = optionsOf(args);
  const threshold = args.number("fail-under");
  const sources = sourcesOf(args.positionals);
  Deno.addSignalListener("SIGINT", onInterrupt);
  try {
    const report = await scoreAndPrint(sources, { ...options, signal: interrupt.signal }, args);
    if (interrupt.signal.aborted) return EXIT_STATUS.interrupted;
    return gate(report, threshold);
  } catch (error) {
    if (!interrupt.signal.aborted || !(error instanceof RankMeError)) throw error;
    note(`rankme: ${error.message}\n`);
    return EXIT_STATUS.interrupted;
  } finally {
    if (!interrupt.signal.aborted) Deno.removeSignalListener("SIGINT", onInterrupt);
  }
}

function optionsOf(args: Arguments): ScoreOptions {
  return {
    ...rankOptions(args),
    column: args.text("column"),
    columns: args.list("columns"),
    normalize: args.on("normalize"),
    limit: args.count("limit"),
    nonFinite: args.text("non-finite") as "error" | "skip" | undefined,
    strict: args.on("strict"),
    every: args.count("every"),
    exact: args.on("exact"),
  };
}

/** The inputs as sources: `-`, or nothing at all, is standard input. */
function sourcesOf(inputs: readonly string[]): readonly NamedSource[] {
  const twice = inputs.find((input, index) => inputs.indexOf(input) !== index);
  if (twice !== undefined) throw usage(`${twice} is given twice`, "its rows would count twice");
  return (inputs.length > 0 ? inputs : ["-"]).map((name) =>
    name === "-" ? { name: "stdin", source: Deno.stdin.readable } : { name, source: name }
  );
}

interface NamedSource {
  readonly name: string;
  readonly source: ScoreSource;
}

async function scoreAndPrint(
  named: readonly NamedSource[],
  options: ScoreOptions,
  args: Arguments,
): Promise<ScoreReport> {
  const progress = new ProgressLine(args.on("quiet"));
  const asJson = args.on("json");
  const color = !Deno.noColor && Deno.stdout.isTerminal();
  const { backend, notes } = chosenBackend(args);
  if (args.on("verbose")) notes.forEach((reason) => note(`rankme: ${reason}\n`));
  const reports = scoreStream(named.map(({ source }) => source), {
    ...options,
    backend,
    names: named.map(({ name }) => name),
    onMemory: (bytes) => {
      const worthKnowing = bytes >= LARGE_STATE_BYTES && !args.on("quiet");
      if (worthKnowing || args.on("verbose")) {
        progress.clear();
        note(`rankme: the state will need ${formatBytes(bytes)} of memory\n`);
      }
    },
    onProgress: (state) => progress.update(state),
  });
  let last!: ScoreReport;
  try {
    for await (const report of reports) {
      last = report;
      progress.show(report.rankMe);
      progress.clear();
      if (asJson) print(`${toJson(report, { spectrum: args.on("spectrum") })}\n`);
      else if (options.every) print(curveLine(report));
    }
  } finally {
    progress.clear();
  }
  if (!asJson) print((options.every ? "\n" : "") + toText(last, { color, width: terminalWidth() }));
  if (!args.on("quiet")) last.warnings.forEach((warning) => note(`rankme: warning: ${warning}\n`));
  if (args.on("verbose")) note(circumstances(last));
  return last;
}

function curveLine({ rows, rankMe }: ScoreReport): string {
  return `${grouped(rows).padStart(12)} rows  RankMe ${formatRank(rankMe)}\n`;
}

function terminalWidth(): number {
  // A terminal that was never told its size says 0.
  return Deno.stdout.isTerminal() && Deno.consoleSize().columns || 80;
}

function circumstances({ inputs, backend, timing }: ScoreReport): string {
  return [
    ...inputs.map(({ name, format, rows }) => `${name}: ${format}, ${grouped(rows)} rows`),
    `backend ${describeBackend(backend)}`,
    `${timing.seconds.toFixed(2)} s, ${grouped(Math.round(timing.rowsPerSecond))} rows/s`,
  ].map((line) => `rankme: ${line}\n`).join("");
}

function gate({ rankMe }: ScoreReport, threshold: number | undefined): number {
  if (threshold === undefined || rankMe >= threshold) return EXIT_STATUS.done;
  note(`rankme: RankMe ${formatRank(rankMe)} is under ${threshold} (--fail-under)\n`);
  return EXIT_STATUS.gateFailed;
}
