import {
  assertEquals,
  assertLessOrEqual,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  Field,
  FixedSizeList,
  Float32,
  Float64,
  LargeList,
  List,
  type RecordBatch,
  Table,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { RankMeError } from "../../../src/errors.ts";
import {
  EmbeddingStream,
  type EmbeddingStreamOptions,
} from "../../../src/sources/arrow/embedding_stream.ts";
import {
  embeddingBatch,
  embeddingSchema,
  fixture,
  messageEnds,
  readBatches,
  readFixture,
  readStream,
} from "./arrow_bytes.ts";
import { concatenated, expectedRows, rowsOf } from "../inputs.ts";

const LAYOUTS = ["fixed-size-list", "list", "large-list"] as const;
const SKIP = { nonFinite: "skip" } as const;

type Row = readonly (number | null)[] | null;

/** Record batches of some rows each, in a column of lists. */
function batchesOf(rows: readonly Row[], sizes: readonly number[], Type = List): RecordBatch[] {
  const item = new Field("item", new Float64(), true);
  const batches: RecordBatch[] = [];
  for (let at = 0, turn = 0; at < rows.length; turn++) {
    const part = rows.slice(at, at + sizes[turn % sizes.length]);
    batches.push(...new Table({ z: vectorFromArray(part, new Type(item)) }).batches);
    at += part.length;
  }
  return batches;
}

/** The error that reading a fixture ends in. */
async function failure(name: string, options: EmbeddingStreamOptions = {}): Promise<RankMeError> {
  return await assertRejects(() => readFixture(name, options), RankMeError);
}

// --- Nulls, NaN and infinities ---

for (const layout of LAYOUTS) {
  Deno.test(`a null row in a ${layout} column is refused, with batch and row`, async () => {
    const error = await failure(`null-rows-${layout}.arrows`);
    assertEquals(error.code, "null");
    assertEquals(
      error.message,
      'batch 0, row 2: a null in column "embedding"; pass --non-finite skip to leave such rows out',
    );
  });

  Deno.test(`null rows in a ${layout} column are left out and counted`, async () => {
    const read = await readFixture(`null-rows-${layout}.arrows`, SKIP);
    assertEquals(read.rows, expectedRows(0, 10, [2, 7]));
    assertEquals(read.skippedRows, 2);
    assertEquals(read.batches.map((batch) => batch.offset), [0, 3, 6]);
  });

  Deno.test(`a null number in a ${layout} column is a null row`, async () => {
    const name = `null-elements-${layout}.arrows`;
    assertStringIncludes((await failure(name)).message, 'batch 1, row 5: a null in column "embedd');
    const { rows, skippedRows } = await readFixture(name, SKIP);
    assertEquals(rows, expectedRows(0, 10, [5]));
    assertEquals(skippedRows, 1);
  });
}

Deno.test("a null in one of the columns is a null row", async () => {
  const columns = ["dim_*"], name = "null-elements-columns.arrows";
  const error = await failure(name, { columns });
  assertStringIncludes(error.message, 'batch 1, row 5: a null in column "dim_*"; pass');
  const { rows, skippedRows } = await readFixture(name, { columns, ...SKIP });
  assertEquals(rows, expectedRows(0, 10, [5]));
  assertEquals(skippedRows, 1);
});

Deno.test("null rows with other numbers underneath do not move the rows around them", async () => {
  const { rows, skippedRows } = await readFixture("null-rows-other-lengths.arrows", SKIP);
  assertEquals(rows, expectedRows(0, 10, [2, 7]));
  assertEquals(skippedRows, 2);
});

Deno.test("a column of nulls only has no rows", async () => {
  assertStringIncludes((await failure("null-all.arrows")).message, "batch 0, row 0: a null in");
  const { rows, skippedRows } = await readFixture("null-all.arrows", SKIP);
  assertEquals([rows, skippedRows], [[], 3]);
});

Deno.test("NaN and infinities are refused with the value and its dimension", async () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const rows = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [1, value, 3], [NaN, 0, 0]];
    const error = await assertRejects(() => readBatches(batchesOf(rows, [2])), RankMeError);
    assertEquals(error.code, "non-finite");
    assertEquals(
      error.message,
      `batch 1, row 3: ${value} in column "z" (dimension 1); pass --non-finite skip to leave such ` +
        `rows out`,
    );
  }
  const columns = new Table({ a: vectorFromArray([1, 2]), b: vectorFromArray([1, NaN]) }).batches;
  const error = await assertRejects(() => readBatches(columns, { columns: ["*"] }), RankMeError);
  assertStringIncludes(error.message, 'row 1: NaN in column "b"; pass');
});

