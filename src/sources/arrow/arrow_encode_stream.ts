import {
  AsyncByteQueue,
  type Data,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  LargeList,
  List,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
} from "apache-arrow";
import type { EmbeddingBatch } from "../../batch.ts";
import { RankMeError } from "../../errors.ts";

/** How embeddings lie in an Arrow stream. */
export type ArrowLayout = "fixed-size-list" | "list" | "large-list" | "columns";
/** The type of the numbers in an Arrow stream. */
export type ArrowDtype = "f16" | "f32" | "f64";

/** How to write embeddings as Arrow. */
export interface ArrowEncodeStreamOptions {
  /** Default: `"fixed-size-list"`. */
  readonly layout?: ArrowLayout;
  /** Default: `"f32"`. */
  readonly dtype?: ArrowDtype;
  /** The column's name; with one column per dimension, what comes before `_0`, `_1`, … */
  readonly column?: string;
}

/**
 * Writes embeddings as an Arrow IPC stream: the inverse of `ArrowBatchStream` and `EmbeddingStream`.
 * Each batch becomes one record batch; an empty stream becomes no bytes, as its dimension is unknown.
 *
 * Fails with a {@linkcode RankMeError} `dimension` or `range` (a number that the type cannot hold), with
 * the row.
 *
 * @example There and back
 * ```ts
 * import { ArrowBatchStream, EmbeddingBatch, EmbeddingStream } from "@rankme/rankme";
 * import { ArrowEncodeStream } from "@rankme/rankme/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float32Array.of(1, 2, 3, 4), dim: 2 });
 * const [back] = await Array.fromAsync(
 *   ReadableStream.from([batch])
 *     .pipeThrough(new ArrowEncodeStream())
 *     .pipeThrough(new ArrowBatchStream())
 *     .pipeThrough(new EmbeddingStream()),
 * );
 * assertEquals(back.data, batch.data);
 * ```
 */
export class ArrowEncodeStream extends TransformStream<EmbeddingBatch, Uint8Array> {
  /**
   * Makes the stage.
   *
   * @param options How to write.
   */
  constructor(
    { layout = "fixed-size-list", dtype = "f32", column = "embedding" }: ArrowEncodeStreamOptions =
      {},
  ) {
    const sink = new ByteCollector();
    const writer = new RecordBatchStreamWriter();
    let schema: Schema | undefined;
    let dim = 0;
    super({
      transform(batch, controller) {
        if (!schema) {
          dim = batch.dim;
          schema = new Schema(fieldsOf(layout, dtype, column, dim));
          writer.reset(sink, schema);
        }
        if (batch.dim !== dim) throw mixedDimensions(batch, dim);
        writer.write(recordBatchOf(batch, schema, layout, dtype));
        sink.drain().forEach((bytes) => controller.enqueue(bytes));
      },
      flush(controller) {
        if (!schema) return;
        writer.finish();
        sink.drain().forEach((bytes) => controller.enqueue(bytes));
      },
    });
  }
}

function mixedDimensions({ dim, offset }: EmbeddingBatch, earlier: number): RankMeError {
  return new RankMeError(
    "dimension",
    `an embedding of ${dim} dimensions where earlier ones have ${earlier}`,
    { place: { row: offset } },
  );
}

/** Takes what the writer writes without its queue's promises, so that nothing piles up. */
class ByteCollector extends AsyncByteQueue {
  #written: Uint8Array[] = [];

  override write(bytes: Uint8Array): void {
    if (bytes.byteLength > 0) this.#written.push(bytes);
  }

  drain(): Uint8Array[] {
    return this.#written.splice(0);
  }
}

type Floats = Float16Array | Float32Array | Float64Array;

const DTYPES: {
  readonly [dtype in ArrowDtype]: {
    readonly type: typeof Float16 | typeof Float32 | typeof Float64;
    readonly array: { from(numbers: Iterable<number>): Floats };
  };
} = {
  f16: { type: Float16, array: Float16Array },
  f32: { type: Float32, array: Float32Array },
  f64: { type: Float64, array: Float64Array },
};

/** The numbers of a batch in another type, which must not make infinities of them. */
function converted({ data, dim, offset }: EmbeddingBatch, dtype: ArrowDtype): Floats {
  const numbers = DTYPES[dtype].array.from(data);
  for (let i = 0; i < numbers.length; i++) {
    if (Number.isFinite(numbers[i]) || !Number.isFinite(data[i])) continue;
    throw new RankMeError("range", `${data[i]} does not fit into ${dtype}`, {
      place: { row: offset + Math.floor(i / dim) },
      advice: "choose a wider dtype",
    });
  }
  return numbers;
}

function fieldsOf(layout: ArrowLayout, dtype: ArrowDtype, column: string, dim: number): Field[] {
  const type = new DTYPES[dtype].type();
  const item = new Field("item", type);
  switch (layout) {
    case "fixed-size-list":
      return [new Field(column, new FixedSizeList(dim, item))];
    case "list":
      return [new Field(column, new List(item))];
    case "large-list":
      return [new Field(column, new LargeList(item))];
    case "columns":
      return Array.from({ length: dim }, (_, i) => new Field(`${column}_${i}`, type));
  }
}

function recordBatchOf(
  batch: EmbeddingBatch,
  schema: Schema,
  layout: ArrowLayout,
  dtype: ArrowDtype,
): RecordBatch {
  const { rows, dim } = batch;
  const numbers = converted(batch, dtype);
  const values = (floats: Floats): Data =>
    makeData({
      type: new DTYPES[dtype].type(),
      nullCount: 0,
      // Apache Arrow takes float16 as its bits.
      data: floats instanceof Float16Array ? new Uint16Array(floats.buffer) : floats,
    });
  const ends = Array.from({ length: rows + 1 }, (_, row) => row * dim);
  const children: Data[] = schema.fields.map(({ type }, index) => {
    const shared = { type, length: rows, nullCount: 0 };
    switch (layout) {
      case "fixed-size-list":
        return makeData({ ...shared, type: type as FixedSizeList, child: values(numbers) });
      case "list":
        return makeData({
          ...shared,
          type: type as List,
          valueOffsets: Int32Array.from(ends),
          child: values(numbers),
        });
      case "large-list":
        return makeData({
          ...shared,
          type: type as LargeList,
          valueOffsets: BigInt64Array.from(ends, BigInt),
          child: values(numbers),
        });
      case "columns":
        return values(
          DTYPES[dtype].array.from(
            Array.from({ length: rows }, (_, row) => numbers[row * dim + index]),
          ),
        );
    }
  });
  const struct = makeData({
    type: new Struct(schema.fields),
    length: rows,
    nullCount: 0,
    children,
  });
  return new RecordBatch(schema, struct);
}
