import type { RecordBatch } from "apache-arrow";
import type { EmbeddingBatch } from "../../batch.ts";
import type { ColumnChoice, KeyChoice } from "../columns.ts";
import type { Axes } from "../axes.ts";
import { UsableRows, type UsableRowsOptions } from "../usable_rows.ts";
import { ArrowRows } from "./arrow_rows.ts";

/** Which embeddings to take out of record batches, and how. */
export interface EmbeddingStreamOptions extends ColumnChoice, KeyChoice, UsableRowsOptions {
  /** How tensors of more than one axis become rows. Default: they are refused. */
  readonly axes?: Axes;
}

/**
 * Takes the embeddings out of Arrow record batches: one column of FixedSizeList, List or LargeList of
 * float16, float32 or float64, or one float column per dimension; fields of structs count as columns,
 * and dictionaries of such lists are looked up. Other columns are ignored.
 *
 * Fails with a {@linkcode RankMeError} `column` (none fits, or several do: the candidates are listed),
 * `dimension`, `null` or `non-finite`, the last three with batch and row.
 *
 * @example The only column that fits
 * ```ts
 * import { EmbeddingStream } from "@rankme/rankme";
 * import { Field, FixedSizeList, Float32, Table, vectorFromArray } from "apache-arrow";
 * import { assertEquals } from "@std/assert";
 *
 * const type = new FixedSizeList(2, new Field("item", new Float32()));
 * const table = new Table({
 *   id: vectorFromArray(["a", "b"]),
 *   embedding: vectorFromArray([[1, 2], [3, 4]], type),
 * });
 * const stream = ReadableStream.from(table.batches).pipeThrough(new EmbeddingStream());
 * const [batch] = await Array.fromAsync(stream);
 * assertEquals(batch.data, Float32Array.of(1, 2, 3, 4));
 * ```
 */
export class EmbeddingStream extends TransformStream<RecordBatch, EmbeddingBatch> {
  readonly #usable: UsableRows;

  /**
   * Makes the stage.
   *
   * @param options Which columns, and what becomes of unusable rows.
   * @throws {RankMeError} `usage`, when both one column and several are asked for.
   */
  constructor(options: EmbeddingStreamOptions = {}) {
    const columns = new ArrowRows(options);
    const usable = new UsableRows(options);
    super({
      transform(recordBatch, controller) {
        const rows = usable.take(columns.take(recordBatch));
        if (rows) controller.enqueue(rows);
      },
      flush: () => usable.end(),
    });
    this.#usable = usable;
  }

  /** How many rows were left out so far. */
  get skippedRows(): number {
    return this.#usable.skippedRows;
  }
}
