import type { Axis, Configuration } from "./axes.ts";
import type { HyperparameterValue, Run, RunScore, Settings } from "./run.ts";

/** What is known of one value of an axis, or of one configuration where all are chosen from. */
export interface Candidate {
  /** The value of the axis; absent where whole configurations are chosen from. */
  readonly value?: HyperparameterValue;
  /** What it is called in a table. */
  readonly label: string;
  /** The hyperparameters that it sets. */
  readonly settings: Settings;
  /** Its runs that have a score: one for each seed. */
  readonly runs: readonly ScoredRun[];
  /** RankMe, the mean over seeds. */
  readonly rankMe: number;
  /** The standard deviation of RankMe between seeds; absent for one. */
  readonly seedDeviation?: number;
  /** α of the eigenspectrum, the mean over seeds; absent unless every run has one. */
  readonly alphaReq?: number;
  /** Accuracies, each the mean over the seeds that have one. */
  readonly accuracies: { readonly [task: string]: number };
}

/** A run that has a score. */
export type ScoredRun = Run & { readonly score: RunScore };

/**
 * Whether a run has a score.
 *
 * @param run The run.
 * @returns Whether it does.
 */
export function isScored(run: Run): run is ScoredRun {
  return run.score !== undefined && run.failure === undefined;
}

/**
 * What there is to choose from on an axis: its values in order, numbers before words, less those of
 * which no run has a score.
 *
 * @param axis The axis.
 * @returns A candidate for each value.
 */
export function candidatesOf({ hyperparameter, configurations }: Axis): readonly Candidate[] {
  return configurations.flatMap((configuration) => {
    const value = configuration.settings[hyperparameter];
    const settings = { [hyperparameter]: value };
    return candidate(configuration, { value, label: String(value), settings });
  }).sort((a, b) => order(a.value!) - order(b.value!));
}

/** Words stay in the order of the manifest. */
function order(value: HyperparameterValue): number {
  return typeof value === "number" ? value : Number.MAX_VALUE;
}

/**
 * A configuration as something to choose, unless none of its runs has a score.
 *
 * @param configuration The configuration.
 * @param as What to call it.
 * @returns One candidate or none.
 */
export function candidate(
  { runs }: Configuration,
  as: Pick<Candidate, "value" | "label" | "settings">,
): Candidate[] {
  const scored = runs.filter(isScored);
  if (scored.length === 0) return [];
  const ranks = scored.map(({ score }) => score.rankMe);
  const alphas = scored.flatMap(({ score }) => score.metrics.alphaReq ?? []);
  return [{
    ...as,
    runs: scored,
    rankMe: mean(ranks),
    ...ranks.length > 1 && { seedDeviation: deviation(ranks) },
    ...alphas.length === scored.length && { alphaReq: mean(alphas) },
    accuracies: meanAccuracies(scored),
  }];
}

function meanAccuracies(runs: readonly ScoredRun[]): Candidate["accuracies"] {
  if (runs.length === 1) return runs[0].accuracies;
  const tasks = new Set(runs.flatMap(({ accuracies }) => Object.keys(accuracies)));
  return Object.fromEntries([...tasks].map((task) => [
    task,
    mean(runs.flatMap(({ accuracies }) => accuracies[task] ?? [])),
  ]));
}

/** The mean of some numbers, at least one. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard deviation of some numbers, at least two, with n − 1. */
function deviation(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
