// Stand-in for the JSR package @std/streams, used only in this checkout because of the `links` entry of
// deno.json. It covers just what this project uses; published consumers get the real package.

/**
 * Reads a stream of bytes to its end.
 *
 * @param readableStream The stream to read.
 * @returns All its bytes in one buffer.
 */
export async function toArrayBuffer(
  readableStream: ReadableStream<Uint8Array>,
): Promise<ArrayBuffer> {
  const reader = readableStream.getReader();
  const chunks: Uint8Array[] = [];
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    chunks.push(step.value);
  }
  return await new Blob(chunks as BlobPart[]).arrayBuffer();
}
