/**
 * Stages from embeddings to embeddings: one file per transform.
 *
 * @module
 */

export { type DimensionRange, DimensionsStream } from "./dimensions_stream.ts";
export * from "./limit_stream.ts";
export * from "./sample_stream.ts";
export * from "./skip_stream.ts";
export { UnitNormStream } from "./unit_norm_stream.ts";
