import { RankMeError } from "../errors.ts";
import {
  type Axis,
  type Configuration,
  configurationsOf,
  type Design,
  findAxes,
  isAt,
  namedAxes,
  variedIn,
} from "./axes.ts";
import { type Candidate, candidate, candidatesOf, isScored } from "./candidates.ts";
import { choose, type Preference } from "./choice.ts";
import { correlations } from "./correlation.ts";
import { costsOf, meanCosts } from "./costs.ts";
import { seedSpread } from "./rank_difference.ts";
import { axisWarnings } from "./axis_warnings.ts";
import { checkOptions } from "./check_options.ts";
import { noAxes } from "./no_axes.ts";
import {
  describeRun,
  describeSettings,
  type HyperparameterValue,
  identityOf,
  type Manifest,
  type Run,
  type Settings,
} from "./run.ts";
import type { SelectionOptions } from "./selection_options.ts";
import type {
  AxisChoice,
  LeftOut,
  MethodSelection,
  Selection,
  TaskCorrelations,
} from "./selection.ts";
import { selectionWarnings } from "./selection_warnings.ts";

/**
 * Chooses hyperparameters without labels, as the paper does: for each method and each hyperparameter
 * that was varied while the others stayed at their default, the value of the highest RankMe (Garrido
 * et al. 2023, §3.3). Runs of different methods are never compared.
 *
 * @param manifest The runs, scored: see `scoreManifest`.
 * @param options What counts as equal, and what to take then.
 * @returns The choices, and what they cost where accuracies are given.
 * @throws {RankMeError} `column`, when no two runs of a method differ in one hyperparameter only;
 * `usage`, when it is not clear which configuration is the default.
 *
 * @example A sweep of a learning rate
 * ```ts
 * import { parseManifest, selectRuns } from "@rankme/rankme/selection";
 * import { assertEquals } from "@std/assert";
 *
 * const manifest = await parseManifest("lr,rankMe\n0.1,31\n0.3,40\n1,12\n");
 * const [{ choices }] = selectRuns(manifest).methods;
 * assertEquals(choices.map(({ hyperparameter, chosen }) => [hyperparameter, chosen.value]), [
 *   ["lr", 0.3],
 * ]);
 * ```
 */
export function selectRuns(manifest: Manifest, options: SelectionOptions = {}): Selection {
  checkOptions(manifest, options);
  const groups = [...Map.groupBy(manifest.runs, ({ method }) => method)];
  const found = groups.map(([method, runs]) => selectMethod(method, runs, manifest, options));
  if (found.every(({ choices }) => choices.length === 0)) {
    throw noAxes(manifest, found.flatMap(({ lines }) => lines));
  }
  const methods = found.map(({ method, default: standard, choices, correlations }) => ({
    ...method !== undefined && { method },
    ...standard && { default: standard },
    choices,
    correlations,
  }));
  const all = methods.flatMap(({ choices }) => choices);
  return {
    methods,
    tasks: manifest.tasks,
    costs: manifest.tasks.flatMap((task) =>
      meanCosts(all.flatMap(({ costs }) => costs.filter((one) => one.task === task))) ?? []
    ),
    leftOut: [...unscored(manifest.runs), ...found.flatMap(({ unused }) => unused)],
    warnings: [
      ...manifest.warnings,
      ...found.flatMap(({ warnings }) => warnings),
      ...selectionWarnings(methods, options.joint ?? false),
    ],
  };
}

/** Ranks under different conventions are different quantities. */
function refuseUnlike(runs: readonly Run[], method: string | undefined): void {
  const computed = [...new Set(runs.flatMap(({ score }) => score?.computed ?? []))];
  if (computed.length < 2) return;
  const of = method === undefined ? "" : ` of ${method}`;
  throw new RankMeError(
    "usage",
    `runs${of} were scored in different ways: ${computed.join("; ")}`,
    {
      advice: "score all of them alike",
    },
  );
}

interface FoundMethod extends MethodSelection {
  readonly unused: readonly LeftOut[];
  readonly warnings: readonly string[];
  /** Hyperparameters that have an axis, though perhaps nothing on it has a score. */
  readonly lines: readonly string[];
}

