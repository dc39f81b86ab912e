import type { Backend } from "../linalg/backend.ts";

/**
 * A stage that lets go of a backend's threads however it ends: when all has been written, when it is
 * cancelled or aborted, and when it fails.
 *
 * @param backend The backend, as far as it is known.
 * @param transformer What the stage does.
 * @returns What it does, and the letting go.
 */
export function releasing<I, O>(
  backend: () => Backend | undefined,
  { transform, flush }: Required<Pick<Transformer<I, O>, "transform">> & Transformer<I, O>,
): Transformer<I, O> {
  const release = () => backend()?.release();
  const guarded = <A extends unknown[]>(step: (...args: A) => unknown) => (...args: A) => {
    try {
      step(...args);
    } catch (error) {
      release();
      throw error;
    }
  };
  return {
    transform: guarded(transform),
    flush: guarded((controller) => {
      flush?.(controller);
      release();
    }),
    cancel: release,
  };
}
