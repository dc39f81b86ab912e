import { RankMeError } from "../errors.ts";
import type { RowBlock } from "./row_block.ts";

/** As many rows are enough to tell whole numbers from embeddings that happen to be whole. */
const ENOUGH_ROWS = 3;
/** Among nothing but whole numbers, a column that counts on for as many rows is no dimension. */
const ENOUGH_COUNTED = 8;
/** After as many rows without a fraction the numbers are taken for whole ones. */
const MOST_ROWS = 1000;

/**
 * Looks at the first rows for identifiers that were left beside the dimensions: columns at either edge of
 * whole numbers, where all others have fractions, and one that counts the rows.
 */
export class RowNumbers {
  /** The columns that had whole numbers only, so far. */
  #whole: number[] | undefined;
  #first: number[] = [];
  /** Of each of these, whether its numbers differ, and whether each is one more than that before. */
  #varies: boolean[] = [];
  #counts: boolean[] = [];
  #rows = 0;
  #isSettled = false;

  /**
   * Takes the next rows.
   *
   * @param block The rows.
   * @throws {RankMeError} `column`, when columns at an edge are plainly no dimensions.
   */
  take(block: RowBlock): void {
    const { dim, rows, data, nullRows = [], columns } = block;
    if (this.#isSettled || rows === 0 || dim < 2 || columns) return;
    this.#whole ??= Array.from({ length: dim }, (_, column) => column);
    const isNull = new Set(nullRows);
    for (let row = 0; row < rows && this.#whole.length > 0; row++) {
      if (!isNull.has(row)) this.#takeRow(data, row * dim);
    }
    if (this.#rows >= ENOUGH_ROWS) this.#judge(block);
  }

  #takeRow(data: RowBlock["data"], start: number): void {
    const count = this.#rows++;
    this.#whole = this.#whole!.filter((column) => {
      const number = data[start + column];
      if (!Number.isFinite(number)) return true;
      // Huge floats are whole all of them, and say nothing.
      if (!Number.isSafeInteger(number)) return false;
      const first = this.#first[column] ??= number - count;
      if (number !== first + count) this.#counts[column] = false;
      if (number !== first) this.#varies[column] = true;
      return true;
    });
  }

  #judge(block: RowBlock): void {
    const { dim } = block, whole = this.#whole!;
    const varying = whole.filter((column) => this.#varies[column]);
    const counting = whole.filter((column) => this.#counts[column] !== false);
    const edges = whole.length < dim
      ? atEdges(varying, dim)
      : this.#rows >= ENOUGH_COUNTED && counting.length < dim - 1
      ? atEdges(counting, dim)
      : undefined;
    if (edges) throw isNoDimension(edges, counting.includes(edges.columns[0]), block);
    // A column of zeros at an edge may be an identifier that has not changed yet.
    this.#isSettled = whole.length < dim
      ? !whole.includes(0) && !whole.includes(dim - 1)
      : this.#rows >= MOST_ROWS;
  }
}

/** Columns at the edges of a row, and the dimensions between them. */
interface Edges {
  readonly columns: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** Columns that are a run at the beginning or the end, or both, and fewer than those between. */
function atEdges(columns: readonly number[], dim: number): Edges | undefined {
  const start = columns.filter((column, i) => column === i).length;
  const end = dim - columns.filter((column, i) => column === dim - columns.length + i && i >= start)
    .length;
  const areAll = start + dim - end === columns.length;
  return columns.length > 0 && areAll && 2 * columns.length < dim
    ? { columns, start, end }
    : undefined;
}

function isNoDimension(
  { columns: [column], start, end }: Edges,
  counts: boolean,
  { dimensions, origin }: RowBlock,
): RankMeError {
  const where = dimensions?.[column] ?? `dimension ${column}${origin ? ` of ${origin}` : ""}`;
  const what = counts ? "counts the rows" : "has whole numbers beside fractions";
  return new RankMeError("column", `${where} ${what}, as an identifier does`, {
    advice: `leave it out with --dims ${start}:${end}; where it is a dimension, ` +
      "--dims with a first and a last one says so",
  });
}
