import { RankMeError } from "../errors.ts";
import { isAt } from "./axes.ts";
import { describeSettings, type Manifest } from "./run.ts";
import type { SelectionOptions } from "./selection_options.ts";

/**
 * Refuses options that do not go with a manifest, or with each other.
 *
 * @param manifest The manifest.
 * @param options The options.
 * @throws {RankMeError} `usage`.
 */
export function checkOptions(
  { name, hyperparameters, tasks, runs, isLong }: Manifest,
  { prefer, joint, oracle, default: standard }: SelectionOptions,
): void {
  const refuse = (what: string, advice: string) => new RankMeError("usage", what, { advice });
  const named = [
    ...Object.keys(standard ?? {}),
    ...typeof prefer === "object" ? Object.keys(prefer) : [],
  ];
  const unknown = named.find((one) => !hyperparameters.includes(one));
  if (unknown !== undefined) {
    throw refuse(
      `${name} has no hyperparameter "${unknown}"`,
      `there are ${hyperparameters.join(", ")}`,
    );
  }
  if (oracle !== undefined && !tasks.includes(oracle)) {
    throw refuse(
      `${name} has no accuracies called "${oracle}"`,
      tasks.length > 0 ? `there are ${tasks.join(", ")}` : "name their columns with --accuracy",
    );
  }
  if (joint && prefer !== undefined) {
    throw refuse("configurations have no order", "there is nothing to prefer in a joint choice");
  }
  if (isLong && (joint || standard)) {
    throw refuse(
      "the long form says nothing of the other hyperparameters",
      "it takes neither a default nor a joint choice",
    );
  }
  if (standard && !runs.some(({ settings }) => isAt(settings, standard))) {
    throw refuse(`no run has ${describeSettings(standard)}`, "the default is one of the runs");
  }
}
