import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type Data,
  type DataType,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  LargeList,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import type { EmbeddingData } from "../../../src/batch.ts";
import { RankMeError } from "../../../src/errors.ts";
import { type ColumnRows, readColumn } from "../../../src/sources/arrow/column_rows.ts";
import type { EmbeddingColumn } from "../../../src/sources/embedding_column.ts";

const LIST: EmbeddingColumn = { kind: "list", name: "z", index: 0 };
const f32 = new Field("item", new Float32());

/** What the numbers of each type are given as. */
const ARRAYS = new Map<unknown, new () => EmbeddingData>([
  [Float16, Float16Array],
  [Float32, Float32Array],
  [Float64, Float64Array],
]);

/** A record batch with the columns as they are, true or not. */
function batchOf(rows: number, ...columns: Data[]): RecordBatch {
  const fields = columns.map(({ type }, i) => new Field(`column ${i}`, type));
  const type = new Struct(fields);
  return new RecordBatch(
    new Schema(fields),
    makeData({ type, length: rows, nullCount: 0, children: columns }),
  );
}

function floats(...numbers: number[]): Data<Float32> {
  return makeData({ type: new Float32(), data: Float32Array.from(numbers), nullCount: 0 });
}

function lists(offsets: readonly number[], values: Data): Data {
  const type = new List(new Field("item", values.type));
  const valueOffsets = Int32Array.from(offsets);
  return makeData({ type, length: offsets.length - 1, nullCount: 0, valueOffsets, child: values });
}

/** What a column of apache-arrow's own making reads as. */
function readVector(
  rows: readonly (readonly (number | null)[] | null)[],
  type: DataType,
  start = 0,
  end = rows.length,
): ColumnRows {
  const [batch] = new Table({ z: vectorFromArray(rows, type) }).slice(start, end).batches;
  return readColumn(batch, LIST, 0);
}

function refusal(batch: RecordBatch, column = LIST, dim = 0): RankMeError {
  return assertThrows(() => readColumn(batch, column, dim), RankMeError);
}

