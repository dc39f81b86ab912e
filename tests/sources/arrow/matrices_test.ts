/** Lists of lists, which become rows as it is asked for, and sparse vectors, which never do. */
import {
  assertEquals,
  assertGreater,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  Field,
  FixedSizeList,
  Float32,
  LargeList,
  List,
  type RecordBatch,
  Table,
  tableToIPC,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { RankMeError } from "../../../src/errors.ts";
import { readColumns } from "../../../src/sources/arrow/column_rows.ts";
import type { EmbeddingStreamOptions } from "../../../src/sources/arrow/embedding_stream.ts";
import { concatenated, expectedRow, expectedRows } from "../inputs.ts";
import { ending, flipEveryBit, inLittleMemory } from "../hostile.ts";
import { fixture, readBatches, readFixture, readStream } from "./arrow_bytes.ts";

const ROWS = { axes: "rows" } as const;
const FLAT = { axes: "flat" } as const;
const SKIP = { nonFinite: "skip" } as const;
const f32 = new Field("item", new Float32(), true);
const LAYOUTS = ["list", "large-list", "fixed-size-list", "mixed"] as const;

/** Two rows of each of some values, one after the other. */
const pairs = (...values: readonly number[]) =>
  values.map((value) => expectedRows(2 * value, 2 * value + 2).flat());

async function failure(name: string, options: EmbeddingStreamOptions = {}): Promise<RankMeError> {
  return await assertRejects(() => readFixture(name, options), RankMeError);
}

for (const layout of LAYOUTS) {
  Deno.test(`rows in lists of a ${layout} are rows, or each list is one, as asked`, async () => {
    for (const ending of ["arrows", "arrow"]) {
      const name = `matrices-${layout}.${ending}`;
      const { rows, batches } = await readFixture(name, ROWS);
      assertEquals(rows, expectedRows());
      assertEquals(batches.map(({ offset }) => offset), [0, 4, 8]);
      assertEquals((await readFixture(name, FLAT)).rows, pairs(0, 1, 2, 3, 4));
    }
    const slice = `matrices-slice-${layout}.arrows`;
    assertEquals((await readFixture(slice, ROWS)).rows, expectedRows(2, 8));
    assertEquals((await readFixture(slice, FLAT)).rows, pairs(1, 2, 3));
  });

  Deno.test(`nulls at each level of a ${layout} of lists are null rows`, async () => {
    const name = `matrices-null-${layout}.arrows`;
    // A null list is one row, whatever would be in it.
    const read = await readFixture(name, { ...ROWS, ...SKIP });
    assertEquals(read.rows, [0, 1, 4, 7, 8, 9].map((row) => expectedRow(row)));
    assertEquals(read.skippedRows, 3);
    const flat = await readFixture(name, { ...FLAT, ...SKIP });
    assertEquals([flat.rows, flat.skippedRows], [pairs(0, 4), 3]);
    const error = await failure(name, ROWS);
    assertEquals([error.code, error.place], ["null", { batch: 0, row: 2 }]);
    assertEquals((await failure(name, FLAT)).place, { batch: 0, row: 1 });
  });
}

Deno.test("arrays of arrays of polars, and lists in lists in lists, are read", async () => {
  assertEquals((await readFixture("polars-matrices.arrow", ROWS)).rows, expectedRows());
  assertEquals((await readFixture("polars-matrices.arrow", FLAT)).rows, pairs(0, 1, 2, 3, 4));
  assertEquals((await readFixture("matrices-deep.arrows", ROWS)).rows, expectedRows());
  const flat = await readFixture("matrices-deep.arrows", FLAT);
  assertEquals(flat.rows, [expectedRows(0, 5).flat(), expectedRows(5).flat()]);
});

Deno.test("any number of lists may be in each, as rows", async () => {
  assertEquals((await readFixture("matrices-ragged.arrows", ROWS)).rows, expectedRows());
  assertEquals((await readFixture("matrices-empty-first.arrows", ROWS)).rows, expectedRows(0, 2));
});

const REFUSED_AS_ROWS: readonly (readonly [name: string, message: string])[] = [
  ["matrices-turned", "batch 1, row 2: an embedding of 2 dimensions where earlier ones have 3"],
  ["matrices-uneven", "batch 0, row 2: an embedding of 2 dimensions where earlier ones have 3"],
  [
    "matrices-uneven-first",
    "batch 0, row 1: an embedding of 4 dimensions where earlier ones have 2",
  ],
  ["matrices-empty-lists", "batch 0, row 0: an embedding of no dimensions"],
];

for (const [name, message] of REFUSED_AS_ROWS) {
  Deno.test(`${name} is refused as rows: ${message}`, async () => {
    const error = await failure(`${name}.arrows`, ROWS);
    assertEquals(error.code, "dimension");
    assertEquals(error.message, `${message} (column "tokens")`);
  });
}

const ADVICE = "with --axes rows, each innermost list is a row by itself";
const REFUSED_AS_ONE: readonly (readonly [name: string, message: string, advice?: string])[] = [
  ["matrices-ragged", "batch 0, row 1: a list of 2 lists where earlier ones have 1", ADVICE],
  ["matrices-turned", "batch 1, row 1: a list of 3 lists where earlier ones have 2", ADVICE],
  ["matrices-uneven", "batch 0, row 1: a list of 2 numbers where earlier ones have 3"],
  ["matrices-uneven-first", "batch 0, row 0: a list of 4 numbers where earlier ones have 2"],
  ["matrices-empty-first", "batch 0, row 0: an embedding of no dimensions"],
  ["matrices-empty-lists", "batch 0, row 0: an embedding of no dimensions"],
];

for (const [name, message, advice] of REFUSED_AS_ONE) {
  Deno.test(`${name} is refused as one row per value: ${message}`, async () => {
    const error = await failure(`${name}.arrows`, FLAT);
    assertEquals(error.code, "dimension");
    assertEquals(
      error.message,
      `${message} (column "tokens")${advice ? `; ${advice}` : ""}`,
    );
  });
}

Deno.test("joined streams of lists of other lengths are refused, be there as many numbers", async () => {
  const joined = concatenated(fixture("matrices-list.arrows"), fixture("matrices-turned.arrows"));
  const error = await assertRejects(() => readStream(joined, FLAT), RankMeError);
  assertEquals([error.code, error.place], ["dimension", { batch: 4, row: 6 }]);
});

Deno.test("a column of nulls only has no rows, and they are counted", async () => {
  for (const axes of [ROWS, FLAT]) {
    const read = await readFixture("matrices-null-all.arrows", { ...axes, ...SKIP });
    assertEquals([read.rows, read.skippedRows], [[], 2]);
    assertEquals((await failure("matrices-null-all.arrows", axes)).code, "null");
  }
});

Deno.test("a null struct around lists of lists is a null row", async () => {
  const options = { ...SKIP, column: "model.tokens" };
  const read = await readFixture("matrices-struct.arrows", { ...options, ...ROWS });
  assertEquals([read.rows, read.skippedRows], [expectedRows(0, 10, [6, 7]), 1]);
  const flat = await readFixture("matrices-struct.arrows", { ...options, ...FLAT });
  assertEquals([flat.rows, flat.skippedRows], [pairs(0, 1, 2, 4), 1]);
});

Deno.test("a flipped bit never changes more than one number of flattened lists", async () => {
  const read = (bytes: Uint8Array<ArrayBuffer>) => readStream(bytes, FLAT);
  const expected = pairs(...Array(12).keys());
  const values = expected.map((row) => [row.slice(0, 3), row.slice(3)]);
  // Of fewer numbers, those of half the width would take no more than their padding.
  const type = new List(new Field("item", new List(f32), true));
  const bytes = tableToIPC(new Table({ tokens: vectorFromArray(values, type) }), "stream").slice();
  const flips = await inLittleMemory(() => flipEveryBit(bytes, read, expected));
  assertGreater(flips.errors, 1000);
  assertGreater(flips.oneNumber, 72 * 30);
});

Deno.test("a flipped bit in lists of lists ends in rows or an error, in little memory", async () => {
  const bytes = fixture("matrices-mixed.arrows");
  await inLittleMemory(async () => {
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      await ending(() => readStream(flipped, { ...ROWS, ...SKIP }));
    }
  });
});

