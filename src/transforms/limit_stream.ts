import type { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";

/**
 * Passes the first rows on, then ends and cancels whatever produces more.
 *
 * @example The first three of four rows
 * ```ts
 * import { EmbeddingBatch, LimitStream } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float32Array.of(1, 2, 3, 4), dim: 1 });
 * const rows = await Array.fromAsync(ReadableStream.from([batch]).pipeThrough(new LimitStream(3)));
 * assertEquals(rows[0].data, Float32Array.of(1, 2, 3));
 * ```
 */
export class LimitStream extends TransformStream<EmbeddingBatch, EmbeddingBatch> {
  /**
   * Makes the stage.
   *
   * @param limit How many rows to pass on, at least 1.
   * @throws {RankMeError} `usage`, when `limit` is not a positive whole number.
   */
  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new RankMeError("usage", `a limit is a whole number of rows from 1 on, not ${limit}`);
    }
    let left = limit;
    super({
      transform(batch, controller) {
        controller.enqueue(batch.rows > left ? batch.slice(0, left) : batch);
        left -= batch.rows;
        if (left <= 0) controller.terminate();
      },
    });
  }
}