function selectMethod(
  method: string | undefined,
  runs: readonly Run[],
  { tasks, isLong }: Manifest,
  options: SelectionOptions,
): FoundMethod {
  refuseUnlike(runs, method);
  const configurations = configurationsOf(runs);
  const about = applicable(options.default, configurations);
  const design = options.joint
    ? { axes: [], unused: [] }
    : isLong
    ? namedAxes(configurations)
    : findAxes(configurations, about);
  const standard: Configuration | undefined = design.default;
  const costing = { oracle: options.oracle, default: standard };
  const everything = everyOne(configurations, isLong);
  const judging = { tolerance: options.tolerance, spread: seedSpread(everything) };
  const sets = options.joint ? [jointly(configurations)] : design.axes.map(alongAxis);
  const choices = sets.filter(({ candidates }) => candidates.length > 1)
    .map(({ candidates, ...set }): AxisChoice => {
      const choice = choose(candidates, { ...judging, prefer: preferenceOf(options, set) });
      const costs = tasks.flatMap((task) => costsOf(choice, task, costing) ?? []);
      return { ...set, ...choice, costs, correlations: correlationsOf(candidates, tasks) };
    });
  return {
    method,
    default: standard?.settings,
    choices,
    correlations: correlationsOf(everything, tasks),
    unused: options.joint ? [] : unusedRuns(design),
    warnings: options.joint
      ? []
      : axisWarnings({ method, design, choices, configurations, wanted: options.default, about }),
    lines: design.axes.map(({ hyperparameter }) => hyperparameter),
  };
}

/** What one choice is made from. */
interface CandidateSet {
  readonly hyperparameter?: string;
  readonly fixed: Settings;
  readonly candidates: readonly Candidate[];
  readonly unscored: readonly HyperparameterValue[];
}

function alongAxis(axis: Axis): CandidateSet {
  const { hyperparameter, fixed, configurations } = axis;
  const candidates = candidatesOf(axis);
  const scored = new Set(candidates.map(({ value }) => value));
  const values = configurations.map(({ settings }) => settings[hyperparameter]);
  const unscored = values.filter((value) => !scored.has(value));
  return { hyperparameter, fixed, candidates, unscored };
}

function jointly(configurations: readonly Configuration[]): CandidateSet {
  const varied = variedIn(configurations);
  return {
    fixed: {},
    unscored: [],
    candidates: configurations.flatMap((one) => {
      const settings = Object.fromEntries(
        Object.entries(one.settings).filter(([name]) => varied.includes(name)),
      );
      return candidate(one, { label: describeSettings(settings), settings });
    }),
  };
}

function preferenceOf(
  { prefer }: SelectionOptions,
  { hyperparameter = "" }: Pick<CandidateSet, "hyperparameter">,
): Preference | undefined {
  return typeof prefer === "object" ? prefer[hyperparameter] : prefer;
}

/** Each configuration once: in the long form the default stands on every axis. */
function everyOne(configurations: readonly Configuration[], isLong: boolean): readonly Candidate[] {
  const all = configurations.flatMap((one) =>
    candidate(one, { label: "", settings: one.settings })
  );
  return [...new Map(all.map((one) => [identityOf(one.runs[0], isLong), one])).values()];
}

function correlationsOf(
  candidates: readonly Candidate[],
  tasks: readonly string[],
): TaskCorrelations {
  return Object.fromEntries(tasks.flatMap((task) => {
    const known = candidates.filter(({ accuracies }) => accuracies[task] !== undefined);
    const found = correlations(
      known.map(({ rankMe }) => rankMe),
      known.map(({ accuracies }) => accuracies[task]),
    );
    return found ? [[task, found]] : [];
  }));
}

function unscored(runs: readonly Run[]): readonly LeftOut[] {
  return runs.filter((run) => !isScored(run)).map((run) => ({
    ...leftOut(run, run.failure?.reason ?? "it has no score"),
    unexpected: !run.failure?.told,
  }));
}

function unusedRuns({ unused }: Design): readonly LeftOut[] {
  return unused.flatMap(({ runs }) => runs).filter(isScored)
    .map((run) => leftOut(run, "it lies on none of the axes"));
}

function leftOut(run: Run, reason: string): LeftOut {
  const { method } = run;
  return {
    run: describeRun(run),
    ...method !== undefined && { method },
    reason,
    unexpected: false,
  };
}

/** The settings of a default as far as a method has a configuration with them. */
function applicable(
  about: Settings | undefined,
  configurations: readonly Configuration[],
): Settings | undefined {
  if (about === undefined) return undefined;
  const names = new Set(configurations.flatMap(({ settings }) => Object.keys(settings)));
  const own = Object.fromEntries(Object.entries(about).filter(([name]) => names.has(name)));
  const exists = configurations.some(({ settings }) => isAt(settings, own));
  return exists ? own : undefined;
}
