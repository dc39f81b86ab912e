/**
 * Spectrum → numbers: one small pure function per metric.
 *
 * @module
 */

export * from "./alpha_req.ts";
export * from "./coherence.ts";
export * from "./condition_number.ts";
export * from "./conventions.ts";
export * from "./dead_dimensions.ts";
export * from "./effective_rank.ts";
export * from "./explained_variance.ts";
export * from "./expression.ts";
export * from "./expression_scope.ts";
export type { ExpressionOutcome } from "./expressions/compile.ts";
export * from "./isotropy.ts";
export {
  halfWidth,
  type IntervalWidth,
  jackknife,
  type JackknifeDifference,
  jackknifeDifference,
  type JackknifeInterval,
  type JackknifeOptions,
  type Replicates,
} from "./jackknife.ts";
export * from "./lidar.ts";
export * from "./linear_cka.ts";
export * from "./mean_norm.ts";
export type * from "./metric.ts";
export * from "./metrics.ts";
export * from "./nesum.ts";
export * from "./numerical_rank.ts";
export * from "./participation_ratio.ts";
export * from "./possible_range.ts";
export type { Range, Shape } from "./range.ts";
export * from "./rank_me.ts";
export * from "./rank_me_error_bound.ts";
export * from "./self_cluster.ts";
export * from "./spectral_entropy.ts";
export * from "./stable_rank.ts";
export type * from "./statistics.ts";
export * from "./student_t.ts";
export * from "./tail_widening.ts";
