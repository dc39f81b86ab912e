/**
 * Bytes → embeddings: one file per format.
 *
 * @module
 */

export * from "./arrow/arrow_batch_stream.ts";
export * from "./arrow/arrow_encode_stream.ts";
export * from "./arrow/embedding_stream.ts";
export type { Axes } from "./axes.ts";
export type { ByteReader } from "./bytes/pulled_bytes.ts";
export type { ColumnChoice, KeyChoice } from "./columns.ts";
export * from "./dense/npy_embedding_stream.ts";
export * from "./dense/raw_embedding_stream.ts";
export * from "./dense/safetensors_embedding_stream.ts";
export type { BinaryFormat, Compression, Format, RawFormat, TextFormat } from "./detect.ts";
export type { RowOptions } from "./format_reader.ts";
export * from "./open_embeddings.ts";
export type { ReadColumns } from "./read_columns.ts";
export type { EarlierColumns } from "./same_columns.ts";
export * from "./shards/list_data_sets.ts";
export * from "./shards/list_shards.ts";
export * from "./synthetic.ts";
export * from "./text/csv_embedding_stream.ts";
export * from "./text/json_lines_embedding_stream.ts";
export type { NonFinitePolicy, UsableRowsOptions } from "./usable_rows.ts";