// --- Which column, and what becomes of its axes ---

const AMBIGUOUS =
  "pass --axes rows (every innermost list is a row) or --axes flat (one row per value, " +
  "whose lists have the same lengths in all)";

Deno.test("lists of lists are refused until it is said what they become", async () => {
  for (const options of [{}, { column: "tokens" }]) {
    const error = await failure("matrices-list.arrows", options);
    assertEquals(error.code, "dimension");
    assertEquals(error.message, `column "tokens" holds list<list<float32>>; ${AMBIGUOUS}`);
    assertEquals(
      (await failure("matrices-mixed.arrows", options)).message,
      `column "tokens" holds fixed_size_list<large_list<float32>>[2]; ${AMBIGUOUS}`,
    );
    assertEquals(
      (await failure("matrices-fixed-size-list.arrows", options)).message,
      'column "tokens" holds fixed_size_list<fixed_size_list<float32>[3]>[2]; pass --axes rows ' +
        "(every leading axis is rows, D = 3) or --axes flat (one row per first index, D = 6)",
    );
  }
});

Deno.test("a column of lists goes before lists of lists unless these are asked for", async () => {
  const name = "matrices-beside-vectors.arrows";
  const pooled = expectedRows(0, 5).map((row) => row.map((number) => -number));
  assertEquals((await readFixture(name)).rows, pooled);
  assertEquals((await readFixture(name, { column: "pooled", ...ROWS })).rows, pooled);
  assertEquals((await readFixture(name, { column: "tokens", ...ROWS })).rows, expectedRows());
  for (const axes of [ROWS, FLAT]) {
    assertEquals(
      (await failure(name, axes)).message,
      "several columns could be embeddings: pooled (list<float32>), tokens (list<list<float32>>); " +
        "choose one with --column NAME",
    );
  }
  assertStringIncludes((await failure(name, { column: "tokens" })).message, "--axes rows");
});

