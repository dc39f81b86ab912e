/**
 * Passes every value of a stream to several readers. Unlike `tee()`, nothing piles up: the next value
 * is read once all of them have asked for it.
 *
 * @param source The values; locked from now on. Cancelled when any reader cancels, which ends all.
 * @param count How many readers.
 * @returns A stream for each.
 */
export function fanOut<T>(source: ReadableStream<T>, count: number): readonly ReadableStream<T>[] {
  const reader = source.getReader();
  const controllers: ReadableStreamDefaultController<T>[] = [];
  let asked = 0;
  let round = Promise.withResolvers<void>();

  async function next(): Promise<void> {
    const served = round;
    asked = 0;
    round = Promise.withResolvers();
    try {
      const { value, done } = await reader.read();
      for (const controller of controllers) {
        if (done) controller.close();
        else controller.enqueue(value);
      }
      served.resolve();
    } catch (error) {
      // Whoever has asked is told by the promise of its asking, and all have.
      served.reject(error);
    }
  }

  async function cancel(reason: unknown, by: number): Promise<void> {
    const others = controllers.filter((_, index) => index !== by);
    controllers.length = 0;
    others.forEach((controller) => controller.error(reason));
    round.resolve();
    await reader.cancel(reason);
  }

  return Array.from({ length: count }, (_, index) =>
    new ReadableStream<T>({
      start: (controller) => void controllers.push(controller),
      pull() {
        const { promise } = round;
        if (++asked === count) next();
        return promise;
      },
      cancel: (reason) => cancel(reason, index),
    }, { highWaterMark: 0 }));
}

/**
 * Reads one value of every stream at a time.
 *
 * @param streams Streams of equally many values.
 * @returns The first values of all, the second ones, and so on.
 */
export async function* inStep<T>(
  streams: readonly ReadableStream<T>[],
): AsyncGenerator<readonly T[], void, void> {
  const readers = streams.map((stream) => stream.getReader());
  try {
    for (;;) {
      const round = await Promise.all(readers.map((reader) => reader.read()));
      const values = round.flatMap(({ value, done }) => done ? [] : [value]);
      if (values.length < round.length) return;
      yield values;
    }
  } finally {
    await Promise.allSettled(readers.map((reader) => reader.cancel()));
  }
}
