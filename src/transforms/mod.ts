/**
 * Stages from embeddings to embeddings: one file per transform.
 *
 * @module
 */

export * from "./limit_stream.ts";
export * from "./unit_norm_stream.ts";