Deno.test("columns that count their dimensions go before lists of lists, too", async () => {
  const name = "matrices-beside-numbers.arrows";
  assertEquals((await readFixture(name)).rows, expectedRows(0, 5));
  assertEquals((await readFixture(name, ROWS)).rows, expectedRows());
});

Deno.test("several columns of lists of lists are listed", async () => {
  for (const options of [{}, ROWS]) {
    const error = await failure("matrices-of-two.arrows", options);
    assertStringIncludes(error.message, "a (list<list<float32>>), b (list<list<float32>>); choose");
  }
});

Deno.test("tensors in lists, whose numbers are no rows, are refused", async () => {
  for (const options of [{}, ROWS, FLAT]) {
    assertEquals((await failure("tensors-in-lists.arrows", options)).code, "column");
  }
});

// --- Layouts of apache-arrow's own making ---

const inner = {
  list: new List(f32),
  large: new LargeList(f32),
  fixed: new FixedSizeList(2, f32),
};

Deno.test("slices of lists of lists are read as what is in them, with nulls anywhere", () => {
  const number = fc.option(fc.integer({ min: -64, max: 64 }), { freq: 20 });
  const row = fc.option(fc.array(number, { minLength: 2, maxLength: 2 }), { freq: 8 });
  const value = fc.option(fc.array(row, { minLength: 3, maxLength: 3 }), { freq: 8 });
  const values = fc.array(value, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(values, fc.nat(7), fc.nat(8), (values, start, count) => {
      start = Math.min(start, values.length - 1);
      const end = Math.min(values.length, start + 1 + count);
      const wanted = values.slice(start, end);
      for (const type of Object.values(inner)) {
        const item = new Field<typeof type>("item", type, true);
        for (const outer of [new List(item), new LargeList(item), new FixedSizeList(3, item)]) {
          const [batch] =
            new Table({ z: vectorFromArray(values, outer) }).slice(start, end).batches;
          assertEquals(readAll(batch, "rows"), wanted.flatMap((v) => v ? v.map(whole) : [null]));
          assertEquals(
            readAll(batch, "flat"),
            wanted.map((v) => v?.every(whole) ? v.flat() : null),
          );
        }
      }
    }),
    { numRuns: 60 },
  );
});

