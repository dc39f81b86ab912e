import { EXIT_STATUS } from "../errors.ts";
import { cka, ckaOfColumns, type CkaOptions, type OneSourceOptions } from "../pipeline/cka.ts";
import { type CkaReport, ckaToJson, ckaToText } from "../report/cka.ts";
import type { Axes } from "../sources/axes.ts";
import type { Format } from "../sources/detect.ts";
import { circumstances } from "./circumstances.ts";
import type { Command } from "./command.ts";
import { oneRange } from "./dims.ts";
import type { Flag } from "./flag.ts";
import type { Arguments } from "./flags.ts";
import { columnOf, INPUT_FLAGS, INPUT_HELP, inputOptions, inputSources } from "./input_flags.ts";
import { untilInterrupted } from "./interrupts.ts";
import { print, say, terminalWidth } from "./output.ts";
import { ProgressLine, watching } from "./progress.ts";
import { BACKEND_FLAGS, chosenBackend } from "./shared_flags.ts";
import { usage } from "./usage.ts";

/** The flags that say how one of two inputs is to be read, where the other is read in another way. */
const ONE_INPUT_NAMES = ["format", "dim", "column", "columns", "axes", "dims"] as const;
const DIMS_FLAG: Flag = { name: "dims", value: "A:B", help: "only these dimensions of each input" };
const ONE_INPUT_FLAGS: readonly Flag[] = ["a", "b"].flatMap((side) =>
  [...INPUT_FLAGS, DIMS_FLAG].filter(({ name }) => ONE_INPUT_NAMES.some((one) => one === name)).map(
    (flag) => ({
      ...flag,
      name: `${flag.name}-${side}`,
      help: `as --${flag.name}, of ${side.toUpperCase()} alone`,
    }),
  )
);

/** `rankme cka`. */
export const ckaCommand: Command = {
  name: "cka",
  summary: "how alike two sets of embeddings of the same samples are (linear CKA)",
  usage: "A B [flags], or INPUT --column 'layer*'",
  description:
    `Linear centred kernel alignment: 1 when the one is the other but for a rotation, a scale
and a shift, whatever the dimensions of each, and 0 when no direction of the one says anything
of the other. Rows are paired by their order, in one pass; of one input with several columns,
such as the layers of a network, each column is compared with each.

Few rows look alike though they are unrelated: with N rows and D dimensions CKA of unrelated embeddings is some
D/(N+D). The chance level is the mean over all pairings of these very rows: only what lies well above
it says anything, and a warning says so where it is no small number.

${INPUT_HELP}

Exit status: 0 done, 2 wrong usage or a permission that is missing, 3 bad input, inputs of different
numbers of rows among it, 4 out of memory, a full disk or a package that cannot be downloaded,
130 interrupted (the rows read by then are compared).`,
  flags: [
    ...INPUT_FLAGS,
    DIMS_FLAG,
    ...ONE_INPUT_FLAGS,
    ...BACKEND_FLAGS,
    { name: "json", help: "print one JSON object" },
    { name: "quiet", short: "q", help: "no progress and no warnings" },
    { name: "verbose", short: "v", help: "say what was read and what computed it" },
  ],
  examples: [
    ["rankme cka epoch10.npy epoch20.npy", "has training changed anything between the two?"],
    ["python embed.py | rankme cka teacher.parquet -", "a file, and what is piped in"],
    ["rankme cka layers.parquet --column 'layer*'", "each layer of a network with each"],
    ["rankme cka a.parquet b.npy --column-a emb", "B has no columns to choose from"],
  ],
  run: (args) => untilInterrupted((signal) => run(args, signal)),
};

async function run(args: Arguments, signal: AbortSignal): Promise<number> {
  const { positionals } = args;
  if (positionals.length === 0 && args.text("column") === undefined) {
    throw usage("cka compares two inputs, and there is none", "pass A and B, or see --help");
  }
  if (positionals.length > 2) {
    const what = `cka compares two inputs, not ${positionals.length}`;
    throw usage(what, "a folder or a pattern is one input of several shards");
  }
  const oneInputFlag = ONE_INPUT_FLAGS.find(({ name }) => args.text(name) !== undefined);
  if (positionals.length < 2 && oneInputFlag) {
    throw usage(`--${oneInputFlag.name} is for one of two inputs`);
  }
  const progress = new ProgressLine(args.on("quiet"));
  const backend = chosenBackend(args);
  const report = await compare(positionals, {
    ...inputOptions(args),
    ...dimsOf(args, "dims"),
    a: oneInputOptions(args, "a"),
    b: oneInputOptions(args, "b"),
    backend,
    signal,
    ...watching(args, progress),
  }).finally(() => progress.clear());
  show(report, args);
  return EXIT_STATUS.done;
}

function oneInputOptions(args: Arguments, side: "a" | "b"): OneSourceOptions {
  return {
    format: args.text(`format-${side}`) as Format | undefined,
    dim: args.count(`dim-${side}`),
    column: columnOf(args, `column-${side}`),
    columns: args.list(`columns-${side}`),
    axes: args.text(`axes-${side}`) as Axes | undefined,
    ...dimsOf(args, `dims-${side}`),
  };
}

function dimsOf(args: Arguments, name: string): Pick<OneSourceOptions, "dims"> {
  const dims = args.text(name);
  return dims === undefined ? {} : { dims: oneRange(dims, name) };
}

async function compare(
  [a, b]: readonly string[],
  options: CkaOptions,
): Promise<CkaReport> {
  if (a === b && a === "-") throw usage("standard input can be read once only");
  // Two columns of one file may be compared, so each is looked at by itself.
  const [one] = inputSources(a === undefined ? [] : [a]);
  if (b === undefined && options.dims) throw usage("--dims is for two inputs, of a column each");
  if (b === undefined) return await ckaOfColumns(one.source, { ...options, names: [one.name] });
  const [other] = inputSources([b]);
  return await cka(one.source, other.source, { ...options, names: [one.name, other.name] });
}

function show(report: CkaReport, args: Arguments): void {
  const color = !Deno.noColor && Deno.stdout.isTerminal();
  print(
    args.on("json")
      ? `${ckaToJson(report)}\n`
      : ckaToText(report, { color, width: terminalWidth() }),
  );
  if (!args.on("quiet")) {
    report.warnings.forEach((warning) => say(`warning: ${warning}`));
  }
  if (args.on("verbose")) circumstances(report).forEach((line) => say(line));
}
