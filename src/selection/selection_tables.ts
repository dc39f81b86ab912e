import { formatDifference, formatRank } from "../report/digits.ts";
import type { Table } from "../report/table.ts";
import type { JudgedCandidate } from "./choice.ts";
import type { Correlation } from "./correlation.ts";
import type { MeanPicked, Picked } from "./costs.ts";
import { describeSettings } from "./run.ts";
import type { AxisChoice, MethodSelection, Selection } from "./selection.ts";

const CHOSEN = "chosen", TIED = "as good";

/**
 * What a choice was made from, a row for each value.
 *
 * @param choice The choice.
 * @param tasks The tasks to show accuracies of.
 * @returns The table; columns that say nothing are left out.
 */
export function choiceTable(choice: AxisChoice, tasks: readonly string[]): Table {
  const { candidates, chosen, tied, hyperparameter = "configuration" } = choice;
  const columns: Column[] = [
    { head: hyperparameter, cell: ({ label }) => label },
    {
      head: "",
      cell: (one) => one === chosen ? CHOSEN : one.tied && tied > 1 ? TIED : "",
    },
    { head: "RankMe", cell: ({ rankMe }) => formatRank(rankMe) },
    {
      head: "s.d. (seeds)",
      cell: ({ seedDeviation, runs }) =>
        seedDeviation === undefined ? "" : `${seedDeviation.toPrecision(2)} (${runs.length})`,
    },
    {
      head: "below the highest",
      cell: ({ rankMe, difference }) => difference ? formatDifference(difference, rankMe, "") : "",
    },
    { head: "α", cell: ({ alphaReq }) => alphaReq === undefined ? "" : alphaReq.toFixed(3) },
    ...tasks.map((task): Column => {
      const decimal = decimals(candidates.map((one) => one.accuracies[task]));
      return { head: task, cell: ({ accuracies }) => decimal(accuracies[task]) };
    }),
  ];
  const shown = columns.filter(({ cell }, index) =>
    index < 3 || candidates.some((one) => cell(one) !== "")
  );
  return {
    heads: shown.map(({ head }) => head),
    rows: candidates.map((one) => shown.map(({ cell }) => cell(one))),
    texts: 2,
  };
}

interface Column {
  readonly head: string;
  readonly cell: (candidate: JudgedCandidate) => string;
}

/**
 * What every choice costs on one task: the paper's table, for the user's own runs.
 *
 * @param selection The choices.
 * @param task The task.
 * @returns The table, its last row the means; nothing where no choice can be judged on the task.
 */
export function costTable({ methods, costs }: Selection, task: string): Table | undefined {
  const means = costs.find((one) => one.task === task);
  if (!means) return undefined;
  const judged = methods.flatMap(({ method, choices }) =>
    choices.flatMap(({ hyperparameter = "jointly", costs }) =>
      costs.filter((one) => one.task === task).map((one) => ({
        method,
        hyperparameter,
        costs: one,
      }))
    )
  );
  const ways = (["rankMe", "alphaReq", "default", "random"] as const)
    .filter((way) => judged.some(({ costs }) => costs[way] !== undefined));
  const named = methods.some(({ method }) => method !== undefined);
  const decimal = decimals(judged.map(({ costs }) => costs.oracle.accuracy));
  const row = (
    labels: readonly string[],
    picks: Partial<Record<typeof ways[number] | "oracle", Picked | MeanPicked>>,
  ) => [
    ...labels.slice(named ? 0 : 1),
    decimal(picks.oracle?.accuracy),
    ...ways.flatMap((way) => [decimal(picks[way]?.accuracy), decimal(picks[way]?.gap)]),
  ];
  return {
    heads: [
      ...named ? ["method"] : [],
      "hyperparameter",
      "oracle",
      ...ways.flatMap((way) => [WAYS[way], "gap"]),
    ],
    rows: [
      ...judged.map(({ method = "", hyperparameter, costs }) =>
        row([method, hyperparameter], costs)
      ),
      row(["mean", "mean"].map((word, index) => index === 0 || !named ? word : ""), means),
    ],
    texts: named ? 2 : 1,
  };
}

