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
  Dictionary,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int64,
  Int8,
  LargeList,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Vector,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import type { EmbeddingData } from "../../../src/batch.ts";
import { RankMeError } from "../../../src/errors.ts";
import { type EmbeddingColumns, readColumns } from "../../../src/sources/arrow/column_rows.ts";
import type { ColumnRows } from "../../../src/sources/arrow/values.ts";

const LIST: EmbeddingColumns = { kind: "vectors", paths: [[0]], perValue: 1 };
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
  return readColumns(batch, LIST, 0);
}

function refusal(batch: RecordBatch, column = LIST, dim = 0): RankMeError {
  return assertThrows(() => readColumns(batch, column, dim), RankMeError);
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
  assertStrictEquals(readColumns(batchOf(4, fixed), LIST, 0).data.buffer, values.values.buffer);
  const { data } = readColumns(batchOf(2, lists([2, 5, 8], values)), LIST, 0);
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
  const { data } = readColumns(batchOf(3, lists([1, 3, 5, 7], bits)), LIST, 0);
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
  const { data, nullRows } = readColumns(batchOf(3, column), LIST, 0);
  assertEquals([data, nullRows], [Float16Array.of(1, 2, 0, 0, 3, 4), [1]]);
});

Deno.test("null rows beside a long one that take more memory than there can be are told", () => {
  const dim = 2 ** 24, nulls = 2 ** 20;
  const valueOffsets = new Int32Array(nulls + 2).fill(dim, 1);
  const nullBitmap = new Uint8Array(Math.ceil((nulls + 1) / 8)).fill(1, 0, 1);
  const child = makeData({ type: new Float32(), data: new Float32Array(dim), nullCount: 0 });
  const column = makeData({
    type: new List(f32),
    length: nulls + 1,
    nullCount: nulls,
    nullBitmap,
    valueOffsets,
    child,
  });
  const error = assertThrows(() => readColumns(batchOf(nulls + 1, column), LIST, 0), RankMeError);
  assertEquals(error.code, "memory");
});

Deno.test("one column per dimension is read in the order that was asked for", () => {
  const wide = makeData({ type: new Float64(), data: Float64Array.of(0.1, 0.2), nullCount: 0 });
  const batch = batchOf(2, floats(1, 2), wide, floats(5, 6));
  const columns = (...indices: number[]) =>
    ({ kind: "numbers", paths: indices.map((index) => [index]) }) as const;
  assertEquals(readColumns(batch, columns(2, 0), 0), {
    rows: 2,
    dim: 2,
    data: Float32Array.of(5, 1, 6, 2),
    nullRows: [],
  });
  const narrow = batchOf(2, halves(0.1, 2), floats(0.1, 4), halves(5, 6));
  assertEquals(readColumns(narrow, columns(0, 2), 0).data, Float16Array.of(0.1, 5, 2, 6));
  const [half, single] = [Float16Array.of(0.1)[0], Math.fround(0.1)];
  assertEquals(
    readColumns(narrow, columns(0, 1), 0).data,
    Float32Array.of(half, single, 2, 4),
  );
  // One float64 column makes all of them float64, so that nothing is rounded.
  assertEquals(readColumns(batch, columns(1, 0), 0).data, Float64Array.of(0.1, 1, 0.2, 2));
});

Deno.test("a null in any of the columns makes the row a null row", () => {
  const table = new Table({
    a: vectorFromArray([1, null, 3, 4], new Float32()),
    b: vectorFromArray([1, 2, 3, null], new Float32()),
  });
  const column = { kind: "numbers", paths: [[0], [1]] } as const;
  assertEquals(readColumns(table.batches[0], column, 0).nullRows, [1, 3]);
  assertEquals(readColumns(table.slice(1, 3).batches[0], column, 0).nullRows, [0]);
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
  const column = { kind: "numbers", paths: [[0]] } as const;
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
  const { dim, data, nullRows } = readColumns(batchOf(5, column), LIST, 0);
  assertEquals([dim, nullRows], [2, [1, 3]]);
  assertEquals(Array.from(data), [1, 2, 0, 0, 3, 4, 0, 0, 5, 6]);
});

