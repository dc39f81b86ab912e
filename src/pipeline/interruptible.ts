import type { EmbeddingBatch } from "../batch.ts";

/**
 * Passes batches on until the signal says stop; then ends as if there were no more.
 *
 * @param signal Says stop.
 * @param onBatch Is told of each batch.
 * @param onStop Is told that it was stopped.
 * @returns The stage.
 */
export function interruptible(
  signal: AbortSignal | undefined,
  onBatch: (batch: EmbeddingBatch) => void,
  onStop: () => void,
): TransformStream<EmbeddingBatch, EmbeddingBatch> {
  let stop = () => {};
  const forget = () => signal?.removeEventListener("abort", stop);
  return new TransformStream({
    start(controller) {
      stop = () => {
        onStop();
        // Ends a read that waits for a producer that may never write again, too.
        controller.terminate();
      };
      if (signal?.aborted) stop();
      else signal?.addEventListener("abort", stop, { once: true });
    },
    transform(batch, controller) {
      onBatch(batch);
      controller.enqueue(batch);
    },
    flush: forget,
    cancel: forget,
  });
}
