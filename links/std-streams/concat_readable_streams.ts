// Stand-in for the JSR package @std/streams, used only in this checkout because of the `links` entry of
// deno.json. It covers just what this project uses; published consumers get the real package.

/**
 * Joins streams end to end: all chunks of the first, then all of the second, and so on.
 *
 * Cancelling the joined stream cancels every input that is not being read at that moment.
 *
 * @typeParam T The type of the chunks.
 * @param streams The streams to join, in order; at least one.
 * @returns One stream with the chunks of all of them.
 */
export function concatReadableStreams<T>(...streams: ReadableStream<T>[]): ReadableStream<T> {
  let current = 0;

  return new ReadableStream<T>({
    async pull(controller): Promise<void> {
      while (true) {
        const reader = streams[current]!.getReader();
        const { done, value } = await reader.read();
        if (!done) {
          controller.enqueue(value);
          reader.releaseLock();
          return;
        }
        current++;
        if (current === streams.length) {
          controller.close();
          return;
        }
      }
    },
    async cancel(reason): Promise<void> {
      await Promise.allSettled(streams.map((stream) => stream.cancel(reason)));
    },
  });
}
