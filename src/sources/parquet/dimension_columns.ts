import { allocating } from "../../errors.ts";
import type { EmbeddingData } from "../../batch.ts";
import type { RowBlock } from "../row_block.ts";
import { widestOf } from "../widest_numbers.ts";
import type { Chunk, RowGroup } from "./chunks.ts";
import { ColumnPages, type Page } from "./column_pages.ts";
import { corrupt } from "./corrupt.ts";
import type { FileWindow } from "./file_window.ts";
import { ARRAYS, type Numbers } from "./numbers.ts";
import type { FloatColumn } from "./schema.ts";
import { floatCoding } from "./value_coding.ts";

/** Rows of one row group. */
export type ColumnsBlock = Required<Pick<RowBlock, "rows" | "dim" | "data" | "nullRows">>;

/**
 * How many bytes of all columns together are held decoded. Pages hold up to 1 MB of one column each: one
 * of each of 4096 columns would be gigabytes. So the rows of a row group are read in slices, each column
 * of a slice after the other, and a page that reaches into the next slice is decoded again for it.
 */
const SLICE_BYTES = 128 << 20;
/** A block's numbers take about this many bytes. */
const BLOCK_BYTES = 1 << 20;
/** How many levels are decoded at a time. */
const LEVELS = 1 << 16;

/** Some consecutive rows of all columns, each column by itself. */
interface Slice {
  readonly columns: readonly EmbeddingData[];
  /** For each row, 1 when any of its numbers is null. */
  readonly nulls: Uint8Array;
}

/** Reads row groups whose columns are one dimension each. */
export class DimensionColumns {
  readonly #window: FileWindow;
  readonly #sliceBytes: number;
  /** Used again for each slice: what is handed out is interleaved. */
  #slice: Slice = { columns: [], nulls: new Uint8Array(0) };

  /**
   * @param window The part of the file that is in memory.
   * @param sliceBytes How many bytes are held decoded.
   */
  constructor(window: FileWindow, sliceBytes = SLICE_BYTES) {
    this.#window = window;
    this.#sliceBytes = sliceBytes;
  }

  /**
   * Reads a row group.
   *
   * @param group The row group.
   * @returns Its rows, in blocks.
   * @throws {RankMeError} `corrupt` or `unsupported`.
   */
  async *read({ rows, chunks }: RowGroup): AsyncGenerator<ColumnsBlock, void, void> {
    const { columns, nulls } = this.#room(rows, chunks.map(({ column }) => column));
    const readers = chunks.map((chunk) => new DimensionColumn(this.#window, chunk));
    for (let row = 0; row < rows; row += nulls.length) {
      const count = Math.min(nulls.length, rows - row);
      nulls.fill(0);
      for (const [dimension, reader] of readers.entries()) {
        await reader.read(columns[dimension], nulls, count);
      }
      yield* interleaved({ columns, nulls }, count);
    }
  }

  /** Memory for a slice of a row group. */
  #room(groupRows: number, columns: readonly FloatColumn[]): Slice {
    const rowBytes = columns.reduce((sum, { type }) => sum + ARRAYS[type].BYTES_PER_ELEMENT, 0);
    const rows = Math.min(groupRows, Math.max(1, Math.floor(this.#sliceBytes / rowBytes)));
    if (rows > this.#slice.nulls.length) {
      this.#slice = allocating(rows * rowBytes, "a slice of a row group", () => ({
        columns: columns.map(({ type }) => new ARRAYS[type](rows)),
        nulls: new Uint8Array(rows),
      }));
    }
    return this.#slice;
  }
}

/** The rows of a slice, each with its numbers side by side. */
function* interleaved({ columns, nulls }: Slice, rows: number): Generator<ColumnsBlock> {
  const dim = columns.length;
  const array = widestOf(columns);
  const most = Math.max(1, Math.floor(BLOCK_BYTES / (dim * array.BYTES_PER_ELEMENT)));
  for (let start = 0; start < rows; start += most) {
    const end = Math.min(rows, start + most);
    const data = new array((end - start) * dim);
    columns.forEach((column, dimension) => {
      for (let row = start, to = dimension; row < end; row++, to += dim) data[to] = column[row];
    });
    const nullRows: number[] = [];
    for (
      let row = nulls.indexOf(1, start);
      row >= 0 && row < end;
      row = nulls.indexOf(1, row + 1)
    ) {
      nullRows.push(row - start);
    }
    yield { rows: end - start, dim, data, nullRows };
  }
}

/** Levels of the column that is being read. */
const levels = new Uint8Array(LEVELS);

/** One column of a row group, read some rows at a time. */
class DimensionColumn {
  readonly #pages: ColumnPages<Numbers, EmbeddingData>;
  readonly #present: number;
  /** How many rows of the next page were read before. */
  #readBefore = 0;

  constructor(window: FileWindow, chunk: Chunk) {
    this.#pages = new ColumnPages(window, chunk, floatCoding(chunk));
    this.#present = chunk.column.definition;
  }

  /** Reads the next rows, and lets go of all that was needed for them. */
  async read(into: EmbeddingData, nulls: Uint8Array, rows: number): Promise<void> {
    for (let row = 0; row < rows;) {
      const page = await this.#pages.next();
      if (!page) throw corrupt("a column of fewer rows than its row group");
      const start = this.#readBefore;
      const end = Math.min(page.values, start + rows - row);
      this.#skip(page, start);
      this.#take(page, into, nulls, row, end - start);
      row += end - start;
      if (end < page.values) {
        this.#readBefore = end;
        this.#pages.stepBack();
      } else {
        this.#readBefore = 0;
        page.definition.finish();
        page.numbers.finish();
      }
    }
    this.#pages.releaseDictionary();
  }

  #skip({ definition, numbers }: Page<Numbers>, rows: number): void {
    for (let left = rows; left > 0; left -= LEVELS) {
      const count = Math.min(left, LEVELS);
      definition.read(levels, count);
      let present = 0;
      for (let i = 0; i < count; i++) if (levels[i] === this.#present) present++;
      numbers.skip(present);
    }
  }

  #take(
    { definition, numbers }: Page<Numbers>,
    into: EmbeddingData,
    nulls: Uint8Array,
    first: number,
    rows: number,
  ): void {
    for (let done = 0; done < rows; done += LEVELS) {
      const count = Math.min(rows - done, LEVELS);
      const row = first + done;
      definition.read(levels, count);
      for (let at = 0; at < count;) {
        let end = at;
        while (end < count && levels[end] === this.#present) end++;
        numbers.read(into, row + at, end - at);
        for (; end < count && levels[end] !== this.#present; end++) {
          if (levels[end] > this.#present) throw corrupt(`definition level ${levels[end]}`);
          nulls[row + end] = 1;
        }
        at = end;
      }
    }
  }
}
