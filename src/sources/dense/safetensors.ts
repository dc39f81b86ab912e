import { RankMeError } from "../../errors.ts";
import { shapeName } from "../axes.ts";
import { ChunkFeeder, type ExactReader, truncated } from "../bytes/exact_reads.ts";
import { sequentially } from "../bytes/random_access.ts";
import { corruptData } from "../corrupt.ts";
import type { Column } from "../columns.ts";
import type { FormatReader, RowOptions } from "../format_reader.ts";
import type { RowBlock } from "../row_block.ts";
import { chooseArray } from "./choose_array.ts";
import {
  answered,
  BLOCK_BYTES,
  checkSize,
  type DenseMatrix,
  denseMatrix,
  denseRows,
  endOfInput,
  readMatrix,
} from "./dense_rows.ts";
import { BFLOAT16, type DType, FLOAT16, FLOAT32, FLOAT64 } from "./dtype.ts";
import {
  readSafetensorsHeader,
  SAFETENSORS_DATA,
  type SafetensorsHeader,
  type TensorInfo,
} from "./safetensors_header.ts";

const DTYPES: ReadonlyMap<string, DType> = new Map([
  ["F16", FLOAT16],
  ["BF16", BFLOAT16],
  ["F32", FLOAT32],
  ["F64", FLOAT64],
]);
const NEEDED = "a tensor of F16, BF16, F32 or F64 with two axes is needed: (rows, dimensions)";

/** Reads one tensor of a safetensors file. */
export const safetensorsReader: FormatReader = {
  parse(options, input) {
    return new ChunkFeeder(safetensorsRows(options, input?.bytes), input);
  },
  async *read(file, options, memory) {
    const header = await answered(sequentially(file), readSafetensorsHeader(file.size));
    const { tensor, matrix } = chosenTensor(header, options, file.size);
    yield* readMatrix(file, header.dataStart + tensor.begin, matrix, memory);
  },
};

function* safetensorsRows(options: RowOptions, sourceBytes?: number): ExactReader<RowBlock> {
  const header = yield* readSafetensorsHeader(sourceBytes);
  const { tensor, matrix } = chosenTensor(header, options, sourceBytes);
  yield* skipBytes(tensor.begin, "before the embeddings");
  yield* denseRows(matrix);
  yield* skipBytes(header.dataBytes - tensor.end, "after the embeddings");
  yield* endOfInput(bytesAfterTensors);
}

function* skipBytes(length: number, where: string): Generator<number, void, Uint8Array> {
  for (let left = length; left > 0;) {
    const wanted = Math.min(left, BLOCK_BYTES);
    const bytes = yield wanted;
    left -= bytes.length;
    if (bytes.length < wanted) throw truncated(`inside the tensors ${where}`, left);
  }
}

function chosenTensor(
  { tensors, dataStart, dataBytes }: SafetensorsHeader,
  options: RowOptions,
  size?: number,
): { readonly tensor: TensorInfo; readonly matrix: DenseMatrix } {
  const columns = tensors.map((tensor) => describe(tensor, options.column));
  const tensor = tensors[chooseArray(columns, options, NEEDED)];
  const dtype = DTYPES.get(tensor.dtype);
  const origin = `tensor "${tensor.name}"`;
  if (!dtype) {
    throw new RankMeError("unsupported", `${origin} has the data type ${tensor.dtype}`, {
      advice: "save the embeddings as F16, BF16, F32 or F64, as in tensor.float()",
    });
  }
  const matrix = denseMatrix(tensor.shape, dtype, options, origin);
  checkSize(size, dataStart + dataBytes, "the tensors", bytesAfterTensors);
  return { tensor, matrix };
}

/** A tensor asked for by its name is taken for one that fits: what does not fit has an error of its own. */
function describe({ name, dtype, shape }: TensorInfo, asked: string | undefined): Column {
  const fits = DTYPES.has(dtype) && shape.length >= 2;
  return {
    name,
    kind: fits || name === asked ? "vectors" : "other",
    type: `${dtype} ${shapeName(shape)}`,
  };
}

function bytesAfterTensors(): RankMeError {
  return corruptData(SAFETENSORS_DATA, "more bytes follow the tensors");
}
