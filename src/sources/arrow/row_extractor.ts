import type { Schema } from "apache-arrow";
import { EmbeddingBatch } from "../../batch.ts";
import { RankMeError } from "../../errors.ts";
import type { BareBatch } from "./messages.ts";
import { type ColumnRows, readColumn } from "./column_rows.ts";
import {
  checkSameColumn,
  chooseColumn,
  type ColumnChoice,
  type EmbeddingColumn,
} from "../embedding_column.ts";

/** What becomes of rows with NaN, an infinity or a null in them. */
export type NonFinitePolicy = "error" | "skip";

/** Which embeddings to take out of record batches, and how. */
export interface EmbeddingStreamOptions extends ColumnChoice {
  /** Whether unusable rows are refused or left out and counted. Default: `"error"`. */
  readonly nonFinite?: NonFinitePolicy;
}

/** Takes the embeddings out of the record batches of one stream, one after the other. */
export class RowExtractor {
  readonly #choice: ColumnChoice;
  readonly #nonFinite: NonFinitePolicy;
  #schema: Schema | undefined;
  #column: EmbeddingColumn | undefined;
  #dim = 0;
  #batches = 0;
  #rows = 0;
  #keptRows = 0;

  /**
   * @param options Which columns, and what becomes of unusable rows.
   * @throws {RankMeError} `usage`, when both one column and several are asked for.
   */
  constructor({ nonFinite = "error", ...choice }: EmbeddingStreamOptions) {
    if (choice.column !== undefined && choice.columns !== undefined) {
      throw new RankMeError("usage", "both one column and several were asked for", {
        advice: "pass --column or --columns",
      });
    }
    this.#choice = choice;
    this.#nonFinite = nonFinite;
  }

  /** How many rows were left out so far. */
  get skippedRows(): number {
    return this.#rows - this.#keptRows;
  }

  /**
   * Takes the next record batch.
   *
   * @param batch The record batch.
   * @returns Its usable rows, where there are any; a view on its memory where the layout allows it.
   * @throws {RankMeError} `column`, `dimension`, `null`, `non-finite` or `corrupt`, with batch and row.
   */
  take(batch: BareBatch): EmbeddingBatch | undefined {
    const column = this.#columnIn(batch.schema);
    const index = this.#batches++, firstRow = this.#rows;
    const rows = readPlaced(batch, column, this.#dim, index, firstRow);
    this.#dim ||= rows.dim;
    const kept = keepUsable(rows, (found) => {
      if (this.#nonFinite === "skip") return;
      throw unusable(found, column, index, firstRow);
    });
    this.#rows += batch.data.length;
    if (!kept) return undefined;
    const placed = kept.at(this.#keptRows);
    this.#keptRows += kept.rows;
    return placed;
  }

  #columnIn(schema: Schema): EmbeddingColumn {
    if (this.#column && this.#schema === schema) return this.#column;
    const column = chooseColumn(schema, this.#choice);
    if (this.#column) checkSameColumn(this.#column, column, this.#batches);
    this.#schema = schema;
    return this.#column = column;
  }
}

/** A row that cannot be used, and why: null, or the value in the dimension. */
interface Unusable {
  readonly row: number;
  readonly value?: number;
  readonly dimension?: number;
}

function readPlaced(
  bare: BareBatch,
  column: EmbeddingColumn,
  dim: number,
  batch: number,
  firstRow: number,
): ColumnRows {
  try {
    return readColumn(bare, column, dim);
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
