import { formatBytes, RankMeError } from "../../errors.ts";
import { rowShape, shapeName } from "../axes.ts";
import { ChunkFeeder, type ExactReader, truncated, WholeParts } from "../bytes/exact_reads.ts";
import type { MemoryPool } from "../bytes/memory_pool.ts";
import { type ByteSource, pull, readUpTo } from "../bytes/pulled_bytes.ts";
import { type RandomAccess, sequentially } from "../bytes/random_access.ts";
import { corruptData } from "../corrupt.ts";
import type { RowOptions } from "../format_reader.ts";
import type { RowBlock } from "../row_block.ts";
import { otherDim } from "../usable_rows.ts";
import type { UnprovenColumn } from "../column.ts";
import type { DType } from "./dtype.ts";

/** The numbers of a block take about as many bytes; what of a block is read fits into a cache then. */
export const BLOCK_BYTES = 1 << 20;

/** The longest row: millions of dimensions, of which there are no embeddings. */
const MOST_ROW_BYTES = 32 << 20;

/** Rows of numbers, one after the other. */
export interface DenseMatrix {
  /** How many rows. */
  readonly rows: number;
  /** D. */
  readonly dim: number;
  /** How each number is stored. */
  readonly dtype: DType;
  /** What messages call it, as in `tensor "emb"`. Default: nothing. */
  readonly origin?: string;
  /** Set where the rows have to show that they are embeddings. */
  readonly unproven?: UnprovenColumn;
}

/**
 * Takes an array for a matrix of embeddings.
 *
 * @param shape Its shape, of safe integers.
 * @param dtype How its numbers are stored.
 * @param options What the user asked for, and who is told how many rows there are.
 * @param origin What messages call it. Default: the array.
 * @returns Its rows, whose bytes are a safe integer.
 * @throws {RankMeError} `unsupported`, `dimension` or `corrupt`, when it is not one; `usage`, when it
 * has not the dimensions asked for.
 */
export function denseMatrix(
  shape: readonly number[],
  dtype: DType,
  { axes, dim: asked, onRowCount }: RowOptions,
  origin?: string,
): DenseMatrix {
  const what = origin ?? "the array";
  if (!Number.isSafeInteger(shape.reduce((count, length) => count * length, dtype.size))) {
    throw corruptData("data", `${what} has shape ${shapeName(shape)}, more than there can be`);
  }
  const { rows, dim } = rowShape(shape, axes, what);
  if (dim === 0 && rows > 0) {
    throw new RankMeError(
      "dimension",
      `${what} has shape ${shapeName(shape)}: embeddings of no dimensions`,
    );
  }
  if (asked !== undefined && asked !== dim) {
    throw otherDim(`${what} has`, dim, asked);
  }
  onRowCount?.(rows);
  return { rows, dim, dtype, ...origin !== undefined && { origin } };
}

/**
 * Refuses a choice among names in a format that has none.
 *
 * @param options What the user asked for.
 * @param format The format, as in ".npy".
 * @throws {RankMeError} `usage`, when a column was asked for.
 */
export function refuseNames({ column, columns, keys = [] }: RowOptions, format: string): void {
  if (keys.length > 0) {
    throw new RankMeError("usage", `"${keys[0]}" was asked for, but ${format} holds rows only`, {
      advice:
        "keep what they belong to beside them, as np.savez(path, emb=emb, labels=labels) does",
    });
  }
  if (column === undefined && columns === undefined) return;
  const asked = [column ?? columns!].flat().join(",");
  throw new RankMeError("usage", `"${asked}" was asked for, but ${format} has no names`, {
    advice: column === undefined ? "leave out --columns" : "leave out --column",
  });
}

/**
 * How many bytes a matrix takes.
 *
 * @param matrix The matrix.
 * @returns The bytes of all numbers.
 */
export function bytesOf({ rows, dim, dtype }: DenseMatrix): number {
  return rows * dim * dtype.size;
}

/**
 * How many rows make a block.
 *
 * @param matrix The matrix.
 * @returns As many as fit, but one at least.
 */
export function rowsOfBlock({ dim, dtype }: Pick<DenseMatrix, "dim" | "dtype">): number {
  return Math.max(1, Math.floor(BLOCK_BYTES / (dim * dtype.numberSize)));
}

/**
 * Makes a block of rows that were read.
 *
 * @param bytes The rows, all of the memory they are in; not to be used afterwards.
 * @param matrix What they are rows of.
 * @returns The block.
 */
