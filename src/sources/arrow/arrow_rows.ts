import type { Schema } from "apache-arrow";
import { RankMeError } from "../../errors.ts";
import {
  checkChoice,
  checkSameColumns,
  chooseColumns,
  type ChosenColumns,
  originOf,
} from "../columns.ts";
import type { RowOptions } from "../format_reader.ts";
import type { RowBlock } from "../row_block.ts";
import { placed } from "../usable_rows.ts";
import { arrowColumns, axesOfMatrices, rowsPerValue } from "./arrow_columns.ts";
import { type EmbeddingColumns, readColumns } from "./column_rows.ts";
import type { BareBatch } from "./messages.ts";
import type { ColumnRows } from "./values.ts";

/** Columns that were chosen, and where they are in a schema. */
interface FoundColumns {
  readonly schema: Schema;
  readonly chosen: ChosenColumns;
  readonly columns: EmbeddingColumns;
}

/** Takes the rows out of the record batches of one stream, one after the other. */
export class ArrowRows {
  readonly #options: RowOptions;
  #found: FoundColumns | undefined;
  #dim = 0;
  /** The lengths of the lists of lists that were flattened. */
  #shape: readonly number[] | undefined;
  #batches = 0;
  #rows = 0;

  /**
   * @param options Which columns.
   * @throws {RankMeError} `usage`, when both one column and several are asked for.
   */
  constructor(options: RowOptions) {
    checkChoice(options);
    this.#options = options;
  }

  /**
   * Takes the next record batch.
   *
   * @param batch The record batch.
   * @returns Its rows, as a view on its memory where the layout allows it.
   * @throws {RankMeError} `column`, `dimension` or `corrupt`, with batch and row.
   */
  take(batch: BareBatch): RowBlock {
    const place = { batch: this.#batches };
    const placeOf = () => place;
    const { chosen, columns } = this.#columnsIn(batch.schema);
    const { shape, ...rows } = this.#read(batch, columns, chosen.name, placeOf);
    this.#batches++;
    this.#rows += rows.rows;
    this.#dim ||= rows.dim;
    this.#shape ??= shape;
    return { ...rows, ...originOf(chosen), placeOf, memory: batch.memory };
  }

  /**
   * Which columns of a schema are looked at.
   *
   * @param schema The schema.
   * @returns Their indices.
   * @throws {RankMeError} `column`, when none fits or several do.
   */
  readonly wanted = (schema: Schema): ReadonlySet<number> =>
    new Set(this.#columnsIn(schema).columns.paths.map(([index]) => index));

  #read(
    batch: BareBatch,
    columns: EmbeddingColumns,
    name: string,
    placeOf: Required<RowBlock>["placeOf"],
  ): ColumnRows {
    try {
      return readColumns(batch, columns, this.#dim, this.#shape);
    } catch (error) {
      if (!(error instanceof RankMeError)) throw error;
      const { code, what, place, advice, cause } = error;
      const named = `${what} (column "${name}")`;
      throw placed(
        new RankMeError(code, named, { place, advice, cause }),
        { placeOf },
        this.#rows,
      );
    }
  }

  #columnsIn(schema: Schema): FoundColumns {
    if (this.#found?.schema === schema) return this.#found;
    const found = findColumns(schema, this.#options);
    if (this.#found) {
      try {
        checkSameColumns(this.#found.chosen, found.chosen);
      } catch (error) {
        throw error instanceof RankMeError ? error.at({ batch: this.#batches }) : error;
      }
    }
    return this.#found = found;
  }
}

function findColumns(schema: Schema, options: RowOptions): FoundColumns {
  const all = arrowColumns(schema);
  const chosen = chooseColumns(all, options);
  if (chosen.kind === "numbers") {
    const paths = chosen.indices.map((index) => all[index].path);
    return { schema, chosen, columns: { kind: "numbers", paths } };
  }
  const column = all[chosen.index];
  if (column.kind === "matrices") {
    const axes = axesOfMatrices(column, options.axes);
    return { schema, chosen, columns: { kind: "matrices", paths: [column.path], axes } };
  }
  const perValue = rowsPerValue(column, options.axes);
  return { schema, chosen, columns: { kind: "vectors", paths: [column.path], perValue } };
}
