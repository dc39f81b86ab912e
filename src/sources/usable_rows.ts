import { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";
import type { RowBlock } from "./row_block.ts";

/** What becomes of rows with NaN, an infinity or a null in them. */
export type NonFinitePolicy = "error" | "skip";

/** What becomes of rows that cannot be used. */
export interface UsableRowsOptions {
  /** Whether unusable rows are refused or left out and counted. Default: `"error"`. */
  readonly nonFinite?: NonFinitePolicy;
}

/** Takes the usable rows out of the blocks of one input, and holds all of them to one dimension. */
export class UsableRows {
  readonly #nonFinite: NonFinitePolicy;
  #dim = 0;
  #rows = 0;
  #keptRows = 0;

  /** @param options What becomes of unusable rows. */
  constructor({ nonFinite = "error" }: UsableRowsOptions = {}) {
    this.#nonFinite = nonFinite;
  }

  /** How many rows were left out so far. */
  get skippedRows(): number {
    return this.#rows - this.#keptRows;
  }

  /**
   * Takes the next block.
   *
   * @param block Its rows.
   * @returns Those that can be used, where there are any; a view on the block's memory where all can.
   * @throws {RankMeError} `dimension`, `null` or `non-finite`, with the place.
   */
  take(block: RowBlock): EmbeddingBatch | undefined {
    const firstRow = this.#rows;
    if (block.dim !== 0 && this.#dim !== 0 && block.dim !== this.#dim) {
      throw placed(mixedDimensions(0, block.dim, this.#dim), block, firstRow);
    }
    this.#dim ||= block.dim;
    const kept = keepUsable(block, (found) => {
      if (this.#nonFinite === "error") throw placed(unusable(found, block), block, firstRow);
    });
    this.#rows += block.rows;
    if (!kept) return undefined;
    const batch = kept.at(this.#keptRows);
    this.#keptRows += kept.rows;
    return batch;
  }
}

/**
 * The error for a row of another length than those before it.
 *
 * @param row Its index in its block.
 * @param found Its number of dimensions.
 * @param dim The number of dimensions of earlier ones, or 0 when it is the first.
 * @returns The error.
 */
export function mixedDimensions(row: number, found: number, dim: number): RankMeError {
  const what = dim === 0
    ? "an embedding of no dimensions"
    : `an embedding of ${found} dimensions where earlier ones have ${dim}`;
  return new RankMeError("dimension", what, { place: { row } });
}

/**
 * An error about a row of a block, as one about a row of the input.
 *
 * @param error What is wrong, with the index in the block of its row, if it is about one.
 * @param block Where it was found.
 * @param firstRow The index in the input of the block's first row.
 * @returns The error.
 */
export function placed(
  error: RankMeError,
  { placeOf }: Pick<RowBlock, "placeOf">,
  firstRow: number,
): RankMeError {
  const { row, ...place } = error.place;
  return new RankMeError(error.code, error.what, {
    place: {
      ...placeOf?.(row ?? 0),
      ...place,
      ...row !== undefined && { row: firstRow + row },
    },
    advice: error.advice,
    cause: error.cause,
  });
}

/** A row that cannot be used, and why: null, or the value in the dimension. */
interface Unusable {
  readonly row: number;
  readonly value?: number;
  readonly dimension?: number;
}

/** The rows without null, NaN and infinity; `report` hears of each other row, or throws. */
function keepUsable(
  { dim, data, nullRows = [] }: RowBlock,
  report: (found: Unusable) => void,
): EmbeddingBatch | undefined {
  nullRows.forEach((row) => report({ row }));
  if (dim === 0 || data.length === 0) return undefined;
  let batch = new EmbeddingBatch({ data, dim });
  if (nullRows.length > 0) batch = withoutRows(batch, new Set(nullRows));
  const first = batch.findNonFinite();
  if (first) {
    report(first);
    const nonFinite = new Set<number>();
    for (let row = first.row; row < batch.rows; row++) {
      if (batch.slice(row, row + 1).findNonFinite()) nonFinite.add(row);
    }
    batch = withoutRows(batch, nonFinite);
  }
  return batch.rows > 0 ? batch : undefined;
}

function withoutRows(batch: EmbeddingBatch, rows: ReadonlySet<number>): EmbeddingBatch {
  const { dim } = batch;
  const data = batch.data.slice();
  let kept = 0;
  for (let row = 0; row < batch.rows; row++) {
    if (!rows.has(row)) data.copyWithin(dim * kept++, dim * row, dim * (row + 1));
  }
  return new EmbeddingBatch({ data: data.subarray(0, dim * kept), dim });
}

function unusable(
  { row, value, dimension }: Unusable,
  { origin, dimensions }: RowBlock,
): RankMeError {
  const options = { place: { row }, advice: "pass --non-finite skip to leave such rows out" };
  if (value === undefined) {
    return new RankMeError("null", `a null in ${origin ?? "this row"}`, options);
  }
  const where = dimensions?.[dimension!] ??
    (origin ? `${origin} (dimension ${dimension})` : `dimension ${dimension}`);
  return new RankMeError("non-finite", `${value} in ${where}`, options);
}
