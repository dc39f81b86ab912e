/**
 * Which of several runs or checkpoints to take: reports side by side.
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
