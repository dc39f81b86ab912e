import type { EqualRows } from "../pipeline/score_equal_rows.ts";
import type { ScoreEachOptions } from "../pipeline/each_options.ts";
import { oneRange } from "./dims.ts";
import type { Flag } from "./flag.ts";
import type { Arguments } from "./flags.ts";
import { INPUT_FLAGS, inputOptions } from "./input_flags.ts";
import {
  BACKEND_FLAGS,
  backendChoice,
  METRIC_FLAGS,
  metricOptions,
  RANK_FLAGS,
  rankOptions,
} from "./shared_flags.ts";
import { usage } from "./usage.ts";

/** Ways to print, of which one at most is asked for. */
const FORMS = ["json", "csv", "markdown"] as const;

/** The flags of `rankme compare`. */
export const COMPARE_FLAGS: readonly Flag[] = [
  { name: "rows", value: "N", help: "the first N rows of each; min: as many as the shortest has" },
  { name: "sort", value: "METRIC", help: "rank by this metric (default: rankMe)" },
  { name: "ascending", needs: ["sort"], help: "with --sort: the lowest is the best" },
  {
    name: "x",
    value: "WORD",
    help: "inputs are checkpoints: the number after WORD in each name is how far it had come",
  },
  {
    name: "svg",
    value: "FILE",
    isPath: true,
    needs: ["x"],
    help: "with --x: also draw RankMe into this file",
  },
  { name: "ci", negatable: true, help: "95 % intervals, by the jackknife (default), or none" },
  { name: "jobs", short: "j", value: "N", help: "score N at a time at most (default: threads)" },
  ...INPUT_FLAGS,
  { name: "dims", value: "A:B", help: "only these dimensions" },
  { name: "normalize", help: "scale every row to length 1 first" },
  ...RANK_FLAGS,
  ...METRIC_FLAGS,
  { name: "group", value: "COLUMN", help: "what object each row is a view of, for lidar" },
  {
    name: "group-memory",
    value: "SIZE",
    needs: ["group"],
    help: "memory that objects may take, as in 8GB",
  },
  { name: "exact", help: "resolve singular values below 1e-8·σ₁ as well; several times slower" },
  ...BACKEND_FLAGS,
  { name: "json", help: "print a JSON array" },
  { name: "csv", help: "print CSV with all digits" },
  { name: "markdown", help: "print a Markdown table" },
  { name: "spectrum", needs: ["json"], help: "put all singular values into the JSON" },
  { name: "quiet", short: "q", help: "no progress and no warnings" },
  { name: "verbose", short: "v", help: "say what computed it, and how long it took" },
];

/** What the flags of `rankme compare` say. */
export interface ComparePlan {
  /** How to score each input. */
  readonly scoring: ScoreEachOptions;
  readonly rows?: EqualRows;
  readonly sort?: string;
  readonly ascending: boolean;
  /** What the numbers in the names of checkpoints count. */
  readonly word?: string;
  readonly svg?: string;
  readonly form: typeof FORMS[number] | "text";
}

/**
 * What the flags of `rankme compare` say.
 *
 * @param args The arguments.
 * @returns The plan.
 * @throws {RankMeError} `usage`, for flags that do not go together.
 */
export async function comparePlan(args: Arguments): Promise<ComparePlan> {
  const sort = args.text("sort"), word = args.text("x"), svg = args.text("svg");
  if (sort !== undefined && word !== undefined) {
    throw usage("--sort and --x are two orders", "checkpoints stand in that of the training");
  }
  const forms = FORMS.filter((form) => args.on(form));
  if (forms.length > 1) throw usage(`--${forms.join(" and --")} cannot both be printed`);
  return {
    scoring: await scoringOptions(args, sort),
    rows: equalRows(args),
    sort,
    ascending: args.on("ascending"),
    word,
    svg,
    form: forms[0] ?? "text",
  };
}

async function scoringOptions(
  args: Arguments,
  sort: string | undefined,
): Promise<ScoreEachOptions> {
  const dims = args.text("dims");
  const input = inputOptions(args);
  if (Array.isArray(input.column)) throw usage("--column is one here", "compare one at a time");
  const { metrics, expressions = [] } = await metricOptions(args);
  const isOwn = sort === "rankMe" || expressions.some(({ name }) => name === sort);
  return {
    ...input,
    ...rankOptions(args),
    // What is ranked by need not be asked for a second time.
    metrics: metrics ?? (sort === undefined || isOwn ? undefined : [sort]),
    expressions,
    ...dims !== undefined && { dims: [oneRange(dims)] },
    normalize: args.on("normalize"),
    group: args.text("group"),
    groupMemory: args.bytes("group-memory"),
    ci: args.choice("ci") ?? true,
    exact: args.on("exact"),
    backend: backendChoice(args),
    ...args.count("jobs") && { jobs: args.count("jobs") },
  };
}

function equalRows(args: Arguments): EqualRows | undefined {
  if (args.text("rows") === undefined) return undefined;
  const other = ["limit", "sample"].find((name) => args.text(name) !== undefined);
  if (other) throw usage(`--rows and --${other} both say how many rows`, "leave one out");
  return args.text("rows") === "min" ? "min" : args.count("rows");
}
