/**
 * The online state from which every number is computed.
 *
 * @module
 */

export * from "./online_covariance.ts";