Deno.test("a batch of null rows only has no dimension unless it is known", () => {
  const nulls = (Type: typeof List | typeof LargeList) =>
    new Table({ z: vectorFromArray([null, null], new Type(f32)) }).batches[0];
  for (const batch of [nulls(List), nulls(LargeList)]) {
    const { dim, data, nullRows } = readColumns(batch, LIST, 0);
    assertEquals([dim, data.length, nullRows], [0, 0, [0, 1]]);
    assertEquals(readColumns(batch, LIST, 3).dim, 3);
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
  assertEquals(readColumns(batchOf(0, fixed), LIST, 0).dim, 3);
  assertEquals(readColumns(batchOf(0, lists([0], floats())), LIST, 0).dim, 0);
});

// --- Fields of structs ---

function structOf(columns: Readonly<Record<string, Data>>, nulls?: Uint8Array): Data {
  const fields = Object.entries(columns).map(([name, { type }]) => new Field(name, type));
  const children = Object.values(columns), [{ length }] = children;
  const nullCount = nulls === undefined ? 0 : -1;
  return makeData({ type: new Struct(fields), length, nullCount, nullBitmap: nulls, children });
}

const nested = (...path: number[]): EmbeddingColumns => ({
  kind: "vectors",
  paths: [path],
  perValue: 1,
});

Deno.test("a field of structs is null where any of these is", () => {
  const values = floats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  const inner = structOf({ id: floats(0, 0, 0, 0, 0), z: lists([0, 2, 4, 6, 8, 10], values) });
  const middle = structOf({ inner }, Uint8Array.of(0b11101));
  const outer = structOf({ middle, other: floats(0, 0, 0, 0, 0) }, Uint8Array.of(0b10111));
  const batch = batchOf(5, floats(0, 0, 0, 0, 0), outer);
  assertEquals(readColumns(batch, nested(1, 0, 0, 1), 0), {
    rows: 5,
    dim: 2,
    data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    nullRows: [1, 3],
  });
});

Deno.test("null structs over lists of another length, and over none, move no row", () => {
  const values = floats(1, 2, 9, 3, 4);
  const batch = batchOf(4, structOf({ z: lists([0, 2, 3, 3, 5], values) }, Uint8Array.of(0b1001)));
  const { dim, data, nullRows } = readColumns(batch, nested(0, 0), 0);
  assertEquals([dim, nullRows], [2, [1, 2]]);
  assertEquals(Array.from(data), [1, 2, 0, 0, 0, 0, 3, 4]);
});

Deno.test("numbers in structs are null where these are", () => {
  const struct = structOf({ x: floats(1, 2, 3), y: floats(4, 5, 6) }, Uint8Array.of(0b101));
  const columns: EmbeddingColumns = { kind: "numbers", paths: [[0, 1], [0, 0], [1]] };
  assertEquals(readColumns(batchOf(3, struct, floats(7, 8, 9)), columns, 0), {
    rows: 3,
    dim: 3,
    data: Float32Array.of(4, 1, 7, 5, 2, 8, 6, 3, 9),
    nullRows: [1],
  });
});

Deno.test("slices of structs that apache-arrow made are read as their rows", () => {
  const rows = [{ z: [1, 2] }, null, { z: [5, 6] }, { z: null }, { z: [9, 10] }, { z: [11, 12] }];
  for (const Type of [FixedSizeList, List, LargeList]) {
    const list = Type === FixedSizeList
      ? new FixedSizeList(2, f32)
      : new (Type as typeof List)(f32);
    const type = new Struct([new Field("z", list, true)]);
    const table = new Table({ s: vectorFromArray(rows, type) });
    for (let start = 0; start < rows.length; start++) {
      for (let end = start + 1; end <= rows.length; end++) {
        const [batch] = table.slice(start, end).batches;
        const { data, dim, nullRows } = readColumns(batch, nested(0, 0), 2);
        const expected = rows.slice(start, end);
        assertEquals(nullRows, expected.flatMap((row, i) => row?.z ? [] : [i]));
        expected.forEach((row, i) => {
          if (row?.z) assertEquals(Array.from(data.subarray(i * dim, (i + 1) * dim)), row.z);
        });
      }
    }
  }
});

// --- Tensors of several rows ---

Deno.test("a tensor holds several rows, all null where it is, one where a number is", () => {
  const values = makeData({
    type: new Float32(),
    data: Float32Array.from({ length: 18 }, (_, i) => i),
    nullCount: 1,
    nullBitmap: Uint8Array.of(0b11111111, 0b11111111, 0b01),
  });
  const tensors = makeData({
    type: new FixedSizeList(6, f32),
    length: 3,
    nullCount: 1,
    nullBitmap: Uint8Array.of(0b101),
    child: values,
  });
  const rows = readColumns(
    batchOf(3, tensors),
    { ...nested(0), perValue: 3 } as EmbeddingColumns,
    2,
  );
  assertEquals([rows.rows, rows.dim, rows.nullRows], [9, 2, [3, 4, 5, 8]]);
  assertStrictEquals(rows.data.buffer, values.values.buffer);
  const pairs = readColumns(
    batchOf(3, tensors),
    { ...nested(0), perValue: 2 } as EmbeddingColumns,
    3,
  );
  assertEquals([pairs.rows, pairs.dim, pairs.nullRows], [6, 3, [2, 3, 5]]);
});

// --- Dictionaries of lists ---

/** Rows that are indices into a dictionary of lists. */
function encoded(indices: Int8Array | BigInt64Array, entries: Data, nulls?: Uint8Array): Data {
  // Apache Arrow reads indices of 64 bits, but its types do not know them.
  const type = indices instanceof Int8Array ? new Int8() : new Int64() as unknown as Int8;
  return makeData({
    type: new Dictionary(entries.type, type),
    length: indices.length,
    nullCount: nulls === undefined ? 0 : -1,
    nullBitmap: nulls,
    data: indices as Int8Array,
    dictionary: new Vector([entries]),
  });
}

Deno.test("rows that are indices into a dictionary are the lists they point to", () => {
  const entries = lists([0, 2, 4, 6], floats(1, 2, 3, 4, 5, 6));
  for (const indices of [Int8Array.of(2, 0, 2, 1), BigInt64Array.of(2n, 0n, 2n, 1n)]) {
    const { rows, dim, data, nullRows } = readColumns(
      batchOf(4, encoded(indices, entries)),
      LIST,
      0,
    );
    assertEquals([rows, dim, nullRows], [4, 2, []]);
    assertEquals(data, Float32Array.of(5, 6, 1, 2, 5, 6, 3, 4));
  }
});

Deno.test("rows of a dictionary are null where the index, the entry or a number is", () => {
  const entries = makeData({
    type: new List(f32),
    length: 4,
    nullCount: 1,
    nullBitmap: Uint8Array.of(0b1101),
    valueOffsets: Int32Array.of(0, 2, 2, 4, 6),
    child: makeData({
      type: new Float32(),
      data: Float32Array.of(1, 2, 3, 4, 5, 6),
      nullCount: 1,
      nullBitmap: Uint8Array.of(0b110111),
    }),
  });
  const column = encoded(Int8Array.of(3, 0, 99, 1, 2), entries, Uint8Array.of(0b11011));
  const { data, nullRows } = readColumns(batchOf(5, column), LIST, 0);
  assertEquals(nullRows, [2, 3, 4]);
  assertEquals(data, Float32Array.of(5, 6, 1, 2, 0, 0, 0, 0, 0, 0));
});

Deno.test("indices outside of the dictionary are refused with the row", () => {
  const entries = lists([0, 2, 4], floats(1, 2, 3, 4));
  for (const index of [2, -1, 127]) {
    const error = refusal(batchOf(2, encoded(Int8Array.of(1, index), entries)));
    assertEquals([error.code, error.place], ["corrupt", { row: 1 }]);
    assertStringIncludes(error.message, `index ${index} into a dictionary of 2 lists`);
  }
  const none = encoded(BigInt64Array.of(2n ** 62n), lists([0], floats()));
  assertEquals(refusal(batchOf(1, none)).code, "corrupt");
});

Deno.test("lists of a dictionary are held to one length as far as rows point to them", () => {
  const entries = lists([0, 2, 3, 5], floats(1, 2, 3, 4, 5));
  const used = encoded(Int8Array.of(0, 2, 1), entries);
  assertEquals(refusal(batchOf(3, used)).place, { row: 2 });
  const unused = encoded(Int8Array.of(0, 2), entries);
  assertEquals(readColumns(batchOf(2, unused), LIST, 0).data, Float32Array.of(1, 2, 4, 5));
  assertEquals(refusal(batchOf(2, unused), LIST, 3).code, "dimension");
  const broken = encoded(Int8Array.of(0), lists([0, 2, 9], floats(1, 2, 3)));
  assertStringIncludes(refusal(batchOf(1, broken)).message, "list offsets outside of the values");
});

Deno.test("a dictionary of fixed-size lists in several parts is one", () => {
  const part = (...numbers: number[]) =>
    makeData({
      type: new FixedSizeList(2, f32),
      length: numbers.length / 2,
      nullCount: 0,
      child: floats(...numbers),
    });
  const dictionary = new Vector([part(1, 2), part(3, 4, 5, 6)]);
  const column = makeData({
    type: new Dictionary(dictionary.type, new Int8()),
    length: 3,
    nullCount: 0,
    data: Int8Array.of(2, 0, 1),
    dictionary,
  });
  assertEquals(
    readColumns(batchOf(3, column), LIST, 0).data,
    Float32Array.of(5, 6, 1, 2, 3, 4),
  );
});
