/**
 * The online state from which every number is computed.
 *
 * @module
 */

export * from "./jackknife_covariance.ts";
export type { LengthKurtosis } from "./length_sums.ts";
export * from "./object_scatter.ts";
export * from "./online_covariance.ts";
