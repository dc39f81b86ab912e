import { type CsvCells, type CsvLayout, splitLine } from "./csv_cells.ts";
import type { RowBlocks } from "./row_blocks.ts";

/** What stands for a text that is missing: nothing, or in Postgres' COPY what no text looks like. */
const NULL_TEXTS: readonly string[] = ["", "\\N"];

/** Takes what rows belong to out of their cells, beside the embeddings. */
export class CsvKeyCells implements CsvCells {
  readonly #embeddings: CsvCells;
  readonly #indices: readonly number[];
  readonly #layout: CsvLayout;
  readonly #blocks: RowBlocks;

  /**
   * @param embeddings What takes the embeddings.
   * @param indices Which fields say what rows belong to.
   * @param layout How the text is laid out.
   * @param blocks Where the rows are collected.
   */
  constructor(
    embeddings: CsvCells,
    indices: readonly number[],
    layout: CsvLayout,
    blocks: RowBlocks,
  ) {
    this.#embeddings = embeddings;
    this.#indices = indices;
    this.#layout = layout;
    this.#blocks = blocks;
  }

  /** Takes a row. */
  take(cells: readonly string[], line: number): void {
    this.#blocks.nextKeys = this.#textsOf(cells);
    this.#embeddings.take(cells, line);
  }

  /** Takes a row of a text without quotes. */
  takeLine(text: string, start: number, end: number, line: number): void {
    this.#blocks.nextKeys = this.#layout.delimiter === " "
      ? this.#textsOf(splitLine(text.slice(start, end), " "))
      : this.#indices.map((index) => this.#textAt(index, text, start, end));
    this.#embeddings.takeLine(text, start, end, line);
  }

  #textsOf(cells: readonly string[]): (string | null)[] {
    return this.#indices.map((index) => textOfCell(cells[index]));
  }

  /** One field, without a string for each of those before it. */
  #textAt(index: number, text: string, start: number, end: number): string | null {
    const { delimiter } = this.#layout;
    let at = start;
    for (let field = 0; field < index; field++) {
      const next = text.indexOf(delimiter, at);
      // Fields that are missing are refused with the embeddings.
      if (next < 0 || next >= end) return null;
      at = next + 1;
    }
    const next = text.indexOf(delimiter, at);
    return textOfCell(text.slice(at, next < 0 || next > end ? end : next));
  }
}

function textOfCell(cell = ""): string | null {
  const text = cell.trim();
  return NULL_TEXTS.includes(text) ? null : text;
}