Deno.test("lists of any layout and width read as the same rows, of slices too", () => {
  const row = fc.array(fc.integer({ min: -64, max: 64 }).map((n) => n / 8), {
    minLength: 4,
    maxLength: 4,
  });
  const column = fc.array(row, { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(column, fc.nat(11), fc.nat(12), (rows, start, count) => {
      start = Math.min(start, rows.length - 1);
      const end = Math.min(rows.length, start + 1 + count);
      for (const Type of [Float16, Float32, Float64]) {
        const item = new Field("item", new Type(), true);
        for (const type of [new FixedSizeList(4, item), new List(item), new LargeList(item)]) {
          const { dim, data, nullRows } = readVector(rows, type, start, end);
          assertEquals(dim, 4);
          assertEquals(Array.from(data), rows.slice(start, end).flat());
          assertInstanceOf(data, ARRAYS.get(Type)!);
          assertEquals(nullRows, []);
        }
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("null rows and rows with a null in them are found, in slices too", () => {
  const rows = [[1, 2], null, [3, null], [4, 5], null, [6, 7], [null, null], [8, 9], [0, 1]];
  const wanted = rows.flatMap((row, i) => row === null || row.includes(null) ? [i] : []);
  const item = new Field("item", new Float32(), true);
  for (const type of [new FixedSizeList(2, item), new List(item), new LargeList(item)]) {
    for (let start = 0; start < rows.length; start++) {
      for (let end = start + 1; end <= rows.length; end++) {
        const { nullRows, data, dim } = readVector(rows, type, start, end);
        const expected = wanted.filter((row) => row >= start && row < end).map((row) =>
          row - start
        );
        assertEquals(nullRows, expected, `${type} from ${start} to ${end}`);
        rows.slice(start, end).forEach((row, i) => {
          if (expected.includes(i)) return;
          assertEquals(Array.from(data.subarray(i * dim, (i + 1) * dim)), row);
        });
      }
    }
  }
});

Deno.test("numbers are a view on the column's memory where the layout allows it", () => {
  const values = floats(1, 2, 3, 4, 5, 6, 7, 8);
  const fixed = makeData({
    type: new FixedSizeList(2, f32),
    length: 4,
    nullCount: 0,
    child: values,
  });
  assertStrictEquals(readColumn(batchOf(4, fixed), LIST, 0).data.buffer, values.values.buffer);
  const { data } = readColumn(batchOf(2, lists([2, 5, 8], values)), LIST, 0);
  assertStrictEquals(data.buffer, values.values.buffer);
  assertEquals(Array.from(data), [3, 4, 5, 6, 7, 8]);
});

/** A float16 column, which Apache Arrow holds as bits. */
function halves(...numbers: number[]): Data<Float16> {
  const data = new Uint16Array(Float16Array.from(numbers).buffer);
  return makeData({ type: new Float16(), data, nullCount: 0 });
}

Deno.test("float16 is a view on its bits, at an odd place too", () => {
  const numbers = [1, 0.1, -0, 65504, 6e-8, Infinity, NaN];
  const bits = halves(...numbers);
  const { data } = readColumn(batchOf(3, lists([1, 3, 5, 7], bits)), LIST, 0);
  assertInstanceOf(data, Float16Array);
  assertStrictEquals(data.buffer, bits.values.buffer);
  assertEquals(data, Float16Array.from(numbers.slice(1)));
});

Deno.test("null rows of other lengths leave float16 as it is", () => {
  const column = makeData({
    type: new List(new Field("item", new Float16())),
    length: 3,
    nullCount: 1,
    nullBitmap: Uint8Array.of(0b101),
    valueOffsets: Int32Array.of(0, 2, 3, 5),
    child: halves(1, 2, 9, 3, 4),
  });
  const { data, nullRows } = readColumn(batchOf(3, column), LIST, 0);
  assertEquals([data, nullRows], [Float16Array.of(1, 2, 0, 0, 3, 4), [1]]);
});

Deno.test("one column per dimension is read in the order that was asked for", () => {
  const wide = makeData({ type: new Float64(), data: Float64Array.of(0.1, 0.2), nullCount: 0 });
  const batch = batchOf(2, floats(1, 2), wide, floats(5, 6));
  const columns = (...indices: number[]) =>
    ({ kind: "scalars", name: "", indices, names: [] }) as const;
  assertEquals(readColumn(batch, columns(2, 0), 0), {
    dim: 2,
    data: Float32Array.of(5, 1, 6, 2),
    nullRows: [],
  });
  const narrow = batchOf(2, halves(0.1, 2), floats(0.1, 4), halves(5, 6));
  assertEquals(readColumn(narrow, columns(0, 2), 0).data, Float16Array.of(0.1, 5, 2, 6));
  const [half, single] = [Float16Array.of(0.1)[0], Math.fround(0.1)];
  assertEquals(
    readColumn(narrow, columns(0, 1), 0).data,
    Float32Array.of(half, single, 2, 4),
  );
  // One float64 column makes all of them float64, so that nothing is rounded.
  assertEquals(readColumn(batch, columns(1, 0), 0).data, Float64Array.of(0.1, 1, 0.2, 2));
});

Deno.test("a null in any of the columns makes the row a null row", () => {
  const table = new Table({
    a: vectorFromArray([1, null, 3, 4], new Float32()),
    b: vectorFromArray([1, 2, 3, null], new Float32()),
  });
  const column = { kind: "scalars", name: "", indices: [0, 1], names: ["a", "b"] } as const;
  assertEquals(readColumn(table.batches[0], column, 0).nullRows, [1, 3]);
  assertEquals(readColumn(table.slice(1, 3).batches[0], column, 0).nullRows, [0]);
});

Deno.test("lists of different lengths are refused with the row", () => {
  const values = floats(1, 2, 3, 4, 5, 6);
  const error = refusal(batchOf(3, lists([0, 2, 4, 5], values)));
  assertEquals(error.code, "dimension");
  assertEquals(error.message, "row 2: an embedding of 1 dimensions where earlier ones have 2");
  assertEquals(refusal(batchOf(1, lists([0, 2], values)), LIST, 3).place.row, 0);
  assertEquals(refusal(batchOf(1, lists([0, 0], values)), LIST, 3).place.row, 0);
});

Deno.test("lists of no numbers are refused", () => {
  const empty = refusal(batchOf(2, lists([0, 0, 0], floats())));
  assertEquals(empty.message, "row 0: an embedding of no dimensions");
  const type = new FixedSizeList(0, f32);
  const fixed = makeData({ type, length: 2, nullCount: 0, child: floats() });
  assertEquals(refusal(batchOf(2, fixed)).message, "row 0: an embedding of no dimensions");
});

Deno.test("a dimension other than that of earlier batches is refused", () => {
  const fixed = makeData({
    type: new FixedSizeList(2, f32),
    length: 2,
    nullCount: 0,
    child: floats(1, 2, 3, 4),
  });
  assertEquals(refusal(batchOf(2, fixed), LIST, 3).code, "dimension");
  const column = { kind: "scalars", name: "", indices: [0], names: ["a"] } as const;
  assertEquals(refusal(batchOf(1, floats(1)), column, 3).code, "dimension");
});

Deno.test("null rows of other lengths leave the others in their places", () => {
  const values = floats(1, 2, 9, 3, 4, 5, 6);
  const type = new List(f32);
  const column = makeData({
    type,
    length: 5,
    nullCount: 2,
    nullBitmap: Uint8Array.of(0b10101),
    valueOffsets: Int32Array.of(0, 2, 3, 5, 5, 7),
    child: values,
  });
  const { dim, data, nullRows } = readColumn(batchOf(5, column), LIST, 0);
  assertEquals([dim, nullRows], [2, [1, 3]]);
  assertEquals(Array.from(data), [1, 2, 0, 0, 3, 4, 0, 0, 5, 6]);
});

Deno.test("a batch of null rows only has no dimension unless it is known", () => {
  const nulls = (Type: typeof List | typeof LargeList) =>
    new Table({ z: vectorFromArray([null, null], new Type(f32)) }).batches[0];
  for (const batch of [nulls(List), nulls(LargeList)]) {
    const { dim, data, nullRows } = readColumn(batch, LIST, 0);
    assertEquals([dim, data.length, nullRows], [0, 0, [0, 1]]);
    assertEquals(readColumn(batch, LIST, 3).dim, 3);
  }
});

Deno.test("offsets that run backwards or out of the values are refused", () => {
  const values = floats(1, 2, 3, 4);
  const backwards = refusal(batchOf(3, lists([0, 2, 1, 4], values)));
  assertEquals(backwards.code, "corrupt");
  assertEquals(backwards.place, { row: 1 });
  assertStringIncludes(backwards.message, "list offsets that run backwards; it was damaged");
  for (const offsets of [[0, 2, 6], [-2, 0, 2], [2, 4, 6]]) {
    const error = refusal(batchOf(2, lists(offsets, values)));
    assertStringIncludes(error.message, "list offsets outside of the values");
  }
  const large = makeData({
    type: new LargeList(f32),
    length: 1,
    nullCount: 0,
    valueOffsets: BigInt64Array.of(0n, 2n ** 62n),
    child: values,
  });
  assertEquals(refusal(batchOf(1, large)).code, "corrupt");
});

Deno.test("a column with fewer numbers than its rows need is refused", () => {
  const type = new FixedSizeList(3, f32);
  const short = makeData({ type, length: 2, nullCount: 0, child: floats(1, 2, 3, 4, 5) });
  assertStringIncludes(refusal(batchOf(2, short)).message, "a column shorter than its rows");
});

Deno.test("a batch of no rows is read, and knows its dimension where its type does", () => {
  const fixed = makeData({
    type: new FixedSizeList(3, f32),
    length: 0,
    nullCount: 0,
    child: floats(),
  });
  assertEquals(readColumn(batchOf(0, fixed), LIST, 0).dim, 3);
  assertEquals(readColumn(batchOf(0, lists([0], floats())), LIST, 0).dim, 0);
});
