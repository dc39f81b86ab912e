/**
 * How good are embeddings, without labels? RankMe: the effective rank of an embedding matrix, the
 * exponential of the entropy of its normalised singular values, from a stream of any length.
 *
 * Garrido, Balestriero, Najman & LeCun, "RankMe: Assessing the Downstream Performance of Pretrained
 * Self-Supervised Representations by Their Rank", ICML 2023.
 *
 * @example Stage by stage
 * ```ts
 * import {
 *   ArrowBatchStream,
 *   CovarianceStream,
 *   EffectiveRankStream,
 *   EmbeddingStream,
 *   UnitNormStream,
 * } from "@rankme/rankme";
 * import { ArrowEncodeStream, syntheticEmbeddings } from "@rankme/rankme/sources";
 *
 * // Stands for Deno.stdin.readable, a file or a response.
 * const bytes = syntheticEmbeddings({ rows: 1000, dim: 16 }).pipeThrough(new ArrowEncodeStream());
 *
 * for await (
 *   const report of bytes
 *     .pipeThrough(new ArrowBatchStream())
 *     .pipeThrough(new EmbeddingStream({ column: "embedding" }))
 *     .pipeThrough(new UnitNormStream())
 *     .pipeThrough(new CovarianceStream({ every: 500 }))
 *     .pipeThrough(new EffectiveRankStream())
 * ) console.log(report.rows, report.rankMe);
 * ```
 *
 * @module
 */

export * from "./src/batch.ts";
export * from "./src/covariance/mod.ts";
export { RankMeError } from "./src/errors.ts";
export type { ErrorCode, Place, RankMeErrorOptions } from "./src/errors.ts";
export { eigenvalues } from "./src/linalg/eigenvalues.ts";
export type { Accumulator, Backend, ShiftedSums } from "./src/linalg/backend.ts";
export type { Leverage } from "./src/linalg/largest_leverage.ts";
export type { Spectrum } from "./src/linalg/spectrum.ts";
export * from "./src/metrics/mod.ts";
export * from "./src/pipeline/mod.ts";
export type { CkaReport } from "./src/report/cka.ts";
export type {
  Confidence,
  InputReport,
  Interval,
  Making,
  RankReport,
  ScoreReport,
} from "./src/report/report.ts";
export {
  ArrowBatchStream,
  type ArrowBatchStreamOptions,
  type Axes,
  type ByteReader,
  type ColumnChoice,
  type Compression,
  CsvEmbeddingStream,
  type CsvEmbeddingStreamOptions,
  type EmbeddingInput,
  EmbeddingStream,
  type EmbeddingStreamOptions,
  type Format,
  JsonLinesEmbeddingStream,
  type JsonLinesEmbeddingStreamOptions,
  listShards,
  type NonFinitePolicy,
  NpyEmbeddingStream,
  type NpyEmbeddingStreamOptions,
  type OpenedEmbeddings,
  openEmbeddings,
  type OpenEmbeddingsOptions,
  RawEmbeddingStream,
  type RawEmbeddingStreamOptions,
  type RawFormat,
  type RowOptions,
  SafetensorsEmbeddingStream,
  type SafetensorsEmbeddingStreamOptions,
  type UsableRowsOptions,
} from "./src/sources/mod.ts";
export * from "./src/transforms/mod.ts";
