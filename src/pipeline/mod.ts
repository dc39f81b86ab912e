/**
 * From embeddings to reports: the last two stages, and {@linkcode score}, which puts all stages
 * together.
 *
 * @module
 */

export * from "./cka.ts";
export * from "./covariance_stream.ts";
export type { EachOutcome } from "./each_outcome.ts";
export type * from "./each_options.ts";
export type { EachProgress } from "./each_progress.ts";
export * from "./effective_rank_stream.ts";
export type { EffectiveRankOptions } from "./rank_report.ts";
export type { ReadingOptions, ScoreSource } from "./reading.ts";
export type { ScheduleOptions } from "./schedule.ts";
export * from "./score.ts";
export type * from "./score_options.ts";
export { scoreEach } from "./score_each.ts";
export * from "./score_equal_rows.ts";
