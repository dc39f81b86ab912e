/**
 * Spectrum → numbers: one small pure function per metric.
 *
 * @module
 */

export * from "./conventions.ts";
export * from "./effective_rank.ts";
export * from "./lidar.ts";
export type * from "./metric.ts";
export * from "./rank_me.ts";
export * from "./rank_me_error_bound.ts";
export type * from "./statistics.ts";
