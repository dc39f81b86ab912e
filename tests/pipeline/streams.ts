/** Streams for tests that tell how they are used. */

/** A source that counts what is taken from it and remembers being cancelled. */
export interface WatchedSource<T> {
  readonly stream: ReadableStream<T>;
  /** How many chunks have been asked for. */
  readonly pulled: number;
  /** The reasons it was cancelled with, in order. */
  readonly cancelled: readonly unknown[];
}

/**
 * A source of the chunks that `make` returns for 0, 1, 2, …
 *
 * @param make Makes a chunk; throwing fails the stream, `undefined` ends it, and a promise that never
 * settles leaves the reader waiting.
 */
export function watchedSource<T>(
  make: (index: number) => T | undefined | Promise<T | undefined>,
): WatchedSource<T> {
  let pulled = 0;
  const cancelled: unknown[] = [];
  const stream = new ReadableStream<T>({
    async pull(controller) {
      const chunk = await make(pulled++);
      if (cancelled.length > 0) return;
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel(reason) {
      cancelled.push(reason);
    },
  }, { highWaterMark: 0 });
  return {
    stream,
    cancelled,
    get pulled() {
      return pulled;
    },
  };
}

/** A promise that never settles. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}

/** Lets streams do all they can do by themselves. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** What a promise gives within a second; a test that would wait forever fails instead. */
export async function promptly<T>(promise: Promise<T>, what = "this"): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} takes longer than a second`)), 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
