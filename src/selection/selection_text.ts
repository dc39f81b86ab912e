import { printableClause } from "../printable.ts";
import { wrap } from "../report/layout.ts";
import { markdownTable, type Table, textTable } from "../report/table.ts";
import { describeSettings } from "./run.ts";
import type { AxisChoice, MethodSelection, Selection } from "./selection.ts";
import { choiceTable, correlationTable, costTable, describeChoice } from "./selection_tables.ts";

/** How to write choices for a person. */
export interface SelectionTextOptions {
  /** Whether to dim the headings of tables. Default: false. */
  readonly color?: boolean;
  /** Whether to write Markdown. Default: false. */
  readonly markdown?: boolean;
  /** The columns of a line; of no matter for Markdown. Default: as many as the longest line takes. */
  readonly width?: number;
}

/** What tells values apart, in words. */
const JUDGES = {
  tolerance: "within the tolerance counts as equal",
  seeds: "95 % interval of the difference, by the spread between seeds",
  rows:
    "95 % interval of the difference, by the jackknife over rows: it knows nothing of other seeds",
  nothing: "without standard errors: only what is equal counts as equal",
} as const;

/**
 * Choices for a person to read: each with why, and the table that it was made from; then what they
 * cost, where accuracies are given.
 *
 * @param selection The choices.
 * @param options Colours and width, or Markdown.
 * @returns Some lines, each ended.
 *
 * @example The first line
 * ```ts
 * import { parseManifest, selectionText, selectRuns } from "@rankme/rankme/selection";
 * import { assertEquals } from "@std/assert";
 *
 * const manifest = await parseManifest("lr,rankMe\n0.1,31\n0.3,40\n1,12\n");
 * const [first] = selectionText(selectRuns(manifest)).split("\n");
 * assertEquals(first, "lr = 0.3: the highest RankMe");
 * ```
 */
export function selectionText(selection: Selection, options: SelectionTextOptions = {}): string {
  const { markdown = false, color = false } = options;
  const width = markdown ? Infinity : options.width ?? Infinity;
  const wrapped = (text: string) => `${wrap(printableClause(text), width).join("\n")}\n`;
  const heading = (text: string) => wrapped(markdown ? `### ${text}` : text);
  const table = (one: Table) =>
    markdown ? `\n${markdownTable(one)}` : textTable(one, { color, width });
  const { methods, tasks, leftOut } = selection;
  const choices = methods.flatMap((method) =>
    method.choices.map((choice) =>
      [
        heading(titleOf(method, choice)),
        table(choiceTable(choice, tasks)),
        ...markdown ? ["\n"] : [],
        wrapped(circumstances(choice)),
      ].join("")
    )
  );
  const costs = tasks.flatMap((task) => {
    const one = costTable(selection, task);
    return one ? heading(`What the choices cost on ${task}`) + table(one) : [];
  });
  const correlations = correlationTable(selection);
  const missing = leftOut.map(({ run, method, reason }) =>
    wrapped(`${markdown ? "- " : ""}${run}${method === undefined ? "" : `, ${method}`}: ${reason}`)
  );
  return [
    ...choices,
    ...costs,
    ...correlations
      ? [heading("RankMe and accuracy, with 95 % intervals") + table(correlations)]
      : [],
    ...missing.length > 0 ? [heading("Left out") + (markdown ? "\n" : "") + missing.join("")] : [],
  ].join("\n");
}

function titleOf({ method }: MethodSelection, choice: AxisChoice): string {
  return `${method === undefined ? "" : `${method}, `}${describeChoice(choice)}`;
}

function circumstances({ fixed, unscored, judgedBy, candidates }: AxisChoice): string {
  const others = describeSettings(fixed);
  const read = new Set(candidates.flatMap(({ runs }) => runs.map(({ score }) => score.column)));
  const [column] = read.size === 1 ? read : [];
  return [
    ...others === "" ? [] : [`at ${others}`],
    ...unscored.length === 0 ? [] : [`no score at ${unscored.join(", ")}`],
    ...column === undefined ? [] : [`of column ${column}`],
    JUDGES[judgedBy],
  ].join("; ");
}
