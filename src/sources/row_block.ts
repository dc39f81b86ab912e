import type { ColumnSpan, EmbeddingData, RowKeys } from "../batch.ts";
import type { Place } from "../errors.ts";
import type { UnprovenColumn } from "./column.ts";

/** Consecutive rows as an input holds them, before unusable ones are refused or left out. */
export interface RowBlock {
  /** How many rows, those that are null included. */
  readonly rows: number;
  /** D, or 0 when every row is null. */
  readonly dim: number;
  /** `rows × dim` numbers, row-major; rows that are null hold anything. */
  readonly data: EmbeddingData;
  /** The rows that are null or have a null in them, ascending. Default: none. */
  readonly nullRows?: readonly number[];
  /** What messages call the numbers, as in `column "embedding"`. Default: nothing. */
  readonly origin?: string;
  /** What messages call what is null in a row, where it is not all of the numbers. */
  readonly nullIn?: (row: number) => string | undefined;
  /** What messages call each dimension, where each is a column of its own, as in `column "dim_3"`. */
  readonly dimensions?: readonly string[];
  /** Set where the rows have to show that they are embeddings, as nobody named their column. */
  readonly unproven?: UnprovenColumn;
  /** Where a row is, besides its index: its record batch, row group or line. */
  readonly placeOf?: (row: number) => Place;
  /** The columns that stand side by side in the numbers. Default: it is all one. */
  readonly columns?: readonly ColumnSpan[];
  /** What messages call each of these columns, as in `column "layer1"`. */
  readonly origins?: readonly string[];
  /** What each row belongs to, by the columns that were asked for; null rows have any text. */
  readonly keys?: RowKeys;
  /** Memory that nothing but these rows is a view on, to be freed once they are copied. */
  readonly memory?: ArrayBuffer;
}
