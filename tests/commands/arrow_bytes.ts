import { EmbeddingBatch } from "@rankme/rankme";
import { ArrowEncodeStream, type ArrowEncodeStreamOptions } from "@rankme/rankme/sources";
import { toArrayBuffer } from "@std/streams/to-array-buffer";
import { goldenMatrix } from "../golden/matrices.ts";

/** Some rows as an Arrow IPC stream, in batches of 64 rows. */
export async function arrowBytes(
  data: Float64Array,
  dim: number,
  options: ArrowEncodeStreamOptions = { dtype: "f64" },
): Promise<Uint8Array> {
  const all = new EmbeddingBatch({ data, dim });
  const starts = Array.from({ length: Math.ceil(all.rows / 64) }, (_, i) => i * 64);
  const batches = starts.map((start) => all.slice(start, Math.min(all.rows, start + 64)));
  const stream = ReadableStream.from(batches).pipeThrough(new ArrowEncodeStream(options));
  return new Uint8Array(await toArrayBuffer(stream));
}

/** A golden matrix as an Arrow IPC stream of float64. */
export function goldenBytes(name: string): Promise<Uint8Array> {
  const { data, dim } = goldenMatrix(name);
  return arrowBytes(data, dim);
}
