/**
 * Bytes → embeddings: one file per format.
 *
 * @module
 */

export * from "./arrow/arrow_batch_stream.ts";
export * from "./arrow/arrow_encode_stream.ts";
export type { Format } from "./detect.ts";
export type { ColumnChoice } from "./embedding_column.ts";
export * from "./arrow/embedding_stream.ts";
export * from "./open_embeddings.ts";
export * from "./synthetic.ts";
