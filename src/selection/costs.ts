import type { Configuration } from "./axes.ts";
import { type Candidate, mean } from "./candidates.ts";
import type { Choice } from "./choice.ts";

/** What a way to choose came to. */
export interface Picked {
  /** What it chose. */
  readonly label: string;
  /** Its accuracy. */
  readonly accuracy: number;
  /** How much better the oracle is; negative where its accuracy is of another task. */
  readonly gap: number;
}

/** What a choice costs on one task, beside other ways to choose among the same candidates. */
export interface Costs {
  /** The task. */
  readonly task: string;
  /** How many candidates have an accuracy. */
  readonly count: number;
  /** The oracle: the highest accuracy. */
  readonly oracle: Picked;
  /** The choice by RankMe. */
  readonly rankMe: Picked;
  /** The choice of the α nearest to 1; absent unless every candidate has one. */
  readonly alphaReq?: Picked;
  /** A choice that knows nothing: the mean accuracy. */
  readonly random: Omit<Picked, "label">;
  /** No choice at all; absent unless the default is known and among them. */
  readonly default?: Picked;
}

/** {@linkcode Costs} of several choices, each the mean. */
export interface MeanCosts {
  /** The task. */
  readonly task: string;
  /** How many choices it is the mean of. */
  readonly choices: number;
  /** The oracle. */
  readonly oracle: MeanPicked;
  /** The choice by RankMe. */
  readonly rankMe: MeanPicked;
  /** The choice by α-ReQ; absent unless all choices have it. */
  readonly alphaReq?: MeanPicked;
  /** A choice that knows nothing. */
  readonly random: MeanPicked;
  /** The default; absent unless all choices have it. */
  readonly default?: MeanPicked;
}

/** An accuracy and a gap, each the mean over choices. */
export type MeanPicked = Omit<Picked, "label">;

/** What there is to set a choice against. */
export interface CostOptions {
  /** The task whose accuracies the oracle sees. Default: the one it is judged on. */
  readonly oracle?: string;
  /** The default configuration, where there is one. */
  readonly default?: Configuration;
}

/**
 * What a choice costs on a task.
 *
 * α-ReQ chooses the α nearest to 1, where Agrawal et al. 2022 find the best representations.
 *
 * @param choice The choice.
 * @param task The task.
 * @param options What the oracle sees, and the default.
 * @returns The costs; nothing unless the choice and one more candidate have an accuracy.
 */
export function costsOf(
  { candidates, chosen }: Choice,
  task: string,
  { oracle = task, default: standard }: CostOptions = {},
): Costs | undefined {
  const known = candidates.filter(({ accuracies }) =>
    accuracies[task] !== undefined && accuracies[oracle] !== undefined
  );
  if (known.length < 2 || !known.includes(chosen)) return undefined;
  const best = highest(known, ({ accuracies }) => accuracies[oracle]);
  const pick = (one: Candidate): Picked => ({
    label: one.label,
    accuracy: one.accuracies[task],
    gap: best.accuracies[task] - one.accuracies[task],
  });
  const all = mean(known.map(({ accuracies }) => accuracies[task]));
  // Among the others it might have chosen one whose accuracy is not known.
  const hasAlphas = candidates.every(({ alphaReq }) => alphaReq !== undefined);
  const byAlpha = highest(candidates, ({ alphaReq }) => -Math.abs(alphaReq! - 1));
  const untouched = known.find(({ runs }) =>
    standard?.runs.some((run) => runs[0].entry === run.entry)
  );
  return {
    task,
    count: known.length,
    oracle: pick(best),
    rankMe: pick(chosen),
    ...hasAlphas && known.includes(byAlpha) && { alphaReq: pick(byAlpha) },
    random: { accuracy: all, gap: best.accuracies[task] - all },
    ...untouched && { default: pick(untouched) },
  };
}

/** The first of those with the highest number. */
function highest<T>(items: readonly T[], number: (item: T) => number): T {
  return items.reduce((best, item) => number(item) > number(best) ? item : best);
}

/**
 * The mean costs of several choices: the last row of the paper's table.
 *
 * @param costs Costs of one task.
 * @returns Their means; nothing for none.
 */
export function meanCosts(costs: readonly Costs[]): MeanCosts | undefined {
  if (costs.length === 0) return undefined;
  const meanOf = (picks: readonly (MeanPicked | undefined)[]): MeanPicked | undefined =>
    picks.every((pick) => pick !== undefined)
      ? {
        accuracy: mean(picks.map(({ accuracy }) => accuracy)),
        gap: mean(picks.map(({ gap }) => gap)),
      }
      : undefined;
  const alphaReq = meanOf(costs.map(({ alphaReq }) => alphaReq));
  const standard = meanOf(costs.map((one) => one.default));
  return {
    task: costs[0].task,
    choices: costs.length,
    oracle: meanOf(costs.map(({ oracle }) => oracle))!,
    rankMe: meanOf(costs.map(({ rankMe }) => rankMe))!,
    ...alphaReq && { alphaReq },
    random: meanOf(costs.map(({ random }) => random))!,
    ...standard && { default: standard },
  };
}
