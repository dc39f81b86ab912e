// Stand-in for the JSR package @std/streams, used only in this checkout because of the `links` entry of
// deno.json. It covers just what this project uses; published consumers get the real package.

function iterate<T>(source: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  return (source as AsyncIterable<T>)[Symbol.asyncIterator]?.() ??
    (source as Iterable<T>)[Symbol.iterator]();
}

/**
 * Turns a generator function into a transform stream: the function is handed what is written to
 * the stream, and what it yields can be read from the stream.
 *
 * The function is called at once, and its generator advances as the readable side is read. An error
 * it throws fails the readable side and cancels the function's input. Cancelling the readable side
 * throws the reason into the generator, then cancels its input.
 *
 * @typeParam I The type of the chunks written.
 * @typeParam O The type of the chunks read.
 * @param transformer The function to run; it may be a generator or an async generator.
 * @param writableStrategy The queuing strategy of the writable side.
 * @param readableStrategy The queuing strategy of the readable side.
 * @returns The two sides of the transform stream.
 */
export function toTransformStream<I, O>(
  transformer: (src: ReadableStream<I>) => Iterable<O> | AsyncIterable<O>,
  writableStrategy?: QueuingStrategy<I>,
  readableStrategy?: QueuingStrategy<O>,
): TransformStream<I, O> {
  const input = new TransformStream<I, I>(undefined, writableStrategy);
  const output = iterate(transformer(input.readable));

  const readable = new ReadableStream<O>({
    async pull(controller): Promise<void> {
      let step: IteratorResult<O>;
      try {
        step = await output.next();
      } catch (error) {
        // The input may itself be what failed; then it can no longer be cancelled.
        await input.readable.cancel(error).catch(() => {});
        controller.error(error);
        return;
      }
      if (step.done) controller.close();
      else controller.enqueue(step.value);
    },
    async cancel(reason): Promise<void> {
      try {
        await output.throw?.(reason);
      } catch {
        // A generator that does not catch the reason throws it back.
      }
      await input.readable.cancel(reason);
    },
  }, readableStrategy);

  return { writable: input.writable, readable };
}
