/**
 * From embeddings to reports: the last two stages, and {@linkcode score}, which puts all stages
 * together.
 *
 * @module
 */

export * from "./cka.ts";
export * from "./covariance_stream.ts";
export * from "./effective_rank_stream.ts";
export type { EffectiveRankOptions } from "./rank_report.ts";
export type { ReadingOptions, ScoreSource } from "./reading.ts";
export type { ScheduleOptions } from "./schedule.ts";
export * from "./score.ts";
