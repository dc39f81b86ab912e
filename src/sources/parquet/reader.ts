import { RankMeError } from "../../errors.ts";
import { axesOfLists } from "../axes.ts";
import { checkChoice, chooseColumns, originOf } from "../columns.ts";
import type { FormatReader, RowOptions } from "../format_reader.ts";
import { placed } from "../usable_rows.ts";
import { locateChunks, type RowGroup } from "./chunks.ts";
import { ColumnPages } from "./column_pages.ts";
import { decoding } from "./corrupt.ts";
import { DimensionColumns } from "./dimension_columns.ts";
import { FileWindow } from "./file_window.ts";
import { readFooter } from "./footer.ts";
import { type ListBlock, ListRows } from "./list_rows.ts";
import { type ListColumn, type ParquetColumn, readSchema } from "./schema.ts";
import { rowsPerList, splitLists } from "./tensors.ts";

/** Reads Parquet files, from the footer at their end on: a row group at a time, and in it a page. */
export const parquetReader: FormatReader = {
  async *read(file, options) {
    checkChoice(options);
    const footer = await readFooter(file);
    const schema = decoding(() => readSchema(footer.metadata.schema));
    const chosen = chooseColumns(schema.columns, options);
    const indices = chosen.kind === "vectors" ? [chosen.index] : chosen.indices;
    const columns = indices.map((index) => schema.columns[index].floats!);
    const groups = decoding(() => locateChunks(footer, schema, columns));
    const perList = chosen.kind === "vectors"
      ? await rowsPerList(footer.metadata, chosen.name, options.axes)
      : 1;
    const window = new FileWindow(file);
    const readGroup = chosen.kind === "vectors"
      ? listReader(window, listRows(schema.columns[chosen.index], options))
      : dimensionsReader(window);
    const origin = originOf(chosen);
    let rows = 0;
    for (const [rowGroup, group] of groups.entries()) {
      const place = { rowGroup };
      const placeOf = () => place;
      try {
        for await (const lists of readGroup(group)) {
          const block = splitLists(lists, perList);
          rows += block.rows;
          yield { ...block, ...origin, placeOf };
        }
      } catch (error) {
        throw error instanceof RankMeError
          ? placed(naming(origin.origin, error), { placeOf }, rows)
          : error;
      }
    }
  },
};

/** Makes rows of the lists of a column: each innermost one or, of lists of lists, as it is asked for. */
function listRows({ name, kind, type, floats }: ParquetColumn, { axes }: RowOptions): ListRows {
  const column = floats as ListColumn;
  return kind === "matrices"
    ? new ListRows(column, axesOfLists(axes, `column "${name}" holds ${type}`))
    : new ListRows(column);
}

/** An error that says which column it is about. */
function naming(origin: string, { code, what, place, advice, cause }: RankMeError): RankMeError {
  return new RankMeError(code, `${what} (${origin})`, { place, advice, cause });
}

type GroupReader = (group: RowGroup) => AsyncGenerator<ListBlock, void, void>;

function listReader(window: FileWindow, rows: ListRows): GroupReader {
  return async function* (group) {
    rows.begin(group.rows);
    const pages = new ColumnPages(window, group.chunks[0]);
    for (let page = await pages.next(); page; page = await pages.next()) {
      yield* rows.take(page);
    }
    yield* rows.finish();
  };
}

function dimensionsReader(window: FileWindow): GroupReader {
  const columns = new DimensionColumns(window);
  return (group) => columns.read(group);
}
