import type { EmbeddingBatch } from "../batch.ts";
import { OnlineCovariance } from "../covariance/online_covariance.ts";
import { RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { fastestBackend } from "../linalg/fastest_backend.ts";
import { releasing } from "./releasing.ts";

/** How often to pass the state on, and what computes it. */
export interface CovarianceStreamOptions {
  /** Also pass on a copy of the state each time so many rows have been seen. Default: never. */
  readonly every?: number;
  /**
   * What computes. Default: WebAssembly on as many threads as the machine runs at once, or what is
   * there instead. Its threads are let go at the end of the stream.
   */
  readonly backend?: Backend;
  /** Whether to keep a triangular factor: see {@linkcode OnlineCovariance}. Default: no. */
  readonly exact?: boolean;
  /** Is told up to which row of the stream, from its first, nothing is needed any more. */
  readonly onRows?: (rows: number) => void;
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
  readonly #slices: TransformStream<EmbeddingBatch, EmbeddingBatch>;
  readonly #states: ReadableStream<OnlineCovariance>;

  /**
   * Makes the stage.
   *
   * @param options How often, and with what.
   * @throws {RankMeError} `usage`, when `every` is not a positive whole number.
   */
  constructor(options: CovarianceStreamOptions = {}) {
    const { every = Infinity } = options;
    if (every !== Infinity && !(Number.isInteger(every) && every >= 1)) {
      throw new RankMeError(
        "usage",
        `states can be passed on every so many rows from 1 on, not every ${every}`,
      );
    }
    super();
    this.#slices = slicing(every);
    this.#states = this.#slices.readable.pipeThrough(accumulating(every, options));
  }

  /** Where embeddings go in. */
  override get writable(): WritableStream<EmbeddingBatch> {
    return this.#slices.writable;
  }

  /** Where states come out. */
  override get readable(): ReadableStream<OnlineCovariance> {
    return this.#states;
  }
}

/**
 * Cuts batches where a state is to be passed on. The cuts are views: were it done where the states
 * are made, one large batch would make all of its states at once, however slowly they are read.
 */
function slicing(every: number): TransformStream<EmbeddingBatch, EmbeddingBatch> {
  let left = every;
  return new TransformStream({
    transform(batch, controller) {
      for (let taken = 0; taken < batch.rows;) {
        const end = Math.min(batch.rows, taken + left);
        controller.enqueue(end - taken === batch.rows ? batch : batch.slice(taken, end));
        left = end - taken === left ? every : left - (end - taken);
        taken = end;
      }
    },
  });
}

/** Takes slices in and passes on a state when the next slice after it has come, and at the end. */
function accumulating(
  every: number,
  options: CovarianceStreamOptions,
): TransformStream<EmbeddingBatch, OnlineCovariance> {
  const { backend = fastestBackend(navigator.hardwareConcurrency), exact, onRows } = options;
  const state = new OnlineCovariance(backend, { exact });
  return new TransformStream(releasing(() => backend, {
    transform(slice, controller) {
      if (state.count > 0 && state.count % every === 0) controller.enqueue(state.clone());
      state.update(slice);
      onRows?.(slice.offset + slice.rows);
    },
    flush(controller) {
      if (state.count > 0) controller.enqueue(state);
    },
  }));
}