export function denseBlock(
  bytes: Uint8Array<ArrayBuffer>,
  { dim, dtype, origin, unproven }: Omit<DenseMatrix, "rows">,
): RowBlock {
  const data = dtype.numbers(bytes);
  return {
    rows: data.length / dim,
    dim,
    data,
    ...origin !== undefined && { origin },
    ...unproven && { unproven },
    memory: data.buffer as ArrayBuffer,
  };
}

/**
 * Reads the rows of a matrix, one after the other.
 *
 * @param matrix The matrix.
 * @returns Its rows.
 * @throws {RankMeError} `truncated`.
 */
export function* denseRows(matrix: DenseMatrix): ExactReader<RowBlock> {
  const { rows, dim, dtype } = matrix;
  const most = rowsOfBlock(matrix);
  const rowBytes = dim * dtype.size;
  const isTooLong = rowBytes > MOST_ROW_BYTES;
  for (let row = 0; row < rows;) {
    const bytes = yield isTooLong
      ? MOST_ROW_BYTES + 1
      : new WholeParts(Math.min(most, rows - row) * rowBytes, rowBytes);
    if (isTooLong && bytes.length > MOST_ROW_BYTES) throw tooLong(matrix);
    const left = bytes.length % rowBytes;
    row += (bytes.length - left) / rowBytes;
    if (left > 0 || bytes.length === 0) {
      throw truncated(`in row ${row} of ${rows}`, (rows - row) * rowBytes - left);
    }
    // Whole rows, in memory of their own.
    yield denseBlock(bytes as Uint8Array<ArrayBuffer>, matrix);
  }
}

function tooLong({ dim, dtype, origin = "the array" }: DenseMatrix): RankMeError {
  const [row, most] = [dim * dtype.size, MOST_ROW_BYTES].map(formatBytes);
  return new RankMeError("dimension", `${origin} has ${dim} dimensions: rows of ${row} each`, {
    advice: `${most} is the longest; reduce the dimensions`,
  });
}

/**
 * Answers what wants bytes and has no output but its result.
 *
 * @param source The bytes.
 * @param steps What wants them.
 * @returns Its result.
 */
export async function answered<T>(
  source: ByteSource,
  steps: Generator<number, T, Uint8Array>,
): Promise<T> {
  let step = steps.next();
  while (!step.done) step = steps.next(await readUpTo(source, step.value));
  return step.value;
}

/**
 * Checks that there are no more bytes.
 *
 * @param surplus Makes the error for the case that there are.
 * @throws {RankMeError} What was made.
 */
export function* endOfInput(surplus: () => RankMeError): Generator<number, void, Uint8Array> {
  const more = yield 1;
  if (more.length > 0) throw surplus();
}

/**
 * Checks, before a row is read, that an input is as long as it says.
 *
 * @param size How many bytes there are, where that is known.
 * @param wanted How many there should be.
 * @param what What they hold, with its shape.
 * @param surplus Makes the error for the case that there are more.
 * @throws {RankMeError} `truncated`, or what was made.
 */
export function checkSize(
  size: number | undefined,
  wanted: number,
  what: string,
  surplus: () => RankMeError,
): void {
  if (size === undefined || size === wanted) return;
  throw size < wanted ? truncated(`inside ${what}`, wanted - size) : surplus();
}

/**
 * A part of a file as a file of its own.
 *
 * @param file The file.
 * @param start Where the part begins.
 * @param size How many bytes it has.
 * @returns The part; closing it closes nothing.
 */
export function partOf(file: RandomAccess, start: number, size: number): RandomAccess {
  return {
    size,
    fill: (position, memory) => file.fill(start + position, memory),
    checkUnchanged: () => file.checkUnchanged(),
    close: () => {},
  };
}

/**
 * Reads a matrix that is a part of a file.
 *
 * @param file The file.
 * @param start Where it begins.
 * @param matrix The matrix.
 * @param memory Where memory comes from.
 * @returns Its rows.
 */
export function readMatrix(
  file: RandomAccess,
  start: number,
  matrix: DenseMatrix,
  memory?: MemoryPool,
): AsyncGenerator<RowBlock, void, void> {
  const bytes = sequentially(partOf(file, start, bytesOf(matrix)));
  return pull(bytes, new ChunkFeeder(denseRows(matrix), { bytes: bytesOf(matrix), memory }));
}
