import type { EmbeddingBatch } from "../../batch.ts";
import { parsing } from "../bytes/parsing.ts";
import type { ColumnChoice, KeyChoice } from "../columns.ts";
import { UsableRows, type UsableRowsOptions } from "../usable_rows.ts";
import { CsvRows } from "./csv_rows.ts";
import { TextFeeder } from "./text_feeder.ts";

/** How to read embeddings from CSV. */
export interface CsvEmbeddingStreamOptions extends ColumnChoice, KeyChoice, UsableRowsOptions {
  /** What separates the fields, as `"\t"` in TSV. Default: as the first line looks. */
  readonly delimiter?: string;
  /** Whether the first line names the columns. Default: as it looks; refused where it may be either. */
  readonly header?: boolean;
}

/**
 * Reads the embeddings of a CSV or TSV text: bytes → batches. A column of arrays is taken, as
 * `[0.1, 0.2]` or `{0.1,0.2}`, or one column of numbers per dimension.
 *
 * Fails with a {@linkcode RankMeError} `empty`, `column`, `corrupt`, `truncated`, `unsupported`,
 * `dimension`, `null` or `non-finite`, with the line.
 *
 * @example What `df.to_csv("emb.csv")` wrote of a column of lists
 * ```ts
 * import { CsvEmbeddingStream } from "@rankme/rankme/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const text = ',word,emb\n0,cat,"[0.5, 1]"\n1,dog,"[0.25, -2e-3]"\n';
 * const stream = new Blob([text]).stream().pipeThrough(new CsvEmbeddingStream());
 * const [batch] = await Array.fromAsync(stream);
 * assertEquals(batch.dim, 2);
 * assertEquals(batch.data, Float64Array.of(0.5, 1, 0.25, -0.002));
 * ```
 */
export class CsvEmbeddingStream extends TransformStream<Uint8Array, EmbeddingBatch> {
  readonly #usable: UsableRows;

  /**
   * Makes the stage.
   *
   * @param options Which columns, and what becomes of unusable rows.
   * @throws {RankMeError} `usage`, for options that contradict each other or a delimiter that is none.
   */
  constructor(options: CsvEmbeddingStreamOptions = {}) {
    const usable = new UsableRows(options);
    const parser = new TextFeeder(new CsvRows(options));
    super(parsing(parser, usable));
    this.#usable = usable;
  }

  /** How many rows were left out so far. */
  get skippedRows(): number {
    return this.#usable.skippedRows;
  }
}
