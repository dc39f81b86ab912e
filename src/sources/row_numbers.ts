import { RankMeError } from "../errors.ts";
import type { RowBlock } from "./row_block.ts";
import { Verdicts } from "./verdicts.ts";

/** Of fewer rows than these nothing is said, though there be no more. */
const FEWEST_ROWS = 3;
/** Among nothing but whole numbers, a column that counts on for as many rows is no dimension. */
const ENOUGH_COUNTED = 8;
/** After as many rows without a fraction the numbers are taken for whole ones. */
const MOST_WHOLE_ROWS = 512;
/** Identifiers of 64 bits; larger floats are whole all of them, and say nothing. */
const LARGEST_IDENTIFIER = 2 ** 64;

/**
 * Looks at the first rows for identifiers that were left beside the dimensions: columns at either edge of
 * whole numbers, where all others have fractions, and one that counts the rows. Judges by the number of
 * rows alone, so that it is of no matter in which blocks they come.
 */
export class RowNumbers {
  readonly #verdicts = new Verdicts();
  /** The columns that had whole numbers only, so far. */
  #whole: number[] | undefined;
  #first: number[] = [];
  /** Of each of these, whether its numbers differ, and whether each is one more than that before. */
  #varies: boolean[] = [];
  #counts: boolean[] = [];
  #block: RowBlock | undefined;
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
    this.#block = block;
    const isNull = new Set(nullRows);
    for (let row = 0; row < rows && !this.#isSettled; row++) {
      if (isNull.has(row)) continue;
      this.#takeRow(data, row * dim);
      if (this.#verdicts.isDue()) this.#judge(block, false);
    }
  }

  /**
   * Judges by the rows there are, which are all.
   *
   * @throws {RankMeError} As {@linkcode take}.
   */
  end(): void {
    if (!this.#isSettled && this.#block && this.#verdicts.rows >= FEWEST_ROWS) {
      this.#judge(this.#block, true);
    }
  }

  #takeRow(data: RowBlock["data"], start: number): void {
    const count = this.#verdicts.rows;
    this.#whole = this.#whole!.filter((column) => {
      const number = data[start + column];
      if (!Number.isFinite(number)) return true;
      if (!Number.isInteger(number) || Math.abs(number) > LARGEST_IDENTIFIER) return false;
      const first = this.#first[column] ??= number - count;
      if (number !== first + count) this.#counts[column] = false;
      if (number !== first) this.#varies[column] = true;
      return true;
    });
  }

  #judge(block: RowBlock, isEnd: boolean): void {
    const { dim } = block, whole = this.#whole!, { rows } = this.#verdicts;
    const counting = whole.filter((column) => this.#counts[column] !== false);
    const isMixed = whole.length < dim;
    const isLong = isEnd || rows >= MOST_WHOLE_ROWS;
    // One that does not change is no identifier yet; a dead dimension is 0, and that of a bias 1.
    const telling = whole.filter((column) =>
      this.#varies[column] || isLong && ![0, 1].includes(this.#first[column])
    );
    const isCounted = rows >= ENOUGH_COUNTED && counting.length < (isMixed ? dim : dim - 1);
    // Where they are no fewer than what would be left, only those that count tell.
    const isTelling = isMixed && 2 * telling.length < dim;
    const edges = (isTelling ? atEdges(telling, dim) : undefined) ??
      (isCounted ? atEdges(runsAtEdges(counting, dim), dim) : undefined);
    if (edges) throw isNoDimension(edges, counting.includes(edges.columns[0]), block);
    this.#isSettled = isMixed
      ? !whole.includes(0) && !whole.includes(dim - 1)
      : rows >= MOST_WHOLE_ROWS;
  }
}

/** Columns at the edges of a row, and the dimensions between them. */
interface Edges {
  readonly columns: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** Columns that are a run at the beginning or the end, or both, and not all there are. */
function atEdges(columns: readonly number[], dim: number): Edges | undefined {
  const start = columns.filter((column, i) => column === i).length;
  const end = dim - columns.filter((column, i) => column === dim - columns.length + i && i >= start)
    .length;
  const areAll = start + dim - end === columns.length;
  return columns.length > 0 && areAll && columns.length < dim ? { columns, start, end } : undefined;
}

/** Those of some columns that are a run at the beginning or the end, whatever there is between. */
function runsAtEdges(columns: readonly number[], dim: number): number[] {
  const are = new Set(columns);
  let start = 0, end = dim;
  while (are.has(start)) start++;
  while (are.has(end - 1) && end > start) end--;
  return columns.filter((column) => column < start || column >= end);
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
