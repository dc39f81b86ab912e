import { RankMeError } from "../../errors.ts";
import { axesOfLists } from "../axes.ts";
import type { RandomAccess } from "../bytes/random_access.ts";
import { checkChoice, chooseKeys, type ChosenColumns, originOf } from "../columns.ts";
import type { FormatReader, RowOptions } from "../format_reader.ts";
import { inStep, type KeyBlocks } from "../in_step.ts";
import type { RowBlock } from "../row_block.ts";
import { sharedKeys } from "../row_keys.ts";
import { chooseSameColumns } from "../same_columns.ts";
import { placed } from "../usable_rows.ts";
import { locateChunks, type RowGroup } from "./chunks.ts";
import { ColumnPages } from "./column_pages.ts";
import { decoding } from "./corrupt.ts";
import { DimensionColumns } from "./dimension_columns.ts";
import { FileWindow } from "./file_window.ts";
import { type Footer, readFooter } from "./footer.ts";
import { type ListBlock, ListRows } from "./list_rows.ts";
import { type ListColumn, type ParquetColumn, readSchema, type Schema } from "./schema.ts";
import { rowsPerList, splitLists } from "./tensors.ts";
import { floatCoding } from "./value_coding.ts";

/** Reads Parquet files, from the footer at their end on: a row group at a time, and in it a page. */
export const parquetReader: FormatReader = {
  async *read(file, options) {
    checkChoice(options);
    const footer = await readFooter(file);
    const schema = decoding(() => readSchema(footer.metadata.schema));
    const chosen = chooseAmongRows(footer, schema, options);
    options.onColumns?.(chosen);
    const keyIndices = chooseKeys(schema.columns, options);
    const input = { file, footer, schema, options };
    const parts = await partsOf(input, chosen, keyIndices.length > 0);
    const keys = keyIndices.length > 0 ? await keysOf(input, keyIndices, parts) : [];
    const areSeveral = chosen.kind === "several";
    options.onRowCount?.(Number(footer.metadata.num_rows) * parts[0].perList);
    const origin = originOf(chosen);
    let rows = 0;
    for (const rowGroup of footer.metadata.row_groups.keys()) {
      const place = { rowGroup };
      const placeOf = () => place;
      const columns = parts.map((part) => ({
        ...part,
        blocks: placedBlocks(part, rowGroup, rows),
      }));
      const blocks = areSeveral || keys.length > 0
        ? inStep({ columns, areSeveral, keys: keys.map((key) => key(rowGroup, rows)) })
        : columns[0].blocks;
      try {
        for await (const block of blocks) {
          rows += block.rows;
          yield { ...block, ...origin, placeOf };
        }
      } catch (error) {
        throw error instanceof RankMeError ? error.at(place) : error;
      }
    }
  },
};

/** Where there are no rows, the writer may not have known the types either. */
function chooseAmongRows(
  { metadata }: Footer,
  { columns }: Schema,
  options: RowOptions,
): ChosenColumns {
  try {
    return chooseSameColumns(columns, options);
  } catch (error) {
    if (!(error instanceof RankMeError) || metadata.num_rows > 0n) throw error;
    const { code, what, cause } = error;
    throw new RankMeError(code, what, { advice: "it has no rows: leave it out", cause });
  }
}

/** What is read, and how. */
interface Input {
  readonly file: RandomAccess;
  readonly footer: Footer;
  readonly schema: Schema;
  readonly options: RowOptions;
}

/** A column of lists, or all columns of one dimension each, that are read by themselves. */
interface Part {
  readonly name: string;
  readonly origin: string;
  /** How many rows each list holds: more than one where it is a tensor. */
  readonly perList: number;
  /** Whether each value is one row. */
  readonly isOneRowEach: boolean;
  /** Reads the part of it that is in a row group. */
  readonly read: (rowGroup: number) => AsyncGenerator<ListBlock, void, void>;
}

