import { type Configuration, type Design, variedIn } from "./axes.ts";
import { describeSettings, type Settings } from "./run.ts";
import type { AxisChoice } from "./selection.ts";

/** What came of looking for the axes of a method. */
interface FoundAxes {
  readonly method: string | undefined;
  readonly design: Design;
  readonly choices: readonly AxisChoice[];
  readonly configurations: readonly Configuration[];
  /** The default that was asked for. */
  readonly wanted: Settings | undefined;
  /** As much of it as the method has. */
  readonly about: Settings | undefined;
}

/**
 * What could not be chosen for a method, and why.
 *
 * @param found What came of looking for its axes.
 * @returns Sentences.
 */
export function axisWarnings(
  { method, design, choices, configurations, wanted, about }: FoundAxes,
): readonly string[] {
  const varied = variedIn(configurations);
  const chosen = new Set(choices.map(({ hyperparameter }) => hyperparameter));
  const found = new Set(design.axes.map(({ hyperparameter }) => hyperparameter));
  const warnings = [
    ...wanted && !about
      ? [`no run has ${describeSettings(wanted)}, so the default is found without it`]
      : [],
    ...varied.length === 0
      ? ["all runs have the same hyperparameters: there is nothing to choose"]
      : [],
    ...varied.filter((name) => !chosen.has(name)).map((name) =>
      found.has(name)
        ? `fewer than two values of ${name} have a score: there is nothing to choose`
        : `no two runs differ in ${name} only: it is not chosen`
    ),
  ];
  return method === undefined ? warnings : warnings.map((warning) => `${method}: ${warning}`);
}
