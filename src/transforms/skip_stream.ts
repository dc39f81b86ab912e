import type { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";

/** What a stage tells of rows that it is done with. */
export interface RowsDone {
  /** Is told up to which row of the stream, from its first, nothing is needed any more. */
  readonly onRows?: (rows: number) => void;
}

/**
 * Leaves the first rows out. Those that are passed on keep their place in the stream.
 *
 * @example All but the first two rows
 * ```ts
 * import { EmbeddingBatch, SkipStream } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float32Array.of(1, 2, 3, 4), dim: 1 });
 * const [rest] = await Array.fromAsync(ReadableStream.from([batch]).pipeThrough(new SkipStream(2)));
 * assertEquals(rest.data, Float32Array.of(3, 4));
 * assertEquals(rest.offset, 2);
 * ```
 */
export class SkipStream extends TransformStream<EmbeddingBatch, EmbeddingBatch> {
  /**
   * Makes the stage.
   *
   * @param count How many rows to leave out.
   * @param options Who is told of rows that were left out.
   * @throws {RankMeError} `usage`, when `count` is not a whole number from 0 on.
   */
  constructor(count: number, { onRows }: RowsDone = {}) {
    if (!Number.isInteger(count) || count < 0) {
      throw new RankMeError("usage", `a whole number of rows can be skipped, not ${count}`);
    }
    let left = count;
    super({
      transform(batch, controller) {
        if (batch.rows > left) controller.enqueue(left > 0 ? batch.slice(left) : batch);
        else onRows?.(batch.offset + batch.rows);
        left = Math.max(0, left - batch.rows);
      },
    });
  }
}
