import type { RecordBatch, Schema } from "apache-arrow";
import { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";
import { type ColumnRows, readColumn } from "./column_rows.ts";
import {
  checkSameColumn,
  chooseColumn,
  type ColumnChoice,
  type EmbeddingColumn,
} from "./embedding_column.ts";

/** What becomes of rows with NaN, an infinity or a null in them. */
export type NonFinitePolicy = "error" | "skip";

/** Which embeddings to take out of record batches, and how. */
export interface EmbeddingStreamOptions extends ColumnChoice {
  /** Whether unusable rows are refused or left out and counted. Default: `"error"`. */
  readonly nonFinite?: NonFinitePolicy;
}

/**
 * Takes the embeddings out of Arrow record batches: one column of FixedSizeList, List or LargeList of
 * float16, float32 or float64, or one float column per dimension. Other columns are ignored.
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
  #skippedRows = 0;

  /**
   * Makes the stage.
   *
   * @param options Which columns, and what becomes of unusable rows.
   * @throws {RankMeError} `usage`, when both one column and several are asked for.
   */
  constructor({ nonFinite = "error", ...choice }: EmbeddingStreamOptions = {}) {
    if (choice.column !== undefined && choice.columns !== undefined) {
      throw new RankMeError("usage", "both one column and several were asked for", {
        advice: "pass --column or --columns",
      });
    }
    let schema: Schema | undefined;
    let column: EmbeddingColumn;
    let dim = 0, batchIndex = 0, firstRow = 0, offset = 0;
    super({
      transform: (recordBatch, controller) => {
        if (schema !== recordBatch.schema) {
          schema = recordBatch.schema;
          const chosen = chooseColumn(schema, choice);
          if (column) checkSameColumn(column, chosen, batchIndex);
          column = chosen;
        }
        const place = { batch: batchIndex++ };
        const rows = readPlaced(recordBatch, column, dim, place.batch, firstRow);
        firstRow += recordBatch.numRows;
        dim ||= rows.dim;
        const kept = keepUsable(rows, (found) => {
          if (nonFinite === "skip") return;
          throw unusable(found, column, place.batch, firstRow - recordBatch.numRows);
        });
        this.#skippedRows += recordBatch.numRows - (kept?.rows ?? 0);
        if (!kept) return;
        controller.enqueue(kept.at(offset));
        offset += kept.rows;
      },
    });
  }

  /** How many rows were left out so far. */
  get skippedRows(): number {
    return this.#skippedRows;
  }
}

/** A row that cannot be used, and why: null, or the value in the dimension. */
interface Unusable {
  readonly row: number;
  readonly value?: number;
  readonly dimension?: number;
}

function readPlaced(
  recordBatch: RecordBatch,
  column: EmbeddingColumn,
  dim: number,
  batch: number,
  firstRow: number,
): ColumnRows {
  try {
    return readColumn(recordBatch, column, dim);
  } catch (error) {
    if (!(error instanceof RankMeError)) throw error;
    const { row } = error.place;
    throw new RankMeError(error.code, `${error.what} (column "${column.name}")`, {
      place: { batch, ...row !== undefined && { row: firstRow + row } },
      advice: error.advice,
    });
  }
}

/** The rows without null, NaN and infinity; `report` hears of each other row, or throws. */
function keepUsable(
  { dim, data, nullRows }: ColumnRows,
  report: (found: Unusable) => void,
): EmbeddingBatch | undefined {
  if (dim === 0 || data.length === 0) {
    nullRows.forEach((row) => report({ row }));
    return undefined;
  }
  let batch = new EmbeddingBatch({ data, dim });
  if (nullRows.length > 0) {
    nullRows.forEach((row) => report({ row }));
    batch = withoutRows(batch, new Set(nullRows));
  }
  const first = batch.findNonFinite();
  if (first) {
    report(first);
    const nonFinite = new Set<number>();
    for (let row = first.row; row < batch.rows; row++) {
      if (batch.slice(row, row + 1).findNonFinite()) nonFinite.add(row);
    }
    batch = withoutRows(batch, nonFinite);
  }
  return batch.rows > 0 ? batch : undefined;
}

function withoutRows(batch: EmbeddingBatch, rows: ReadonlySet<number>): EmbeddingBatch {
  const { dim } = batch;
  const data = batch.data.slice();
  let kept = 0;
  for (let row = 0; row < batch.rows; row++) {
    if (!rows.has(row)) data.copyWithin(dim * kept++, dim * row, dim * (row + 1));
  }
  return new EmbeddingBatch({ data: data.subarray(0, dim * kept), dim });
}

function unusable(
  { row, value, dimension }: Unusable,
  column: EmbeddingColumn,
  batch: number,
  firstRow: number,
): RankMeError {
  const advice = "pass --non-finite skip to leave such rows out";
  const place = { batch, row: firstRow + row };
  if (value === undefined) {
    return new RankMeError("null", `a null in column "${column.name}"`, { place, advice });
  }
  const where = column.kind === "scalars"
    ? `column "${column.names[dimension!]}"`
    : `column "${column.name}" (dimension ${dimension})`;
  return new RankMeError("non-finite", `${value} in ${where}`, { place, advice });
}
