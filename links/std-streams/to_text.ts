// Stand-in for the JSR package @std/streams, used only in this checkout because of the `links` entry of
// deno.json. It covers just what this project uses; published consumers get the real package.

/**
 * Reads a stream of strings or of UTF-8 bytes to its end. A character may be split over two chunks
 * of bytes.
 *
 * @param stream The stream to read.
 * @returns All its text in one string.
 */
export async function toText(
  stream: ReadableStream<string> | ReadableStream<Uint8Array>,
): Promise<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = "";
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    text += typeof step.value === "string"
      ? step.value
      : decoder.decode(step.value, { stream: true });
  }
  return text + decoder.decode();
}
