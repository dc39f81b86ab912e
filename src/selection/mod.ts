/**
 * Which of several runs or checkpoints to take: reports side by side, and hyperparameters chosen
 * without labels.
 *
 * @module
 */

export { checkpointChart } from "./checkpoint_chart.ts";
export { type Checkpoint, type Drop, findDrops, type Watched } from "./checkpoints.ts";
export {
  compare,
  type Comparison,
  type ComparisonOptions,
  type Failed,
  type Ranked,
} from "./comparison.ts";
export { comparisonJson, type ComparisonJsonOptions } from "./comparison_json.ts";
export {
  comparisonRecords,
  comparisonTable,
  type ComparisonTableOptions,
} from "./comparison_table.ts";
export { describeDrops } from "./comparison_text.ts";
export type { Difference } from "./differences.ts";
export { positionsIn } from "./positions.ts";
export type { Candidate, ScoredRun } from "./candidates.ts";
export type { Choice, JudgedCandidate, Preference } from "./choice.ts";
export { type Correlation, type Correlations, correlations } from "./correlation.ts";
export type { Costs, MeanCosts, MeanPicked, Picked } from "./costs.ts";
export { type ManifestOptions, parseManifest } from "./manifest.ts";
export type { ColumnOptions } from "./manifest_columns.ts";
export type { ManifestFormat } from "./manifest_records.ts";
export type { Judge, RankDifference, Tolerance } from "./rank_difference.ts";
export type { Failure, HyperparameterValue, Manifest, Run, RunScore, Settings } from "./run.ts";
export type {
  AxisChoice,
  LeftOut,
  MethodSelection,
  Selection,
  TaskCorrelations,
} from "./selection.ts";
export { selectionChart } from "./selection_chart.ts";
export { selectionJson } from "./selection_json.ts";
export { selectionText, type SelectionTextOptions } from "./selection_text.ts";
export { selectionTable } from "./selection_tables.ts";
export type { SelectionOptions } from "./selection_options.ts";
export { selectRuns } from "./select_runs.ts";
export { scoreManifest, type ScoreManifestOptions } from "./score_runs.ts";
