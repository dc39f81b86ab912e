import { EmbeddingBatch } from "../../src/batch.ts";

/** Rows of one number, which is the row's place in the stream. */
export function countingBatch(offset: number, rows: number): EmbeddingBatch {
  const data = Float64Array.from({ length: rows }, (_, row) => offset + row);
  return new EmbeddingBatch({ data, dim: 1, offset });
}

/** A stream of such rows, in batches of the sizes given. */
export function countingStream(sizes: readonly number[]): ReadableStream<EmbeddingBatch> {
  let offset = 0;
  return ReadableStream.from(sizes.map((rows) => countingBatch((offset += rows) - rows, rows)));
}
