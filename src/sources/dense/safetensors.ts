import { RankMeError } from "../../errors.ts";
import { shapeName } from "../axes.ts";
import { ChunkFeeder, type ExactReader, truncated } from "../bytes/exact_reads.ts";
import type { MemoryPool } from "../bytes/memory_pool.ts";
import { pull } from "../bytes/pulled_bytes.ts";
import { type RandomAccess, sequentially } from "../bytes/random_access.ts";
import type { Column } from "../column.ts";
import { asksForSeveral, checkChoice } from "../columns.ts";
import { corruptData } from "../corrupt.ts";
import type { FormatReader, RowOptions } from "../format_reader.ts";
import { inStep } from "../in_step.ts";
import type { RowBlock } from "../row_block.ts";
import { checkTogether, chooseArrays, type ChosenArrays } from "./choose_array.ts";
import {
  answered,
  BLOCK_BYTES,
  checkSize,
  type DenseMatrix,
  denseMatrix,
  denseRows,
  endOfInput,
  partOf,
  readMatrix,
} from "./dense_rows.ts";
import { BFLOAT16, type DType, FLOAT16, FLOAT32, FLOAT64 } from "./dtype.ts";
import { keyTextsOf, type KeyValues, keyValues } from "./key_array.ts";
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
/** Types of tensors that say what rows belong to, as NumPy calls them. */
const KEY_DTYPES: ReadonlyMap<string, string> = new Map([
  ["BOOL", "|b1"],
  ["I8", "|i1"],
  ["U8", "|u1"],
  ["I16", "<i2"],
  ["U16", "<u2"],
  ["I32", "<i4"],
  ["U32", "<u4"],
  ["I64", "<i8"],
  ["U64", "<u8"],
  ["F16", "<f2"],
  ["F32", "<f4"],
  ["F64", "<f8"],
]);
const NEEDED = "a tensor of F16, BF16, F32 or F64 with two axes is needed: (rows, dimensions)";

/** Reads tensors of a safetensors file: one, or several side by side. */
export const safetensorsReader: FormatReader = {
  readsInOrder: ({ column, keys = [] }) => !asksForSeveral({ column }) && keys.length === 0,
  parse(options, input) {
    checkChoice(options);
    return new ChunkFeeder(safetensorsRows(options, input?.bytes), input);
  },
  async *read(file, options, memory) {
    checkChoice(options);
    const header = await answered(sequentially(file), readSafetensorsHeader(file.size));
    const { tensors, areSeveral, keys } = chosenTensors(header, options, file.size);
    if (areSeveral || keys.length > 0) {
      yield* readTogether(file, header.dataStart, { tensors, areSeveral, keys }, memory);
    } else {
      const [{ begin, matrix }] = tensors;
      yield* readMatrix(file, header.dataStart + begin, matrix, memory);
    }
  },
};

async function* readTogether(
  file: RandomAccess,
  dataStart: number,
  { tensors, areSeveral, keys }: ChosenTensors,
  memory?: MemoryPool,
): AsyncGenerator<RowBlock, void, void> {
  const columns = tensors.map(({ name, origin, begin, matrix }) => ({
    name,
    origin,
    rows: matrix.rows,
    blocks: readMatrix(file, dataStart + begin, matrix, memory),
  }));
  const texts = keys.map(({ name, origin, begin, values }) => ({
    name,
    origin,
    rows: values.count,
    texts: readKeys(file, dataStart + begin, values, origin),
  }));
  checkTogether(columns, texts);
  yield* inStep({ columns, areSeveral, keys: texts }, memory);
}

function readKeys(
  file: RandomAccess,
  start: number,
  values: KeyValues,
  origin: string,
): AsyncGenerator<(string | null)[], void, void> {
  const bytes = values.count * values.size;
  const source = sequentially(partOf(file, start, bytes));
  return pull(source, new ChunkFeeder(keyTextsOf(values, origin), { bytes }));
}

function* safetensorsRows(options: RowOptions, sourceBytes?: number): ExactReader<RowBlock> {
  const header = yield* readSafetensorsHeader(sourceBytes);
  const { tensors, areSeveral, keys } = chosenTensors(header, options, sourceBytes);
  if (areSeveral || keys.length > 0) throw needsRandomAccess();
  const [{ begin, end, matrix }] = tensors;
  yield* skipBytes(begin, "before the embeddings");
  yield* denseRows(matrix);
  yield* skipBytes(header.dataBytes - end, "after the embeddings");
  yield* endOfInput(bytesAfterTensors);
}

function needsRandomAccess(): RankMeError {
  return new RankMeError(
    "unsupported",
    "tensors are stored one after the other, and read together from a file only",
    { advice: "pass the path of an uncompressed file instead of piping it" },
  );
}

function* skipBytes(length: number, where: string): Generator<number, void, Uint8Array> {
  for (let left = length; left > 0;) {
    const wanted = Math.min(left, BLOCK_BYTES);
    const bytes = yield wanted;
    left -= bytes.length;
    if (bytes.length < wanted) throw truncated(`inside the tensors ${where}`, left);
  }
}

interface ChosenTensor extends TensorInfo {
  /** What messages call it. */
  readonly origin: string;
}

interface ChosenTensors extends Pick<ChosenArrays, "areSeveral"> {
  readonly tensors: readonly (ChosenTensor & { readonly matrix: DenseMatrix })[];
  readonly keys: readonly (ChosenTensor & { readonly values: KeyValues })[];
}

function chosenTensors(
  { tensors, dataStart, dataBytes }: SafetensorsHeader,
  options: RowOptions,
  size?: number,
): ChosenTensors {
  const columns = tensors.map((tensor) => describe(tensor, options));
  const { indices, areSeveral, keys, unproven } = chooseArrays(columns, options, NEEDED);
  const chosen = indices.map((index) => {
    const tensor = tensors[index], origin = `tensor "${tensor.name}"`;
    return { ...tensor, origin, matrix: { ...matrixOf(tensor, options, origin), unproven } };
  });
  checkSize(size, dataStart + dataBytes, "the tensors", bytesAfterTensors);
  const chosenKeys = keys.map((index) => {
    const tensor = tensors[index], origin = `tensor "${tensor.name}"`;
    const { dtype, shape } = tensor;
    const values = keyValues({ origin, shape, descr: KEY_DTYPES.get(dtype), type: dtype });
    return { ...tensor, origin, values };
  });
  return { tensors: chosen, areSeveral, keys: chosenKeys };
}

function matrixOf(tensor: TensorInfo, options: RowOptions, origin: string): DenseMatrix {
  const dtype = DTYPES.get(tensor.dtype);
  if (!dtype) {
    throw new RankMeError("unsupported", `${origin} has the data type ${tensor.dtype}`, {
      advice: "save the embeddings as F16, BF16, F32 or F64, as in tensor.float()",
    });
  }
  return denseMatrix(tensor.shape, dtype, options, origin);
}

/** A tensor asked for by its name is taken for one that fits: what does not fit has an error of its own. */
function describe({ name, dtype, shape }: TensorInfo, { column = [] }: RowOptions): Column {
  const fits = DTYPES.has(dtype) && shape.length >= 2;
  return {
    name,
    kind: fits || [column].flat().includes(name) ? "vectors" : "other",
    type: `${dtype} ${shapeName(shape)}`,
  };
}

function bytesAfterTensors(): RankMeError {
  return corruptData(SAFETENSORS_DATA, "more bytes follow the tensors");
}