const WAYS = { rankMe: "RankMe", alphaReq: "α-ReQ", default: "default", random: "random" } as const;

/**
 * How RankMe goes together with accuracy, for each method and along each axis.
 *
 * @param selection The choices.
 * @returns The table; nothing where there are too few runs.
 */
export function correlationTable({ methods, tasks }: Selection): Table | undefined {
  const rows = methods.flatMap(({ method = "", choices, correlations }) =>
    tasks.flatMap((task) =>
      [
        { over: "all runs", found: correlations[task] },
        ...choices.map(({ hyperparameter = "all runs", correlations }) => ({
          over: hyperparameter,
          found: correlations[task],
        })),
      ].filter(({ over, found }, index) => found && (index === 0 || over !== "all runs"))
        .map(({ over, found }) => [
          method,
          task,
          over,
          String(found.count),
          ...[found.pearson, found.spearman, found.kendall].map(describeCorrelation),
        ])
    )
  );
  if (rows.length === 0) return undefined;
  const heads = ["method", "task", "over", "n", "Pearson r", "Spearman ρ", "Kendall τ"];
  return methods.some(({ method }) => method !== undefined)
    ? { heads, rows, texts: 3 }
    : { heads: heads.slice(1), rows: rows.map((row) => row.slice(1)), texts: 2 };
}

function describeCorrelation({ value, low, high }: Correlation): string {
  const text = value.toFixed(2);
  return low === undefined ? text : `${text} [${low.toFixed(2)}, ${high!.toFixed(2)}]`;
}

/**
 * Everything that was chosen from in one table, for a spreadsheet or a page.
 *
 * @param selection The choices.
 * @returns A row for each value of each axis, with numbers in full.
 *
 * @example As CSV
 * ```ts
 * import { csvTable } from "@rankme/rankme/report";
 * import { parseManifest, selectionTable, selectRuns } from "@rankme/rankme/selection";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const manifest = await parseManifest("lr,rankMe\n0.1,31\n0.3,40\n1,12\n");
 * assertStringIncludes(csvTable(selectionTable(selectRuns(manifest))), ",lr,0.3,chosen,40,");
 * ```
 */
export function selectionTable({ methods, tasks }: Selection): Table {
  const rows = methods.flatMap((method) =>
    method.choices.flatMap((choice) =>
      choice.candidates.map((one) => flatRow(method, choice, one, tasks))
    )
  );
  const heads = [
    ...["method", "hyperparameter", "value", "choice", "rankMe", "seeds", "seedDeviation"],
    ...["difference", "standardError", "alphaReq"],
    ...tasks,
  ];
  return { heads, rows, texts: 4 };
}

function flatRow(
  { method = "" }: MethodSelection,
  { hyperparameter = "", chosen, tied }: AxisChoice,
  one: JudgedCandidate,
  tasks: readonly string[],
): readonly string[] {
  const numbers = [
    one.rankMe,
    one.runs.length,
    one.seedDeviation,
    one.difference?.value,
    one.difference?.standardError,
    one.alphaReq,
    ...tasks.map((task) => one.accuracies[task]),
  ];
  return [
    method,
    hyperparameter,
    one.label,
    one === chosen ? CHOSEN : one.tied && tied > 1 ? TIED : "",
    ...numbers.map((number) => number === undefined ? "" : String(number)),
  ];
}

/**
 * What was chosen, in a line.
 *
 * @param choice The choice.
 * @returns For example `lr = 0.3: the highest RankMe`.
 */
export function describeChoice({ hyperparameter, chosen, reason }: AxisChoice): string {
  const what = hyperparameter === undefined
    ? describeSettings(chosen.settings)
    : `${hyperparameter} = ${chosen.label}`;
  return `${what}: ${reason}`;
}

/** Shares have four decimals and percentages two, whichever the others of the kind are. */
function decimals(kind: readonly (number | undefined)[]): (value: number | undefined) => string {
  const areShares = kind.every((one) => one === undefined || Math.abs(one) <= 1);
  return (value) => value?.toFixed(areShares ? 4 : 2) ?? "";
}