function whole(row: readonly (number | null)[] | null): typeof row {
  return row === null || row.includes(null) ? null : row;
}

/** The rows of a batch, null where they are. */
function readAll(batch: RecordBatch, axes: "rows" | "flat"): (number[] | null)[] {
  const columns = { kind: "matrices", paths: [[0]], axes } as const;
  const { rows, dim, data, nullRows } = readColumns(batch, columns, 0);
  return Array.from(
    { length: rows },
    (_, row) =>
      nullRows.includes(row) ? null : Array.from(data.subarray(row * dim, (row + 1) * dim)),
  );
}

Deno.test("numbers in lists of lists are a view on the column's memory", () => {
  const type = new List(new Field("item", inner.list, true));
  const [batch] =
    new Table({ z: vectorFromArray([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], type) }).batches;
  const memory = batch.data.children[0].children[0].children[0].values.buffer;
  for (const axes of ["rows", "flat"] as const) {
    const columns = { kind: "matrices", paths: [[0]], axes } as const;
    assertStrictEquals(readColumns(batch, columns, 0).data.buffer, memory);
  }
});

Deno.test("lists of lists without room for a number are refused, however many they claim to be", async () => {
  for (const [outer, of] of [[0, 2], [2, 0]]) {
    const type = new FixedSizeList(outer, new Field("item", new FixedSizeList(of, f32), true));
    const { batches } = new Table({ z: vectorFromArray([[], []], type) });
    for (const axes of [ROWS, FLAT]) {
      const error = await assertRejects(() => readBatches(batches, axes), RankMeError);
      assertStringIncludes(error.message, "an embedding of no dimensions");
    }
  }
});

Deno.test("offsets of inner lists that lead out of the values are refused, without a row", () => {
  const type = new List(new Field("item", inner.list, true));
  for (const offsets of [[0, 2, 1, 8], [0, 2, 4, 99]]) {
    const [batch] = new Table({ z: vectorFromArray([[[1, 2], [3, 4], [5, 6]]], type) }).batches;
    batch.data.children[0].children[0].valueOffsets.set(offsets);
    for (const axes of ["rows", "flat"] as const) {
      const columns = { kind: "matrices", paths: [[0]], axes } as const;
      const error = assertThrows(() => readColumns(batch, columns, 0), RankMeError);
      assertEquals([error.code, error.place], ["corrupt", {}]);
    }
  }
});

// --- Sparse vectors ---

Deno.test("sparse vectors are refused, by name too, with what would do", async () => {
  const advice = "write dense vectors; in Spark: vector_to_array(features, 'float32')";
  for (const name of ["sparse-spark.arrows", "sparse-spark.arrow"]) {
    const error = await failure(name);
    assertEquals(error.code, "column");
    assertStringIncludes(error.message, "no column holds embeddings; there are: label (float64), ");
    assertStringIncludes(error.message, "features (sparse vector), ");
    assertStringIncludes(error.message, `; ${advice}`);
    assertEquals(
      (await failure(name, { column: "features.values" })).message,
      `column "features.values" is part of a sparse vector; ${advice}`,
    );
    assertEquals(
      (await failure(name, { column: "features" })).message,
      `column "features" is sparse vector; ${advice}`,
    );
  }
  const deep = await failure("sparse-deep.arrows", { column: "point.sparse.values" });
  assertStringIncludes(deep.message, "vector_to_array(point.sparse, 'float32')");
  assertEquals((await failure("sparse-deep.arrows")).code, "column");
});

Deno.test("dense vectors beside sparse ones are the embeddings", async () => {
  assertEquals((await readFixture("sparse-beside-dense.arrows")).rows, expectedRows());
});
