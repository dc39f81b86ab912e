/** What a hyperparameter was set to: a number, or a word where it is none. */
export type HyperparameterValue = number | string;

/** Hyperparameters by their names. */
export type Settings = Readonly<Record<string, HyperparameterValue>>;

/** What a run's embeddings were scored as. */
export interface RunScore {
  /** RankMe. */
  readonly rankMe: number;
  /** Other numbers of the same embeddings, by name, as in `alphaReq`. */
  readonly metrics: { readonly [name: string]: number };
  /** How sure RankMe is, where that is known. */
  readonly standardError?: number;
  /** How many of them a 95 % interval reaches to either side, where it is known. Else: 1.96. */
  readonly quantile?: number;
  /** RankMe without the rows of each group, where they are at hand. */
  readonly replicates?: readonly number[];
  /** How many rows each group has; absent where all have as many. */
  readonly sizes?: readonly number[];
  /** How many times wider intervals are than a jackknife alone would have them. Default: 1. */
  readonly widening?: number;
  /** How much of a standard error rounding may have made, in units of RankMe. Default: 0. */
  readonly rounding?: number;
  /** N, where it is known. */
  readonly rows?: number;
  /** D, where it is known. */
  readonly dim?: number;
  /** The column that was read, or the columns as they were named; absent where there are no names. */
  readonly column?: string;
  /** How the rank was computed, where that is known: alike only where this is the same. */
  readonly computed?: string;
}

/** One run of a sweep: one training, its hyperparameters, and what came of it. */
export interface Run {
  /** Where it stands in the manifest, as in `line 3` or `entry 2`. */
  readonly entry: string;
  /** What it is called; absent where nothing says so. */
  readonly name?: string;
  /** The method it is a run of; absent where all are of one. */
  readonly method?: string;
  /** Its hyperparameters; one that does not apply to it is absent. */
  readonly settings: Settings;
  /** Its seed; absent where none is given. */
  readonly seed?: string;
  /** Where its embeddings are, as it stands in the manifest. */
  readonly embeddings?: string;
  /** Its score, where it has one. */
  readonly score?: RunScore;
  /** Accuracies downstream, by the names of their columns. */
  readonly accuracies: { readonly [task: string]: number };
  /** Why it is left out; absent while nothing speaks against it. */
  readonly failure?: Failure;
}

/** Why a run is left out. */
export interface Failure {
  /** Whether the manifest itself says that the run failed, and not only that there is no score. */
  readonly told: boolean;
  /** What is the matter, as a clause. */
  readonly reason: string;
}

/** The runs of a sweep. */
export interface Manifest {
  /** What messages call it. */
  readonly name: string;
  /** The runs, in order. */
  readonly runs: readonly Run[];
  /** The hyperparameters of all methods, in order. */
  readonly hyperparameters: readonly string[];
  /** The downstream tasks that accuracies are given for. */
  readonly tasks: readonly string[];
  /** Whether each run says itself which one hyperparameter it varies. */
  readonly isLong: boolean;
  /** What the reader of a choice should know. */
  readonly warnings: readonly string[];
}

/**
 * Settings as people write them.
 *
 * @param settings The settings.
 * @returns For example `lr=0.1, wd=0.0001`.
 */
export function describeSettings(settings: Settings): string {
  return Object.entries(settings).map(([name, value]) => `${name}=${value}`).join(", ");
}

/**
 * What messages call a run.
 *
 * @param run The run.
 * @returns Its place in the manifest, and its name where it has one.
 */
export function describeRun({ entry, name }: Pick<Run, "entry" | "name">): string {
  return name === undefined ? entry : `${entry} (${name})`;
}

/**
 * What tells runs from each other. In the long form the default stands on every axis, and is one run:
 * it has the same embeddings there, or the same name.
 *
 * @param run The run.
 * @param isLong Whether the manifest is in the long form.
 * @returns A text that no other run has.
 */
export function identityOf(
  { entry, method, embeddings, name, seed }: Run,
  isLong: boolean,
): string {
  const known = embeddings ?? name;
  return isLong && known !== undefined ? JSON.stringify([method, known, seed]) : entry;
}
