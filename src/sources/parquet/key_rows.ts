import { RankMeError } from "../../errors.ts";
import { noKeys } from "../row_keys.ts";
import type { Chunk } from "./chunks.ts";
import { ColumnPages } from "./column_pages.ts";
import { corrupt } from "./corrupt.ts";
import type { FileWindow } from "./file_window.ts";
import { keyCoding, keyTextOf, type TextOf } from "./key_coding.ts";
import type { ParquetColumn, ScalarColumn } from "./schema.ts";

/** Pages of more values are not believed. */
const MAX_PAGE_VALUES = 1 << 26;

/** A column that says what rows belong to. */
export interface KeyColumn {
  readonly name: string;
  /** What messages call it. */
  readonly origin: string;
  readonly column: ScalarColumn;
  readonly textOf: TextOf;
}

/**
 * Takes a column for one that says what rows belong to.
 *
 * @param column The column.
 * @returns How to read it.
 * @throws {RankMeError} `column`, when its values cannot say it.
 */
export function keyColumn({ name, type, scalar }: ParquetColumn): KeyColumn {
  const origin = `column "${name}"`;
  const textOf = scalar && keyTextOf(scalar, origin);
  if (!textOf) throw noKeys(origin, type);
  return { name, origin, column: scalar, textOf };
}

/**
 * Reads what the rows of a row group belong to.
 *
 * @param window The part of the file that is in memory.
 * @param chunk The column in that row group.
 * @param key The column.
 * @returns The texts, a page at a time.
 * @throws {RankMeError} `column`, with the row in the row group; `corrupt` or `unsupported`.
 */
export async function* keyTexts(
  window: FileWindow,
  chunk: Chunk<ScalarColumn>,
  { textOf }: KeyColumn,
): AsyncGenerator<(string | null)[], void, void> {
  const pages = new ColumnPages(window, chunk, keyCoding(chunk, textOf));
  for (let page = await pages.next(); page; page = await pages.next()) {
    const { values, definition, numbers } = page;
    if (values > MAX_PAGE_VALUES) {
      throw new RankMeError("unsupported", `a page of ${values} values`, {
        advice: "write smaller pages",
      });
    }
    const levels = new Uint8Array(values);
    definition.read(levels, values);
    definition.finish();
    let present = 0;
    for (const level of levels) {
      if (level > chunk.column.definition) throw corrupt(`definition level ${level}`);
      if (level === chunk.column.definition) present++;
    }
    const texts = numbers(present);
    let next = 0;
    yield Array.from(levels, (level) => level === chunk.column.definition ? texts[next++] : null);
  }
}
