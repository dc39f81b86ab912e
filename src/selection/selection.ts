import type { Choice } from "./choice.ts";
import type { Correlations } from "./correlation.ts";
import type { Costs, MeanCosts } from "./costs.ts";
import type { HyperparameterValue, Settings } from "./run.ts";

/** The choice of one hyperparameter, or of all at once. */
export interface AxisChoice extends Choice {
  /** The hyperparameter; absent where all are chosen at once. */
  readonly hyperparameter?: string;
  /** What the others are set to, as far as they vary. */
  readonly fixed: Settings;
  /** Values of the axis of which no run has a score, in the order of the manifest. */
  readonly unscored: readonly HyperparameterValue[];
  /** What the choice costs on each task that it can be judged on. */
  readonly costs: readonly Costs[];
  /** How RankMe goes together with accuracy along this axis, by the task. */
  readonly correlations: TaskCorrelations;
}

/** Correlations by the task; a task with too few points is absent. */
export type TaskCorrelations = { readonly [task: string]: Correlations };

/** What was chosen for one method. */
export interface MethodSelection {
  /** The method; absent where the manifest names none. */
  readonly method?: string;
  /** The configuration around which others vary, where there is one. */
  readonly default?: Settings;
  /** The choices. */
  readonly choices: readonly AxisChoice[];
  /** How RankMe goes together with accuracy over all configurations of the method. */
  readonly correlations: TaskCorrelations;
}

/** A run that no choice is made from. */
export interface LeftOut {
  /** What messages call it. */
  readonly run: string;
  /** Its method, where it has one. */
  readonly method?: string;
  /** Why. */
  readonly reason: string;
  /** Whether it ought to have had a score: nothing says that it failed. */
  readonly unexpected: boolean;
}

/** What was chosen from a manifest. */
export interface Selection {
  /** What was chosen for each method, in the order of the manifest. */
  readonly methods: readonly MethodSelection[];
  /** The tasks that accuracies are given for. */
  readonly tasks: readonly string[];
  /** The mean costs of all choices, one for each task. */
  readonly costs: readonly MeanCosts[];
  /** The runs that were left out. */
  readonly leftOut: readonly LeftOut[];
  /** What the reader of a choice should know. */
  readonly warnings: readonly string[];
}
