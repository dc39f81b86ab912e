import { RankMeError } from "../errors.ts";
import { type Configuration, configurationsOf, findAxes, variedIn } from "./axes.ts";
import { describeRun, type Manifest, type Run } from "./run.ts";

/** How many reasons a message lists. */
const REASONS_SHOWN = 20;
/** How many cells of a manifest are looked at for a column to leave out: about a second. */
const MOST_CELLS = 1e6;

/**
 * The error of a manifest from which nothing can be chosen, with what may be the matter.
 *
 * @param manifest The manifest.
 * @param lines Hyperparameters that were varied, though fewer than two values of each have a score.
 * @returns The error.
 */
export function noAxes(
  { name, runs, hyperparameters, isLong }: Manifest,
  lines: readonly string[],
): RankMeError {
  const place = { input: name };
  if (lines.length > 0) {
    return new RankMeError("empty", "fewer than two runs of any method and axis have a score", {
      place,
      advice: `axes were found of ${[...new Set(lines)].join(", ")}`,
      lines: reasons(runs),
    });
  }
  const groups = [...Map.groupBy(runs, ({ method }) => method).values()].map(configurationsOf);
  const counts = hyperparameters.map((column) =>
    `${column} (${valueCount(column, groups.flat())} values)`
  );
  const hiding = isLong ? [] : hiddenBy(hyperparameters, groups);
  return new RankMeError(
    "column",
    `no two runs of one method differ in one hyperparameter only, of ${counts.join(", ")}`,
    {
      place,
      advice: hiding.length > 0
        ? `if it is none, leave a column out: --ignore ${hiding.join(" or --ignore ")}`
        : "the paper varies one at a time around a default; --joint chooses over everything at once",
    },
  );
}

/**
 * Columns without which axes would be found. Of several those with the most values: an identifier
 * differs in every run, and so hides what else differs. None where looking would take long.
 */
function hiddenBy(
  hyperparameters: readonly string[],
  groups: readonly (readonly Configuration[])[],
): readonly string[] {
  const all = groups.flat();
  const varied = variedIn(all);
  const byCount = Map.groupBy(hyperparameters, (column) => valueCount(column, all));
  let left = MOST_CELLS;
  for (const count of [...byCount.keys()].sort((a, b) => b - a)) {
    const columns = byCount.get(count)!;
    left -= columns.length * all.length * varied.length;
    if (left < 0) return [];
    const hiding = columns.filter((column) => hides(column, groups));
    // Where any of them could be it, nothing speaks for one.
    if (hiding.length > 0) return hiding.length < varied.length ? hiding : [];
  }
  return [];
}

/** Whether a column keeps the runs of a method from having axes. */
function hides(column: string, groups: readonly (readonly Configuration[])[]): boolean {
  return groups.some((configurations) => {
    const without = configurations.map(({ runs, settings }) => {
      const { [column]: _, ...rest } = settings;
      return { runs, settings: rest };
    });
    const runs = without.map(({ runs: [run], settings }) => ({ ...run, settings }));
    return configurationsOf(runs).length === configurations.length && linesExist(without);
  });
}

function valueCount(column: string, configurations: readonly Configuration[]): number {
  return new Set(configurations.map(({ settings }) => settings[column])).size;
}

function linesExist(configurations: readonly Configuration[]): boolean {
  try {
    return findAxes(configurations).axes.length > 0;
  } catch {
    // A grid: there are more of them than one default tells apart.
    return true;
  }
}

/** Why runs have no score, a line for each. */
function reasons(runs: readonly Run[]): readonly string[] {
  const failed = runs.flatMap((run) =>
    run.failure ? [`    ${describeRun(run)}: ${run.failure.reason}`] : []
  );
  const more = failed.length - REASONS_SHOWN;
  return more > 0 ? [...failed.slice(0, REASONS_SHOWN), `    and ${more} more`] : failed;
}
