import { RankMeError } from "../../errors.ts";
import { shapeName } from "../axes.ts";
import type { UnprovenColumn } from "../column.ts";
import { ChunkFeeder, type ExactReader } from "../bytes/exact_reads.ts";
import type { MemoryPool } from "../bytes/memory_pool.ts";
import { type ByteSource, pull } from "../bytes/pulled_bytes.ts";
import { type RandomAccess, sequentially } from "../bytes/random_access.ts";
import type { FormatReader, RowOptions } from "../format_reader.ts";
import type { RowBlock } from "../row_block.ts";
import {
  answered,
  bytesOf,
  checkSize,
  type DenseMatrix,
  denseMatrix,
  denseRows,
  endOfInput,
  refuseNames,
} from "./dense_rows.ts";
import { fortranRows } from "./fortran_rows.ts";
import { npyDType, type NpyHeader, readNpyHeader, unreadableDType } from "./npy_header.ts";

/** How to read an array that may be one of several. */
export interface NpyOptions extends RowOptions {
  /** What messages call it. Default: the array. */
  readonly origin?: string;
  /** Set where its rows have to show that they are embeddings. */
  readonly unproven?: UnprovenColumn;
}

/** Reads NumPy's .npy files: as they come, or from anywhere where columns follow each other. */
export const npyReader: FormatReader = {
  parse(options, input) {
    refuseNames(options, ".npy");
    return new ChunkFeeder(npyRows(options, input?.bytes), input);
  },
  read(file, options, memory) {
    refuseNames(options, ".npy");
    return readNpy(file, sequentially(file), options, memory);
  },
};

/**
 * Reads an array from a file, in order where its rows follow each other.
 *
 * @param file The array, header included.
 * @param inOrder The same, in order; not read where its columns follow each other.
 * @param options Which rows.
 * @param memory Where memory comes from.
 * @returns Its rows.
 */
export async function* readNpy(
  file: RandomAccess,
  inOrder: ByteSource,
  options: NpyOptions,
  memory?: MemoryPool,
): AsyncGenerator<RowBlock, void, void> {
  const header = await answered(sequentially(file), readNpyHeader());
  if (header.isFortran) {
    yield* fortranRows(file, header.dataStart, matrixIn(header, options, file.size));
  } else {
    yield* pull(
      inOrder,
      new ChunkFeeder(npyRows(options, file.size), { bytes: file.size, memory }),
    );
  }
}

/**
 * Reads an array as its bytes come.
 *
 * @param options Which rows.
 * @param sourceBytes How many bytes there are, where that is known.
 * @returns Its rows.
 * @throws {RankMeError} When it is none that can be read so.
 */
export function* npyRows(options: NpyOptions, sourceBytes?: number): ExactReader<RowBlock> {
  const header = yield* readNpyHeader();
  const matrix = matrixIn(header, options, sourceBytes);
  if (header.isFortran) throw needsRandomAccess(options.origin);
  yield* denseRows(matrix);
  yield* endOfInput(() => moreThanOneArray(header));
}

/**
 * Takes an array for a matrix of embeddings.
 *
 * @param header What its file says of it.
 * @param options Which rows.
 * @param size How many bytes the file has. Default: not known.
 * @returns Its rows.
 * @throws {RankMeError} When it is none that can be read.
 */
export function matrixIn(header: NpyHeader, options: NpyOptions, size?: number): DenseMatrix {
  const { origin, unproven } = options;
  const { shape, isFortran, dataStart } = header;
  const what = origin ?? "the array";
  const dtype = npyDType(header);
  if (!dtype) throw unreadableDType(header, what);
  const matrix = { ...denseMatrix(shape, dtype, options, origin), unproven };
  if (isFortran && shape.length > 2) {
    throw new RankMeError(
      "unsupported",
      `${what} has shape ${shapeName(shape)} in Fortran order`,
      { advice: IN_C_ORDER },
    );
  }
  const described = `${what} of ${dtype.name} ${shapeName(shape)}`;
  checkSize(size, dataStart + bytesOf(matrix), described, () => moreThanOneArray(header));
  return matrix;
}

const IN_C_ORDER = "save it in C order: np.save(path, np.ascontiguousarray(array))";

function needsRandomAccess(origin = "the array"): RankMeError {
  return new RankMeError(
    "unsupported",
    `${origin} is in Fortran order, whose rows are spread over all of the bytes`,
    { advice: `pass the path of an uncompressed file, or ${IN_C_ORDER}` },
  );
}

/** Arrays can be saved one after the other into one file; the rows of the others would be lost. */
function moreThanOneArray({ shape }: NpyHeader): RankMeError {
  return new RankMeError("corrupt", `more bytes follow the array of shape ${shapeName(shape)}`, {
    advice: "does the file hold more than one array? save each to a file of its own",
  });
}
