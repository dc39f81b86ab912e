import { VERSION } from "../report/version.ts";
import type { JudgedCandidate } from "./choice.ts";
import type { AxisChoice, Selection } from "./selection.ts";

/**
 * Choices as one line of JSON. Keys that do not apply are absent.
 *
 * @param selection The choices.
 * @returns JSON without a line break.
 *
 * @example What was chosen
 * ```ts
 * import { parseManifest, selectionJson, selectRuns } from "@rankme/rankme/selection";
 * import { assertEquals } from "@std/assert";
 *
 * const manifest = await parseManifest("lr,rankMe\n0.1,31\n0.3,40\n1,12\n");
 * const { methods: [{ choices: [choice] }] } = JSON.parse(selectionJson(selectRuns(manifest)));
 * assertEquals([choice.hyperparameter, choice.chosen], ["lr", 0.3]);
 * ```
 */
export function selectionJson({ methods, ...rest }: Selection): string {
  return JSON.stringify({
    methods: methods.map(({ choices, ...method }) => ({
      ...method,
      choices: choices.map(choiceObject),
    })),
    ...rest,
    version: VERSION,
  });
}

function choiceObject({ candidates, chosen, highest, ...choice }: AxisChoice) {
  const { hyperparameter, fixed, unscored, reason, judgedBy, tied, costs, correlations } = choice;
  return {
    ...hyperparameter !== undefined && { hyperparameter },
    fixed,
    chosen: chosen.value ?? chosen.settings,
    highest: highest.value ?? highest.settings,
    reason,
    tied,
    judgedBy,
    candidates: candidates.map(candidateObject),
    unscored,
    costs,
    correlations,
  };
}

function candidateObject({ label: _, value, settings, runs, ...candidate }: JudgedCandidate) {
  return {
    ...value === undefined ? { settings } : { value },
    ...candidate,
    runs: runs.map(({ entry, name, seed, embeddings, score, accuracies }) => ({
      entry,
      name,
      seed,
      embeddings,
      rankMe: score.rankMe,
      metrics: score.metrics,
      rows: score.rows,
      dim: score.dim,
      column: score.column,
      accuracies,
    })),
  };
}
