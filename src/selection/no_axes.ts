import { RankMeError } from "../errors.ts";
import { type Configuration, configurationsOf, findAxes, variedIn } from "./axes.ts";
import { describeRun, type Manifest, type Run } from "./run.ts";

/** How many reasons a message lists. */
const REASONS_SHOWN = 20;

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
 * differs in every run, and so hides what else differs.
 */
function hiddenBy(
  hyperparameters: readonly string[],
  groups: readonly (readonly Configuration[])[],
): readonly string[] {
  const hiding = hyperparameters.filter((column) =>
    groups.some((configurations) => {
      const without = configurations.map(({ runs, settings }) => {
        const { [column]: _, ...rest } = settings;
        return { runs, settings: rest };
      });
      const runs = without.map(({ runs: [run], settings }) => ({ ...run, settings }));
      return configurationsOf(runs).length === configurations.length && linesExist(without);
    })
  );
  const counts = hiding.map((column) => valueCount(column, groups.flat()));
  const most = hiding.filter((_, index) => counts[index] === Math.max(...counts));
  // Where any of them could be it, nothing speaks for one.
  return most.length < variedIn(groups.flat()).length ? most : [];
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
