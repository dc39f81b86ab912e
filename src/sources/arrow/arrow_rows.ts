import type { Field, Schema } from "apache-arrow";
import { DataType } from "apache-arrow/type";
import { RankMeError } from "../../errors.ts";
import {
  checkChoice,
  checkSameColumns,
  chooseColumns,
  type ChosenColumns,
  type Column,
  originOf,
} from "../columns.ts";
import type { RowOptions } from "../format_reader.ts";
import type { RowBlock } from "../row_block.ts";
import { placed } from "../usable_rows.ts";
import { type ColumnRows, readColumn } from "./column_rows.ts";
import { decoding } from "./corrupt.ts";
import type { BareBatch } from "./messages.ts";
import { typeName } from "./type_name.ts";

/** Takes the rows out of the record batches of one stream, one after the other. */
export class ArrowRows {
  readonly #options: RowOptions;
  #schema: Schema | undefined;
  #columns: ChosenColumns | undefined;
  #dim = 0;
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
    const columns = this.#columnsIn(batch.schema);
    const rows = this.#read(batch, columns, placeOf);
    this.#batches++;
    this.#rows += batch.data.length;
    this.#dim ||= rows.dim;
    return {
      rows: batch.data.length,
      ...rows,
      ...originOf(columns),
      placeOf,
      memory: batch.memory,
    };
  }

  #read(
    batch: BareBatch,
    columns: ChosenColumns,
    placeOf: Required<RowBlock>["placeOf"],
  ): ColumnRows {
    try {
      return readColumn(batch, columns, this.#dim);
    } catch (error) {
      if (!(error instanceof RankMeError)) throw error;
      const { code, what, place, advice, cause } = error;
      const named = `${what} (column "${columns.name}")`;
      throw placed(
        new RankMeError(code, named, { place, advice, cause }),
        { placeOf },
        this.#rows,
      );
    }
  }

  #columnsIn(schema: Schema): ChosenColumns {
    if (this.#columns && this.#schema === schema) return this.#columns;
    const chosen = chooseColumns(schema.fields.map(describe), this.#options);
    if (chosen.kind === "vectors") refuseManyAxes(schema.fields[chosen.index]);
    if (this.#columns) {
      try {
        checkSameColumns(this.#columns, chosen);
      } catch (error) {
        throw error instanceof RankMeError ? error.at({ batch: this.#batches }) : error;
      }
    }
    this.#schema = schema;
    return this.#columns = chosen;
  }
}

function describe({ name, type }: Field): Column {
  const kind = isListOfFloats(type) ? "vectors" : DataType.isFloat(type) ? "numbers" : "other";
  return { name, kind, type: typeName(type) };
}

function isListOfFloats(type: DataType): boolean {
  const isList = DataType.isFixedSizeList(type) || DataType.isList(type) ||
    DataType.isLargeList(type);
  return isList && DataType.isFloat(type.children[0].type);
}

/** A fixed-shape tensor is stored as a flat list: without this, (T, D) would pass for T·D. */
function refuseManyAxes(field: Field): void {
  if (field.metadata.get("ARROW:extension:name") !== "arrow.fixed_shape_tensor") return;
  const parameters = field.metadata.get("ARROW:extension:metadata") ?? "{}";
  const shape: unknown = decoding(() => JSON.parse(parameters).shape);
  if (Array.isArray(shape) && shape.length > 1) {
    throw new RankMeError(
      "unsupported",
      `column "${field.name}" holds tensors of shape (${shape.join(", ")})`,
      {
        advice: "one embedding per row is needed: pool or flatten them first",
      },
    );
  }
}
