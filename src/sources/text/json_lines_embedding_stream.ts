import type { EmbeddingBatch } from "../../batch.ts";
import { parsing } from "../bytes/parsing.ts";
import type { ColumnChoice, KeyChoice } from "../columns.ts";
import { UsableRows, type UsableRowsOptions } from "../usable_rows.ts";
import { JsonLineRows } from "./json_line_rows.ts";
import { TextFeeder } from "./text_feeder.ts";

/** How to read embeddings from JSON Lines. */
export interface JsonLinesEmbeddingStreamOptions
  extends ColumnChoice, KeyChoice, UsableRowsOptions {}

/**
 * Reads the embeddings of JSON Lines: bytes → batches. Each line is an object with a vector under a
 * key, or with a number per dimension under keys of their own, or it is a vector.
 *
 * Fails with a {@linkcode RankMeError} `empty`, `column`, `corrupt`, `truncated`, `format`,
 * `unsupported`, `dimension`, `null` or `non-finite`, with the line.
 *
 * @example What a loop of `print(json.dumps(record))` wrote
 * ```ts
 * import { JsonLinesEmbeddingStream } from "@rankme/rankme/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const text = '{"word": "cat", "emb": [0.5, 1]}\n{"word": "dog", "emb": [0.25, -2e-3]}\n';
 * const stream = new Blob([text]).stream().pipeThrough(new JsonLinesEmbeddingStream());
 * const [batch] = await Array.fromAsync(stream);
 * assertEquals(batch.dim, 2);
 * assertEquals(batch.data, Float64Array.of(0.5, 1, 0.25, -0.002));
 * ```
 */
export class JsonLinesEmbeddingStream extends TransformStream<Uint8Array, EmbeddingBatch> {
  readonly #usable: UsableRows;

  /**
   * Makes the stage.
   *
   * @param options Which columns, and what becomes of unusable rows.
   * @throws {RankMeError} `usage`, when both one column and several are asked for.
   */
  constructor(options: JsonLinesEmbeddingStreamOptions = {}) {
    const usable = new UsableRows(options);
    const parser = new TextFeeder(new JsonLineRows(options));
    super(parsing(parser, usable));
    this.#usable = usable;
  }

  /** How many rows were left out so far. */
  get skippedRows(): number {
    return this.#usable.skippedRows;
  }
}
