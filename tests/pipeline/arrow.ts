/** Arrow streams and files for tests. */
import type { EmbeddingBatch, EmbeddingData } from "../../src/batch.ts";
import {
  ArrowEncodeStream,
  type ArrowEncodeStreamOptions,
} from "../../src/sources/arrow/arrow_encode_stream.ts";
import { batchesOf } from "../covariance/rows.ts";

/** The bytes of an Arrow IPC stream of some rows, in batches of so many. */
export async function arrowBytes(
  data: EmbeddingData,
  dim: number,
  batchRows: number,
  options: ArrowEncodeStreamOptions = { dtype: "f64" },
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks = await Array.fromAsync(
    ReadableStream.from<EmbeddingBatch>(batchesOf(data, dim, batchRows))
      .pipeThrough(new ArrowEncodeStream(options)),
  );
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

/** How many bytes the end-of-stream marker takes. */
export const END_OF_STREAM_BYTES = 8;

/** Bytes as a producer behind a pipe might write them. */
export function inChunks(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  return ReadableStream.from((function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
  })());
}

/** Calls `use` with the paths of files of these contents, which are gone afterwards. */
export async function withFiles(
  contents: readonly Uint8Array[],
  use: (...paths: string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const paths = contents.map((_, index) => `${folder}/shard-${index}.arrow`);
    for (const [index, path] of paths.entries()) await Deno.writeFile(path, contents[index]);
    await use(...paths);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
