import type { Chart } from "../report/charts/svg.ts";
import { identityOf, type Manifest, type Run } from "./run.ts";
import { isScored } from "./candidates.ts";
import type { AxisChoice, Selection } from "./selection.ts";

const PANEL_PIXELS = 260;

/** A run in the chart. */
interface Point {
  readonly method: string;
  readonly task: string;
  readonly rankMe: number;
  readonly accuracy: number;
  readonly varies: string;
  readonly choice: "chosen" | "not chosen";
  readonly run: string;
}

/**
 * RankMe against accuracy, a mark for each run: a column of panels for each method, whose ranks are
 * not to be compared, and a row for each task (Garrido et al. 2023, figure 1).
 *
 * @param manifest The runs.
 * @param selection What was chosen from them.
 * @returns A chart for `toSvg`; nothing where no run has both.
 *
 * @example A chart of two runs
 * ```ts
 * import { toSvg } from "@rankme/rankme/report";
 * import { parseManifest, selectionChart, selectRuns } from "@rankme/rankme/selection";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const manifest = await parseManifest("lr,rankMe,accuracy\n0.1,31,64.5\n0.3,40,66\n");
 * const chart = selectionChart(manifest, selectRuns(manifest));
 * assertStringIncludes(await toSvg(chart!), "accuracy");
 * ```
 */
export function selectionChart(manifest: Manifest, selection: Selection): Chart | undefined {
  const values = pointsOf(manifest, selection);
  if (values.length === 0) return undefined;
  const methods = new Set(values.map(({ method }) => method)).size;
  const tasks = [...new Set(values.map(({ task }) => task))];
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    data: { values },
    facet: {
      ...methods > 1 && { column: { field: "method", title: null, sort: null } },
      // Of one task the axis says what it is.
      row: { field: "task", title: null, sort: [...tasks], header: { labels: tasks.length > 1 } },
    },
    spec: {
      width: PANEL_PIXELS,
      height: PANEL_PIXELS,
      mark: { type: "point", filled: true, size: 90, opacity: 0.8 },
      encoding: {
        x: {
          field: "rankMe",
          type: "quantitative",
          title: "RankMe",
          scale: { zero: false, padding: 12 },
        },
        y: {
          field: "accuracy",
          type: "quantitative",
          title: tasks.length > 1 ? "accuracy" : tasks[0],
          scale: { zero: false, padding: 12 },
        },
        color: { field: "varies", type: "nominal", title: "varies", sort: null },
        shape: {
          field: "choice",
          type: "nominal",
          title: null,
          scale: { domain: ["chosen", "not chosen"], range: ["triangle-up", "circle"] },
        },
        description: { field: "run", type: "nominal" },
      },
    },
    resolve: { scale: { x: "independent", y: "independent" } },
  };
}

function pointsOf({ runs, tasks, isLong }: Manifest, { methods }: Selection): Point[] {
  const groups = Map.groupBy(runs.filter(isScored), (run) => identityOf(run, isLong));
  const choicesWith = choicesByRun(methods.flatMap(({ choices }) => choices));
  return [...groups.values()].flatMap((same) => {
    const choices = [...new Set(same.flatMap((run) => choicesWith.get(run) ?? []))];
    const [{ method = "", score, accuracies, name, entry }] = same;
    return tasks.filter((task) => accuracies[task] !== undefined).map((task): Point => ({
      method,
      task,
      rankMe: score.rankMe,
      accuracy: accuracies[task],
      varies: variesOf(choices.map(({ hyperparameter = "all" }) => hyperparameter)),
      choice: choices.some(({ chosen }) => same.some((run) => chosen.runs.includes(run)))
        ? "chosen"
        : "not chosen",
      run: name ?? entry,
    }));
  });
}

/** The choices that each run is a candidate of. */
function choicesByRun(choices: readonly AxisChoice[]): ReadonlyMap<Run, readonly AxisChoice[]> {
  const found = new Map<Run, AxisChoice[]>();
  for (const choice of choices) {
    for (const run of choice.candidates.flatMap(({ runs }) => runs)) {
      const known = found.get(run);
      if (known) known.push(choice);
      else found.set(run, [choice]);
    }
  }
  return found;
}

function variesOf(axes: readonly string[]): string {
  if (axes.length === 0) return "on no axis";
  return axes.length === 1 ? axes[0] : "default";
}