Deno.test("the largest finite numbers are no infinities", async () => {
  const rows = [[Number.MAX_VALUE, -Number.MAX_VALUE], [Number.MIN_VALUE, -0]];
  assertEquals((await readBatches(batchesOf(rows, [9]))).rows, rows);
});

Deno.test("exactly the unusable rows are left out, however rows and batches fall", async () => {
  const number = fc.oneof(
    { weight: 12, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
    { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, null) },
  );
  const row = fc.oneof(
    { weight: 6, arbitrary: fc.array(number, { minLength: 3, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  const rows = fc.array(row, { minLength: 1, maxLength: 30 });
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(rows, sizes, fc.nat(1), async (rows, sizes, layout) => {
      const usable = rows.filter((row) => row?.every((n) => Number.isFinite(n)));
      const Type = [List, LargeList][layout] as typeof List;
      const read = await readBatches(batchesOf(rows, sizes, Type), { ...SKIP, rowNumbers: "take" });
      assertEquals(read.rows, usable);
      assertEquals(read.skippedRows, rows.length - usable.length);
      let offset = 0;
      for (const batch of read.batches) {
        assertEquals(batch.offset, offset);
        offset += batch.rows;
      }
      if (usable.length === rows.length) return;
      await assertRejects(() => readBatches(batchesOf(rows, sizes)), RankMeError);
    }),
    { numRuns: 60 },
  );
});

Deno.test("rows are counted as in the input, not as they are kept", async () => {
  const rows = [[NaN, 1], [1, 2], null, [3, 4], [5]];
  const error = await assertRejects(() => readBatches(batchesOf(rows, [2]), SKIP), RankMeError);
  assertEquals(error.code, "dimension");
  assertEquals(error.place, { batch: 2, row: 4 });
});

// --- Dimensions ---

Deno.test("lists of different lengths are refused with batch and row", async () => {
  for (const layout of ["list", "large-list"]) {
    const error = await failure(`mixed-lengths-${layout}.arrows`);
    assertEquals(error.code, "dimension");
    assertEquals(
      error.message,
      'batch 1, row 6: an embedding of 4 dimensions where earlier ones have 3 (column "embedding")',
    );
  }
});

Deno.test("joined streams of different dimensions are refused", async () => {
  for (const layout of ["fixed-size-list-f32", "list-f64"]) {
    const joined = concatenated(fixture(`${layout}.arrows`), fixture("tensor-1-axes.arrows"));
    assertEquals((await readStream(joined)).rows.length, 20);
  }
  const wide = [embeddingBatch(0, 2), embeddingBatch(0, 2, embeddingSchema(4))];
  const error = await assertRejects(() => readBatches(wide), RankMeError);
  assertEquals(error.code, "dimension");
  assertEquals(error.place, { batch: 1, row: 2 });
  assertStringIncludes(error.message, "an embedding of 4 dimensions where earlier ones have 3");
});

Deno.test("an empty batch of another dimension is refused too", async () => {
  const empty = [embeddingBatch(0, 2), embeddingBatch(0, 0, embeddingSchema(4))];
  assertEquals((await assertRejects(() => readBatches(empty), RankMeError)).code, "dimension");
});

// --- Columns ---

Deno.test("joined streams whose embeddings have another name are refused", async () => {
  const batches = [embeddingBatch(0, 2), embeddingBatch(2, 4, embeddingSchema(3, "other"))];
  const error = await assertRejects(() => readBatches(batches), RankMeError);
  assertEquals(error.code, "column");
  assertEquals(
    error.message,
    'batch 1: there is no column "embedding" as in the batches before; there are: other ' +
      "(fixed_size_list<float32>[3]); score what has other columns by itself",
  );
});

Deno.test("joined streams may have other columns and layouts around the embeddings", async () => {
  const joined = concatenated(
    fixture("company.arrows"),
    fixture("list-f16.arrows"),
    fixture("arrow-rs.arrows"),
  );
  const { rows } = await readStream(joined);
  assertEquals(rows, [...expectedRows(), ...expectedRows(), ...expectedRows()]);
});

Deno.test("several columns that fit are listed, and one can be chosen", async () => {
  const error = await failure("several-candidates.arrows");
  assertEquals(error.code, "column");
  assertStringIncludes(
    error.message,
    "layer1 (list<float64>), layer2 (fixed_size_list<float32>[3]);",
  );
  const { rows } = await readFixture("several-candidates.arrows", { column: "layer2" });
  assertEquals(rows, expectedRows());
});

Deno.test("float columns that count their dimensions are taken by themselves", async () => {
  for (const dtype of ["f16", "f32", "f64"]) {
    assertEquals((await readFixture(`columns-${dtype}.arrows`)).rows, expectedRows());
  }
  const error = await failure("null-elements-columns.arrows");
  assertStringIncludes(error.message, 'batch 1, row 5: a null in column "dim_*"');
});

Deno.test("float columns of other names are listed with the flag that takes them", async () => {
  const { batches } = new Table({
    left: vectorFromArray([1, 2], new Float32()),
    right: vectorFromArray([1, 2], new Float64()),
  });
  const error = await assertRejects(() => readBatches(batches), RankMeError);
  assertEquals(error.code, "column");
  assertStringIncludes(error.message, "left (float32), right (float64); name each that is a");
  assertStringIncludes(error.message, "--columns NAME,NAME");
  assertEquals((await readBatches(batches, { columns: ["*"] })).rows, [[1, 1], [2, 2]]);
});

Deno.test("where no column fits those there are are listed", async () => {
  const error = await failure("no-candidate.arrows");
  assertStringIncludes(error.message, "there are: id (int64), counts (list<int64>);");
});

// --- Tensors ---

Deno.test("tensors of one axis are embeddings, of two they are refused by their shape", async () => {
  assertEquals((await readFixture("tensor-1-axes.arrows")).rows, expectedRows());
  const error = await failure("tensor-2-axes.arrows");
  assertEquals(error.code, "dimension");
  assertEquals(
    error.message,
    'column "embedding" holds tensors of shape (2, 3); pass --axes rows (every leading axis is rows, ' +
      "D = 3) or --axes flat (one row per first index, D = 6)",
  );
});

Deno.test("tensors are rows, or each is one row, as it is asked for", async () => {
  for (const name of ["tensor-pairs.arrows", "tensor-pairs.arrow"]) {
    const { rows, batches } = await readFixture(name, { axes: "rows" });
    assertEquals(rows, expectedRows());
    assertEquals(batches.map(({ offset }) => offset), [0, 4, 8]);
    const flat = await readFixture(name, { axes: "flat" });
    assertEquals(flat.rows, [0, 2, 4, 6, 8].map((row) => expectedRows(row, row + 2).flat()));
  }
  const one = { axes: "rows" } as const;
  assertEquals((await readFixture("tensor-1-axes.arrows", one)).rows, expectedRows());
});

Deno.test("a null tensor is as many null rows as it would hold", async () => {
  const error = await failure("tensor-pairs-null.arrows", { axes: "rows" });
  assertStringIncludes(error.message, 'batch 0, row 2: a null in column "embedding"; pass');
  const read = await readFixture("tensor-pairs-null.arrows", { axes: "rows", ...SKIP });
  assertEquals(read.rows, expectedRows(0, 10, [2, 3]));
  assertEquals(read.skippedRows, 2);
  const flat = await readFixture("tensor-pairs-null.arrows", { axes: "flat", ...SKIP });
  assertEquals([flat.rows.length, flat.skippedRows], [4, 1]);
});

Deno.test("rows of tensors are counted one by one", async () => {
  const joined = concatenated(fixture("tensor-pairs.arrows"), fixture("tensor-pairs-null.arrows"));
  const error = await assertRejects(() => readStream(joined, { axes: "rows" }), RankMeError);
  assertEquals(error.place, { batch: 3, row: 12 });
});

Deno.test("tensors whose axes stand in another order cannot be rows", async () => {
  const error = await failure("tensor-permuted.arrows", { axes: "rows" });
  assertEquals(error.code, "unsupported");
  assertStringIncludes(error.message, "tensors of shape (2, 3), permuted to (1, 0); write them");
  assertEquals((await readFixture("tensor-permuted.arrows", { axes: "flat" })).rows.length, 5);
});

Deno.test("tensors of a shape each are no lists of numbers", async () => {
  const message = "there are: embedding (variable_shape_tensor); a column of lists";
  assertStringIncludes((await failure("tensor-variable.arrows")).message, message);
  const field = await failure("tensor-variable.arrows", { column: "embedding.data" });
  assertStringIncludes(field.message, 'there is no column "embedding.data"');
});

// --- Fields of structs ---

for (const layout of LAYOUTS) {
  Deno.test(`a ${layout} in structs is found, and read by its path`, async () => {
    const name = `struct-${layout}.arrows`;
    assertEquals((await readFixture(name)).rows, expectedRows());
    assertEquals((await readFixture(name, { column: "model.layers.last" })).rows, expectedRows());
    const { rows } = await readFixture(name, { columns: ["model.layers.dims.*"] });
    assertEquals(rows, expectedRows());
    const error = await failure(name, { column: "model.layers" });
    assertStringIncludes(error.message, 'column "model.layers" is struct; a column of lists');
  });

  Deno.test(`a null at any depth of structs around a ${layout} is a null row`, async () => {
    const column = "model.layers.last", columns = ["model.layers.dims.*"];
    for (const extension of ["arrow", "arrows"]) {
      const name = `struct-nulls-${layout}.${extension}`;
      const error = await failure(name, { column });
      assertStringIncludes(error.message, `batch 0, row 2: a null in column "${column}"; pass`);
      const read = await readFixture(name, { column, ...SKIP });
      assertEquals(read.rows, expectedRows(0, 10, [2, 5, 7]));
      assertEquals(read.skippedRows, 3);
      const numbers = await readFixture(name, { columns, ...SKIP });
      assertEquals(numbers.rows, expectedRows(0, 10, [5, 7]));
    }
    const name = `struct-nulls-slice-${layout}.arrows`;
    const slice = await readFixture(name, { column, ...SKIP });
    assertEquals(slice.rows, expectedRows(3, 9, [5, 7]));
    const numbers = await readFixture(name, { columns, ...SKIP });
    assertEquals(numbers.rows, expectedRows(3, 9, [5, 7]));
  });
}

Deno.test("a column whose name has a dot in it comes before a field of that path", async () => {
  const { rows } = await readFixture("struct-dot.arrows", { column: "a.b" });
  assertEquals(rows, expectedRows());
});

// --- Dictionaries of embeddings ---

Deno.test("rows that are indices into a dictionary of lists are read as these", async () => {
  const expected = [4, 0, 2, null, 1, 1, 3, 0, 4, 2];
  const rowsAt = (indices: readonly (number | null)[]) =>
    indices.flatMap((index) => index === null ? [] : expectedRows(index, index + 1));
  for (const layout of LAYOUTS) {
    for (const extension of ["arrow", "arrows"]) {
      const name = `dictionary-${layout}.${extension}`;
      const error = await failure(name);
      assertStringIncludes(error.message, 'batch 0, row 3: a null in column "embedding"; pass');
      const { rows, skippedRows } = await readFixture(name, SKIP);
      assertEquals(rows, rowsAt(expected));
      assertEquals(skippedRows, 1);
    }
  }
  const { rows, skippedRows } = await readFixture("dictionary-list-null.arrows", SKIP);
  assertEquals(rows, rowsAt(expected.filter((index) => index !== 3)));
  assertEquals(skippedRows, 2);
  for (const change of ["replaced", "delta"]) {
    const { rows } = await readFixture(`dictionary-list-${change}.arrows`);
    assertEquals(rows, rowsAt([0, 2, 1, 4, 0, 3]));
  }
});

Deno.test("an index into a dictionary that did not come is refused", async () => {
  const bytes = fixture("dictionary-list.arrows");
  const [schema, dictionary] = messageEnds(bytes);
  const without = concatenated(bytes.subarray(0, schema), bytes.subarray(dictionary));
  const error = await assertRejects(() => readStream(without), RankMeError);
  assertEquals(error.code, "corrupt");
  assertStringIncludes(error.message, "batch 0, row 0: not valid Arrow data: index 4 into a dict");
});

// --- Options ---

Deno.test("asking for one column and for several is refused at once", () => {
  const both = () => new EmbeddingStream({ column: "a", columns: ["b"] });
  assertEquals(assertThrows(both, RankMeError).code, "usage");
});

// --- Streams ---

Deno.test("a stream of no batches, or of empty ones, has no rows", async () => {
  assertEquals(await readBatches([]), { rows: [], batches: [], skippedRows: 0 });
  const { batches } = await readBatches([embeddingBatch(0, 0), embeddingBatch(0, 0)]);
  assertEquals(batches, []);
});

Deno.test("slices that apache-arrow made of a table are read as their rows", async () => {
  const type = new FixedSizeList(3, new Field("item", new Float32()));
  const table = new Table({ z: vectorFromArray(expectedRows(), type) });
  const joined = table.concat(table);
  for (const [start, end] of [[0, 20], [4, 7], [9, 11], [13, 20], [5, 5]]) {
    const { rows } = await readBatches(joined.slice(start, end).batches);
    assertEquals(rows, [...expectedRows(), ...expectedRows()].slice(start, end));
  }
});

Deno.test("record batches are not changed by reading them", async () => {
  const rows = [[1, 2], [NaN, 3], null, [4, 5]];
  const batches = batchesOf(rows, [4]);
  const before = JSON.stringify(batches.map((batch) => [...batch]));
  assertEquals((await readBatches(batches, SKIP)).rows, [[1, 2], [4, 5]]);
  assertEquals(JSON.stringify(batches.map((batch) => [...batch])), before);
  assertEquals((await readBatches(batches, SKIP)).rows, [[1, 2], [4, 5]]);
});

Deno.test("no more is read ahead than a few batches, and cancelling reaches the source", async () => {
  let pulls = 0;
  let reason: unknown;
  const source = new ReadableStream<RecordBatch>({
    pull: (controller) => controller.enqueue(embeddingBatch(pulls, ++pulls)),
    cancel: (why) => void (reason = why),
  }, { highWaterMark: 0 });
  const reader = source.pipeThrough(new EmbeddingStream()).getReader();
  const { value } = await reader.read();
  assertEquals(rowsOf([value!]), expectedRows(0, 1));
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertLessOrEqual(pulls, 3);
  await reader.cancel("enough");
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(reason, "enough");
});

Deno.test("an error of the source comes out as it is", async () => {
  const broken = new Error("broken");
  const source = new ReadableStream<RecordBatch>({
    pull: (controller) => controller.error(broken),
  });
  const error = await assertRejects(() => readBatches(source));
  assertStrictEquals(error, broken);
});
