import { EmbeddingBatch, type NonFinite, type RowKeys } from "../batch.ts";
import { RankMeError } from "../errors.ts";
import { FirstNumbers } from "./believable.ts";
import type { ColumnChoice } from "./columns.ts";
import type { RowBlock } from "./row_block.ts";
import { RowNumbers } from "./row_numbers.ts";

/**
 * What becomes of rows with NaN, an infinity or a null in them: `error` refuses them, `skip` leaves
 * them out and counts them, and `later` refuses nulls and leaves NaN and infinities to whoever looks
 * at the numbers next, as a covariance does. The batches then know what to say of their place.
 */
export type NonFinitePolicy = "error" | "skip" | "later";

/** What becomes of rows that cannot be used. */
export interface UsableRowsOptions {
  /** Default: `"error"`. */
  readonly nonFinite?: NonFinitePolicy;
  /**
   * What becomes of an input whose first or last column numbers the rows: `refuse`, or `take` it for a
   * dimension like the others, as columns that are named are taken. Default: `"refuse"`.
   */
  readonly rowNumbers?: "refuse" | "take";
  /** How many dimensions rows are to have. Default: as many as the first has. */
  readonly dim?: number;
}

/** Takes the usable rows out of the blocks of one input, and holds all of them to one dimension. */
export class UsableRows {
  readonly #nonFinite: NonFinitePolicy;
  readonly #input: string | undefined;
  readonly #firstNumbers = new FirstNumbers();
  readonly #rowNumbers: RowNumbers | undefined;
  readonly #askedDim: number | undefined;
  #dim = 0;
  #rows = 0;
  #keptRows = 0;

  /**
   * @param options What becomes of unusable rows, and which columns were named.
   * @param input What messages call the input, where they are to name it.
   */
  constructor(
    { nonFinite = "error", rowNumbers = "refuse", dim, column, columns }:
      & UsableRowsOptions
      & ColumnChoice = {},
    input?: string,
  ) {
    this.#nonFinite = nonFinite;
    const isTold = rowNumbers === "take" || column !== undefined || columns !== undefined;
    this.#rowNumbers = isTold ? undefined : new RowNumbers();
    this.#askedDim = dim;
    this.#input = input;
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
   * @throws {RankMeError} `dimension`, `null` or `non-finite`, with the place; `column`, when the first
   * rows are none that could be embeddings; `usage`, when they have not the dimensions asked for.
   */
  take(block: RowBlock): EmbeddingBatch | undefined {
    const firstRow = this.#rows;
    if (block.dim !== 0 && this.#dim !== 0 && block.dim !== this.#dim) {
      throw placed(mixedDimensions(0, block.dim, this.#dim), block, firstRow);
    }
    this.#dim ||= block.dim;
    if (this.#askedDim !== undefined && block.dim !== 0 && block.dim !== this.#askedDim) {
      throw otherDim("rows have", block.dim, this.#askedDim);
    }
    this.#firstNumbers.take(block);
    this.#rowNumbers?.take(block);
    const kept = this.#usable(block, firstRow);
    this.#rows += block.rows;
    if (!kept || kept.rows === 0) return undefined;
    const batch = kept.at(this.#keptRows);
    this.#keptRows += kept.rows;
    return batch;
  }

  /**
   * Says that there are no more rows.
   *
   * @throws {RankMeError} `column`, when these are none that could be embeddings.
   */
  end(): void {
    this.#firstNumbers.end();
    this.#rowNumbers?.end();
  }

  #usable(block: RowBlock, firstRow: number): EmbeddingBatch | undefined {
    const { rows, dim, data, nullRows = [], columns, keys } = block;
    const [nullRow] = nullRows;
    if (nullRow !== undefined && this.#nonFinite !== "skip") {
      throw placed(refusedNull(nullRow, block), block, firstRow);
    }
    if (dim === 0 || rows === 0) return undefined;
    const refusal = refusalFor(block, firstRow, this.#input);
    const batch = new EmbeddingBatch({ data, dim, columns, keys, refusal });
    if (this.#nonFinite === "error") batch.refuseNonFinite();
    return this.#nonFinite === "skip" ? withoutUnusable(batch, nullRows) : batch;
  }
}

/**
 * The error of rows with another D than was asked for.
 *
 * @param what What has them, with its verb.
 * @param found How many dimensions there are.
 * @param asked How many there were to be.
 * @returns The error.
 */
export function otherDim(what: string, found: number, asked: number): RankMeError {
  return new RankMeError("usage", `${what} ${found} dimensions, not ${asked}`, {
    advice: "leave out --dim, which says how many raw numbers make a row",
  });
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

const ADVICE = "pass --non-finite skip to leave such rows out";

function refusedNull(row: number, { origin, nullIn }: RowBlock): RankMeError {
  const what = `a null in ${nullIn?.(row) ?? origin ?? "this row"}`;
  return new RankMeError("null", what, { place: { row }, advice: ADVICE });
}

/** How a NaN or infinity of a block is refused, whenever it is found; the numbers are not kept. */
function refusalFor(
  { origin, dimensions, columns, origins, placeOf }: RowBlock,
  firstRow: number,
  input: string | undefined,
): (found: NonFinite) => RankMeError {
  return ({ row, dimension, value }) => {
    const where = dimensions?.[dimension] ?? numbered(dimension, { origin, columns, origins });
    const place = { ...input !== undefined && { input }, row };
    const error = new RankMeError("non-finite", `${value} in ${where}`, { place, advice: ADVICE });
    return placed(error, { placeOf }, firstRow);
  };
}

/** What messages call a dimension: its number is that in its own column, where there are several. */
function numbered(
  dimension: number,
  { origin, columns = [], origins }: Pick<RowBlock, "origin" | "columns" | "origins">,
): string {
  const index = columns.findIndex(({ end }) => dimension < end);
  const number = `dimension ${dimension - (columns[index]?.start ?? 0)}`;
  const where = origins?.[index] ?? origin;
  return where ? `${where} (${number})` : number;
}

function withoutUnusable(batch: EmbeddingBatch, nullRows: readonly number[]): EmbeddingBatch {
  const left = new Set(nullRows);
  const first = nullRows.length > 0 ? 0 : batch.findNonFinite()?.row ?? batch.rows;
  for (let row = first; row < batch.rows; row++) {
    if (batch.slice(row, row + 1).findNonFinite()) left.add(row);
  }
  if (left.size === 0) return batch;
  const { dim, columns, keys } = batch;
  const data = batch.data.slice();
  let kept = 0;
  for (let row = 0; row < batch.rows; row++) {
    if (!left.has(row)) data.copyWithin(dim * kept++, dim * row, dim * (row + 1));
  }
  return new EmbeddingBatch({
    data: data.subarray(0, dim * kept),
    dim,
    columns,
    keys: keys && keysWithout(keys, left),
  });
}

function keysWithout(keys: RowKeys, rows: ReadonlySet<number>): RowKeys {
  return Object.fromEntries(
    Object.entries(keys).map(([column, texts]) =>
      [column, texts.filter((_, row) => !rows.has(row))] as const
    ),
  );
}
