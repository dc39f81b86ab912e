/**
 * A stream of items, each asked for when it is wanted. What `ReadableStream.from` makes, which not
 * every browser has.
 *
 * @param items The items; a stream that fails or is cancelled ends them.
 * @returns The stream.
 */
export function streamOf<T>(items: AsyncIterable<T> | Iterable<T>): ReadableStream<T> {
  const iterator = Symbol.asyncIterator in items
    ? items[Symbol.asyncIterator]()
    : items[Symbol.iterator]();
  return new ReadableStream<T>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason) {
      await iterator.return?.(reason);
    },
  }, { highWaterMark: 0 });
}
