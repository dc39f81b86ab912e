import type { Schema } from "apache-arrow";
import { RankMeError } from "../../errors.ts";
import { checkChoice, chooseKeys, type ChosenColumns, originOf } from "../columns.ts";
import type { RowOptions } from "../format_reader.ts";
import type { RowBlock } from "../row_block.ts";
import { sharedKeys, withKeys } from "../row_keys.ts";
import { chooseSameColumns } from "../same_columns.ts";
import { type ColumnPart, sideBySide } from "../side_by_side.ts";
import { placed } from "../usable_rows.ts";
import { type ArrowColumn, arrowColumns, axesOfMatrices, rowsPerValue } from "./arrow_columns.ts";
import { type EmbeddingColumns, readColumns } from "./column_rows.ts";
import { checkKeyType, keyTexts } from "./key_texts.ts";
import type { BareBatch } from "./messages.ts";
import { columnAt, type ColumnRows } from "./values.ts";

/** Embeddings that were chosen: one column of vectors, or all of one dimension each. */
interface FoundPart {
  readonly name: string;
  readonly columns: EmbeddingColumns;
}

/** Columns that were chosen, and where they are in a schema. */
interface FoundColumns {
  readonly schema: Schema;
  readonly chosen: ChosenColumns;
  /** Those that stand side by side; else one. */
  readonly parts: readonly FoundPart[];
  readonly keys: readonly ArrowColumn[];
}

/** What earlier record batches had in one of the parts. */
interface Earlier {
  readonly dim: number;
  /** The lengths of the lists of lists that were flattened. */
  readonly shape?: readonly number[];
}

/** Takes the rows out of the record batches of one stream, one after the other. */
export class ArrowRows {
  readonly #options: RowOptions;
  #found: FoundColumns | undefined;
  readonly #earlier: Earlier[] = [];
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
    const { chosen, parts, keys } = this.#columnsIn(batch.schema);
    const read = parts.map((part, index) => this.#read(batch, part, index, placeOf));
    const rows = chosen.kind === "several"
      ? this.#placed(placeOf, () => sideBySide(parts.map(({ name }, i) => named(name, read[i]))))
      : read[0];
    const texts = keys.map(({ name, path }) => {
      const origin = `column "${name}"`;
      const found = columnAt(batch.data, path);
      return {
        name,
        origin,
        texts: this.#placed(placeOf, () => keyTexts(found, rows.rows, origin)),
      };
    });
    this.#batches++;
    this.#rows += rows.rows;
    const block = { ...rows, ...originOf(chosen), placeOf, memory: batch.memory };
    return withKeys<RowBlock>(block, texts);
  }

  /**
   * Which columns of a schema are looked at.
   *
   * @param schema The schema.
   * @returns Their indices.
   * @throws {RankMeError} `column`, when none fits or several do.
   */
  readonly wanted = (schema: Schema): ReadonlySet<number> =>
    this.#wantedIn(this.#columnsIn(schema));

  #wantedIn({ parts, keys }: FoundColumns): ReadonlySet<number> {
    const paths = parts.flatMap(({ columns }) => columns.paths);
    return new Set([...paths, ...keys.map(({ path }) => path)].map(([index]) => index));
  }

  #read(
    batch: BareBatch,
    { name, columns }: FoundPart,
    index: number,
    placeOf: Required<RowBlock>["placeOf"],
  ): ColumnRows {
    const { dim, shape } = this.#earlier[index] ?? { dim: 0 };
    const read = () => readColumns(batch, columns, dim, shape);
    const { shape: found, ...rows } = this.#placed(placeOf, read, name);
    this.#earlier[index] = { dim: dim || rows.dim, shape: shape ?? found };
    return rows;
  }

  /** Reads something of the record batch under way; errors say where it is. */
  #placed<T>(placeOf: Required<RowBlock>["placeOf"], read: () => T, column?: string): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RankMeError)) throw error;
      const { code, what, place, advice, cause } = error;
      const named = column === undefined ? what : `${what} (column "${column}")`;
      throw placed(
        new RankMeError(code, named, { place, advice, cause }),
        { placeOf },
        this.#rows,
      );
    }
  }

  #columnsIn(schema: Schema): FoundColumns {
    if (this.#found?.schema === schema) return this.#found;
    if (this.#found) return this.#found = this.#foundAgain(schema, this.#found.chosen);
    const found = findColumns(schema, this.#options);
    this.#options.onColumns?.(found.chosen);
    return this.#found = found;
  }

  /** The same columns in the schema of another stream that follows. */
  #foundAgain(schema: Schema, { kind, name, names }: ChosenColumns): FoundColumns {
    const earlier = { kind, name, names, part: "the batches before" };
    try {
      return findColumns(schema, { ...this.#options, earlier });
    } catch (error) {
      throw error instanceof RankMeError ? error.at({ batch: this.#batches }) : error;
    }
  }
}

function named(name: string, rows: ColumnRows): ColumnPart {
  return { ...rows, name, origin: `column "${name}"` };
}

function findColumns(schema: Schema, options: RowOptions): FoundColumns {
  const all = arrowColumns(schema);
  const chosen = chooseSameColumns(all, options);
  const keys = chooseKeys(all, options).map((index) => all[index]);
  keys.forEach(checkKeyType);
  if (chosen.kind === "numbers") {
    const paths = chosen.indices.map((index) => all[index].path);
    return {
      schema,
      chosen,
      parts: [{ name: chosen.name, columns: { kind: "numbers", paths } }],
      keys,
    };
  }
  const indices = chosen.kind === "vectors" ? [chosen.index] : chosen.indices;
  const parts = indices.map((index) => partOf(all[index], options));
  if (keys.length > 0) parts.forEach((part) => checkOneRowEach(part, keys[0]));
  return { schema, chosen, parts, keys };
}

function partOf(column: ArrowColumn, { axes }: RowOptions): FoundPart {
  const { name, path } = column;
  if (column.kind === "matrices") {
    const columns = {
      kind: "matrices",
      paths: [path],
      axes: axesOfMatrices(column, axes),
    } as const;
    return { name, columns };
  }
  const perValue = rowsPerValue(column, axes);
  return { name, columns: { kind: "vectors", paths: [path], perValue } };
}

/** A key is that of a value, which must not be several rows then. */
function checkOneRowEach({ name, columns }: FoundPart, key: ArrowColumn): void {
  const isOneRow = columns.kind === "matrices"
    ? columns.axes === "flat"
    : columns.kind === "numbers" || columns.perValue === 1;
  if (!isOneRow) throw sharedKeys(`column "${key.name}"`, `column "${name}"`);
}
