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
      const read = await readBatches(batchesOf(rows, sizes, Type), SKIP);
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
    'batch 1: the embeddings move from column "embedding" to column "other"; score what has other ' +
      "columns by itself",
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

Deno.test("float columns are listed with the flag that takes them", async () => {
  const error = await failure("columns-f32.arrows");
  assertEquals(error.code, "column");
  assertStringIncludes(error.message, "dim_0 (float32), dim_1 (float32), dim_2 (float32)");
  assertStringIncludes(error.message, "--columns 'dim_*'");
});

Deno.test("where no column fits those there are are listed", async () => {
  const error = await failure("no-candidate.arrows");
  assertStringIncludes(error.message, "there are: id (int64), nested (list<list<float64>>);");
});

Deno.test("tensors of one axis are embeddings, of two they are refused by their shape", async () => {
  assertEquals((await readFixture("tensor-1-axes.arrows")).rows, expectedRows());
  const error = await failure("tensor-2-axes.arrows");
  assertEquals(error.code, "unsupported");
  assertStringIncludes(error.message, "tensors of shape (2, 3); one embedding per row is needed");
});

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