async function partsOf(input: Input, chosen: ChosenColumns, hasKeys: boolean): Promise<Part[]> {
  const { file, footer, schema } = input;
  if (chosen.kind === "vectors") return [await listPart(input, chosen.index, new FileWindow(file))];
  const columns = chosen.indices.map((index) => schema.columns[index].floats!);
  if (chosen.kind === "numbers") {
    const groups = decoding(() => locateChunks(footer, schema, columns));
    const dimensions = new DimensionColumns(new FileWindow(file));
    const { origin } = originOf(chosen);
    const read = (rowGroup: number) => dimensions.read(groups[rowGroup]);
    return [{ name: chosen.name, origin, perList: 1, isOneRowEach: true, read }];
  }
  const windows = chosen.indices.length + Number(hasKeys);
  return await Promise.all(
    chosen.indices.map((index) => listPart(input, index, new FileWindow(file, windows))),
  );
}

async function listPart(
  { footer, schema, options }: Input,
  index: number,
  window: FileWindow,
): Promise<Part> {
  const column = schema.columns[index], { name } = column;
  const groups = decoding(() => locateChunks(footer, schema, [column.floats!]));
  const perList = await rowsPerList(footer.metadata, name, options.axes);
  const rows = listRows(column, options);
  return {
    name,
    origin: `column "${name}"`,
    perList,
    isOneRowEach: perList === 1 && (column.kind === "vectors" || options.axes === "flat"),
    read: (rowGroup) => readLists(window, rows, groups[rowGroup]),
  };
}

/** What reads the keys of a row group, of which the first row is one of the file. */
type GroupKeys = (rowGroup: number, firstRow: number) => KeyBlocks;

async function keysOf(
  { file, footer, schema }: Input,
  indices: readonly number[],
  parts: readonly Part[],
): Promise<GroupKeys[]> {
  const { keyColumn, keyTexts } = await import("./key_rows.ts");
  return indices.map((index) => {
    const key = keyColumn(schema.columns[index]), { name, origin } = key;
    const shared = parts.find(({ isOneRowEach }) => !isOneRowEach);
    if (shared) throw sharedKeys(origin, shared.origin);
    const groups = decoding(() => locateChunks(footer, schema, [key.column]));
    const window = new FileWindow(file);
    return (rowGroup, firstRow) => {
      const texts = keyTexts(window, groups[rowGroup].chunks[0], key);
      return { name, origin, texts: placedTexts(texts, { origin, rowGroup, firstRow }) };
    };
  });
}

/** Errors say which column they are about, and where. */
async function* placedBlocks(
  { origin, perList, read }: Part,
  rowGroup: number,
  firstRow: number,
): AsyncGenerator<RowBlock, void, void> {
  let rows = firstRow;
  try {
    for await (const lists of read(rowGroup)) {
      const block = splitLists(lists, perList);
      rows += block.rows;
      yield block;
    }
  } catch (error) {
    throw inColumn(error, { origin, rowGroup, firstRow: rows });
  }
}

async function* placedTexts(
  texts: KeyBlocks["texts"],
  column: ColumnPlace,
): KeyBlocks["texts"] {
  let firstRow = column.firstRow;
  try {
    for await (const block of texts) {
      yield block;
      firstRow += block.length;
    }
  } catch (error) {
    throw inColumn(error, { ...column, firstRow });
  }
}

/** Where in which column something is read. */
interface ColumnPlace {
  readonly origin: string;
  readonly rowGroup: number;
  /** The first row of what is read. */
  readonly firstRow: number;
}

function inColumn(error: unknown, { origin, rowGroup, firstRow }: ColumnPlace): unknown {
  if (!(error instanceof RankMeError)) return error;
  const { code, what, place, advice, cause } = error;
  const named = what.includes(origin) ? what : `${what} (${origin})`;
  return placed(
    new RankMeError(code, named, { place, advice, cause }),
    { placeOf: () => ({ rowGroup }) },
    firstRow,
  );
}

/** Makes rows of the lists of a column: each innermost one or, of lists of lists, as it is asked for. */
function listRows({ name, kind, type, floats }: ParquetColumn, { axes }: RowOptions): ListRows {
  const column = floats as ListColumn;
  return kind === "matrices"
    ? new ListRows(column, axesOfLists(axes, `column "${name}" holds ${type}`))
    : new ListRows(column);
}

async function* readLists(
  window: FileWindow,
  rows: ListRows,
  { rows: count, chunks: [chunk] }: RowGroup,
): AsyncGenerator<ListBlock, void, void> {
  rows.begin(count);
  const pages = new ColumnPages(window, chunk, floatCoding(chunk));
  for (let page = await pages.next(); page; page = await pages.next()) {
    yield* rows.take(page);
  }
  yield* rows.finish();
}
