import type { EmbeddingBatch } from "../batch.ts";
import { OnlineCovariance } from "../covariance/online_covariance.ts";
import { RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";

/** How often to pass the state on, and what computes it. */
export interface CovarianceStreamOptions {
  /** Also pass on a copy of the state each time so many rows have been seen. Default: never. */
  readonly every?: number;
  /** What computes. Default: plain TypeScript. */
  readonly backend?: Backend;
}

/**
 * Accumulates embeddings into an {@linkcode OnlineCovariance}, passed on once all rows are in and, if
 * asked for, at each multiple of `every` rows before that. A stream without rows passes nothing on.
 *
 * @example Twice along the way, once at the end
 * ```ts
 * import { CovarianceStream, EmbeddingBatch } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(1, 2, 3, 4, 5), dim: 1 });
 * const states = await Array.fromAsync(
 *   ReadableStream.from([batch]).pipeThrough(new CovarianceStream({ every: 2 })),
 * );
 * assertEquals(states.map((state) => state.count), [2, 4, 5]);
 * ```
 */
export class CovarianceStream extends TransformStream<EmbeddingBatch, OnlineCovariance> {
  /**
   * Makes the stage.
   *
   * @param options How often, and with what.
   * @throws {RankMeError} `usage`, when `every` is not a positive whole number.
   */
  constructor({ every = Infinity, backend }: CovarianceStreamOptions = {}) {
    if (every !== Infinity && !(Number.isInteger(every) && every >= 1)) {
      throw new RankMeError(
        "usage",
        `states can be passed on every so many rows from 1 on, not every ${every}`,
      );
    }
    const state = new OnlineCovariance(backend);
    let next = every;
    super({
      transform(batch, controller) {
        let taken = 0;
        while (taken < batch.rows) {
          // Held back until another row comes, so that the last state is passed on once only.
          if (state.count === next) {
            controller.enqueue(state.clone());
            next += every;
          }
          const end = Math.min(batch.rows, taken + next - state.count);
          state.update(taken === 0 && end === batch.rows ? batch : batch.slice(taken, end));
          taken = end;
        }
      },
      flush(controller) {
        if (state.count > 0) controller.enqueue(state);
      },
    });
  }
}
