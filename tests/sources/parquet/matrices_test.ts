/** Lists of lists, which become rows as it is asked for, and sparse vectors, which never do. */
import {
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import fc from "fast-check";
import { RankMeError } from "../../../src/errors.ts";
import type { RowOptions } from "../../../src/sources/format_reader.ts";
import { parquetReader } from "../../../src/sources/parquet/reader.ts";
import { isRegular } from "../../../src/sources/parquet/regular_levels.ts";
import type { UsableRowsOptions } from "../../../src/sources/usable_rows.ts";
import { ending, inLittleMemory } from "../hostile.ts";
import { expectedRow, expectedRows, fixtureBytes, inMemory, readAtRandom } from "../inputs.ts";
import { dataPage, floats, parquetFile, Repetition, runs } from "./parquet_bytes.ts";

const ROWS = { axes: "rows" } as const;
const FLAT = { axes: "flat" } as const;
const SKIP = { nonFinite: "skip" } as const;

const fixture = (name: string) => fixtureBytes(`parquet/${name}.parquet`);
const read = (name: string, options: RowOptions & UsableRowsOptions) =>
  readAtRandom(parquetReader, fixture(name), options);

/** Two rows of each of some values, one after the other. */
const pairs = (...values: readonly number[]) =>
  values.map((value) => expectedRows(2 * value, 2 * value + 2).flat());

async function failure(name: string, options: RowOptions = {}): Promise<RankMeError> {
  return await assertRejects(() => read(name, options), RankMeError);
}

const PAIRS = [
  "matrices-pairs-v1",
  "matrices-pairs-v2",
  "matrices-fixed-size-list",
  "matrices-large-list",
  "matrices-never-null",
  "polars-matrices",
  "duckdb-matrices",
];

for (const name of PAIRS) {
  Deno.test(`lists of lists in ${name} are rows, or each is one, as asked`, async () => {
    assertEquals((await read(name, ROWS)).rows, expectedRows());
    assertEquals((await read(name, FLAT)).rows, pairs(0, 1, 2, 3, 4));
  });
}

Deno.test("lists in lists in lists are read", async () => {
  assertEquals((await read("matrices-deep", ROWS)).rows, expectedRows());
  const flat = (await read("matrices-deep", FLAT)).rows;
  assertEquals(flat, [expectedRows(0, 5).flat(), expectedRows(5).flat()]);
});

for (const version of ["v1", "v2"]) {
  Deno.test(`nulls at each level of lists of lists are null rows, in pages of ${version}`, async () => {
    const name = `matrices-null-${version}`;
    const { rows, skippedRows } = await read(name, { ...ROWS, ...SKIP });
    assertEquals(rows, [0, 1, 4, 7, 8, 9].map((row) => expectedRow(row)));
    assertEquals(skippedRows, 3);
    const flat = await read(name, { ...FLAT, ...SKIP });
    assertEquals([flat.rows, flat.skippedRows], [pairs(0, 4), 3]);
    assertEquals((await failure(name, ROWS)).place, { rowGroup: 0, row: 2 });
    assertEquals((await failure(name, FLAT)).place, { rowGroup: 0, row: 1 });
    for (const axes of [ROWS, FLAT]) {
      const none = await read(`matrices-null-all-${version}`, { ...axes, ...SKIP });
      assertEquals([none.rows, none.skippedRows], [[], 2]);
    }
  });

  Deno.test(`any number of lists may be in each, as rows, in pages of ${version}`, async () => {
    assertEquals((await read(`matrices-ragged-${version}`, ROWS)).rows, expectedRows());
    assertEquals((await read(`matrices-empty-first-${version}`, ROWS)).rows, expectedRows(0, 2));
  });
}

const DIFFERENT = "lists of different lengths";
const OTHER = "lists of other lengths than in earlier rows";
const REFUSED: readonly (readonly [name: string, options: RowOptions, message: string])[] = [
  ["turned", ROWS, "row 2: an embedding of 2 dimensions where earlier ones have 3"],
  ["uneven", ROWS, "row 2: an embedding of 2 dimensions where earlier ones have 3"],
  ["uneven-first", ROWS, "row 1: an embedding of 4 dimensions where earlier ones have 2"],
  ["empty-lists", ROWS, "row 0: an embedding of no dimensions"],
  ["ragged", FLAT, `row 1: ${OTHER}`],
  ["turned", FLAT, `row 1: ${OTHER}`],
  ["uneven", FLAT, `row 1: ${OTHER}`],
  ["uneven-first", FLAT, `row 0: ${DIFFERENT}`],
  ["empty-first", FLAT, `row 0: ${DIFFERENT}`],
  ["empty-lists", FLAT, `row 0: ${DIFFERENT}`],
];

for (const [name, options, message] of REFUSED) {
  Deno.test(`${name} matrices are refused with --axes ${options.axes}: ${message}`, async () => {
    for (const version of ["v1", "v2"]) {
      const error = await failure(`matrices-${name}-${version}`, options);
      assertEquals(error.code, "dimension");
      const advice = options === FLAT
        ? "; with --axes rows, each innermost list is a row by itself"
        : "";
      assertEquals(error.message, `row group 0, ${message} (column "tokens")${advice}`);
    }
  });
}

Deno.test("lists of lists are refused until it is said what they become", async () => {
  for (const options of [{}, { column: "tokens" }]) {
    assertEquals(
      (await failure("matrices-pairs-v1", options)).message,
      'column "tokens" holds list<list<float32>>; pass --axes rows (every innermost list is a row) ' +
        "or --axes flat (one row per value, whose lists have the same lengths in all)",
    );
  }
});

Deno.test("a column of lists goes before lists of lists unless these are asked for", async () => {
  const name = "matrices-beside-vectors";
  const pooled = expectedRows(0, 5).map((row) => row.map((number) => -number));
  assertEquals((await read(name, {})).rows, pooled);
  assertEquals((await read(name, { column: "tokens", ...ROWS })).rows, expectedRows());
  assertStringIncludes(
    (await failure(name, ROWS)).message,
    "several columns could be embeddings: pooled (list<float32>), tokens (list<list<float32>>)",
  );
});

Deno.test("tensors in lists, and tensors of a shape each, are no rows", async () => {
  for (const options of [ROWS, FLAT]) {
    const error = await failure("tensors-in-lists", options);
    assertStringIncludes(error.message, 'column "tokens" holds tensors as list<fixed_size_list<');
  }
  for (const options of [{}, { column: "tokens.data" }, FLAT]) {
    const error = await failure("tensor-variable", options);
    assertStringIncludes(error.message, 'column "tokens" holds tensors as variable_shape_tensor; ');
  }
});

Deno.test("sparse vectors are refused, by name too, with what would do", async () => {
  const advice = "write dense vectors; in Spark: vector_to_array(features, 'float32')";
  const error = await failure("sparse-spark");
  assertEquals(error.code, "column");
  assertStringIncludes(error.message, "features (sparse vector), ");
  assertStringIncludes(error.message, `; ${advice}`);
  for (const [column, type] of [["features", ""], ["features.values", "part of a "]]) {
    assertEquals(
      (await failure("sparse-spark", { column })).message,
      `column "${column}" is ${type}sparse vector; ${advice}`,
    );
  }
  assertEquals((await read("sparse-beside-dense", {})).rows, expectedRows());
});

// --- Pages of the test's own making ---

type Row = readonly (number | null)[] | null;
type Value = readonly Row[] | null;

/** What stands for a number, or for what is missing: its levels, and itself. */
interface Entry {
  readonly repetition: number;
  readonly definition: number;
  readonly number?: number;
}

/** A value as the format takes it apart, where all of its lists and numbers may be null. */
function entriesOf(value: Value): Entry[] {
  if (value === null) return [{ repetition: 0, definition: 0 }];
  if (value.length === 0) return [{ repetition: 0, definition: 1 }];
  return value.flatMap((row, list): Entry[] => {
    const first = list === 0 ? 0 : 1;
    if (row === null) return [{ repetition: first, definition: 2 }];
    if (row.length === 0) return [{ repetition: first, definition: 3 }];
    return row.map((number, i) => {
      const repetition = i === 0 ? first : 2;
      return number === null
        ? { repetition, definition: 4 }
        : { repetition, definition: 5, number };
    });
  });
}

const { optional, repeated } = Repetition;
const LIST = 3, FLOAT = 4;

/** A file of one row group, whose pages end after so many entries each, over and over. */
function fileOf(entries: readonly Entry[], rows: number, sizes: readonly number[]) {
  const pages: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < entries.length; turn++) {
    const part = entries.slice(at, at + sizes[turn % sizes.length]);
    pages.push(dataPage({
      values: part.length,
      repetition: runs(...part.map(({ repetition }) => [1, repetition] as const)),
      definition: runs(...part.map(({ definition }) => [1, definition] as const)),
      numbers: floats(part.flatMap(({ number }) => number ?? [])),
    }));
    at += part.length;
  }
  const path = ["tokens", "list", "element", "list", "element"];
  return parquetFile({
    elements: [
      { name: "schema", children: 1 },
      { name: "tokens", repetition: optional, children: 1, converted: LIST },
      { name: "list", repetition: repeated, children: 1 },
      { name: "element", repetition: optional, children: 1, converted: LIST },
      { name: "list", repetition: repeated, children: 1 },
      { name: "element", repetition: optional, type: FLOAT },
    ],
    groups: [{ rows, chunks: [{ path, values: entries.length, pages }] }],
  });
}

/** The rows of a file, null where they are. */
async function rowsIn(bytes: Uint8Array, options: RowOptions): Promise<Row[]> {
  const found: Row[] = [];
  for await (
    const { rows, dim, data, nullRows = [] } of parquetReader.read!(inMemory(bytes), options)
  ) {
    for (let row = 0; row < rows; row++) {
      found.push(
        nullRows.includes(row) ? null : Array.from(data.subarray(row * dim, (row + 1) * dim)),
      );
    }
  }
  return found;
}

const whole = (row: Row): Row => row === null || row.includes(null) ? null : row;

Deno.test("lists of lists are read wherever pages end, with nulls anywhere", async () => {
  const number = fc.option(fc.integer({ min: -64, max: 64 }), { freq: 20 });
  const row = fc.option(fc.array(number, { minLength: 2, maxLength: 2 }), { freq: 8 });
  const even = fc.option(fc.array(row, { minLength: 3, maxLength: 3 }), { freq: 8 });
  const ragged = fc.option(fc.array(row, { maxLength: 3 }), { freq: 8 });
  const values = (value: fc.Arbitrary<Value>) => fc.array(value, { minLength: 1, maxLength: 9 });
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(values(even), values(ragged), sizes, async (even, ragged, sizes) => {
      for (const values of [even, ragged]) {
        const bytes = fileOf(values.flatMap(entriesOf), values.length, sizes);
        const wanted = values.flatMap((value) => value ? value.map(whole) : [null]);
        assertEquals(await rowsIn(bytes, ROWS), wanted);
      }
      const bytes = fileOf(even.flatMap(entriesOf), even.length, sizes);
      const wanted = even.map((value) => value?.every(whole) ? value.flat() : null);
      assertEquals(await rowsIn(bytes, FLAT), wanted);
    }),
    { numRuns: 200 },
  );
});

Deno.test("values of other lengths are refused wherever they are and pages end", async () => {
  const row = fc.array(fc.constant(1.5), { maxLength: 3 });
  const value = fc.array(row, { maxLength: 3 });
  const good = [[1, 2], [3, 4]];
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(value, fc.nat(4), sizes, async (other, place, sizes) => {
      const values: Value[] = Array(5).fill(good);
      values[place] = other;
      const isGood = other.length === 2 && other.every(({ length }) => length === 2);
      const bytes = fileOf(values.flatMap(entriesOf), 5, sizes);
      const end = await ending(() => readAtRandom(parquetReader, bytes, FLAT));
      assertEquals(end instanceof RankMeError, !isGood);
      if (!(end instanceof RankMeError)) return;
      // Where the first one is even, those after it are other ones.
      assertEquals(end.code, "dimension");
      assertLess(end.place.row!, 5);
    }),
    { numRuns: 200 },
  );
});

const element = (repetition: number, number = 1.5): Entry => ({
  repetition,
  definition: 5,
  number,
});

const DAMAGED: readonly (readonly [what: string, entries: readonly Entry[], rows: number])[] = [
  ["a level that goes on with nothing", [element(2), element(0)], 1],
  ["a list of lists that goes on with nothing", [element(1), element(0)], 1],
  ["a level deeper than the lists", [element(0), element(3)], 1],
  ["more values than rows", [element(0), element(0), element(0)], 2],
  ["fewer values than rows", [element(0), element(1)], 2],
  ["a null in place of a number", [element(0), { repetition: 2, definition: 2 }], 1],
  ["a definition level that there is not", [{ repetition: 0, definition: 7 }], 1],
];

for (const [what, entries, rows] of DAMAGED) {
  Deno.test(`levels with ${what} are refused`, async () => {
    for (const axes of [ROWS, FLAT]) {
      for (const size of [1, 2, 9]) {
        const bytes = fileOf(entries, rows, [size]);
        const error = await assertRejects(
          () => readAtRandom(parquetReader, bytes, axes),
          RankMeError,
        );
        assertEquals(["corrupt", "dimension"].includes(error.code), true, error.message);
      }
    }
  });
}

Deno.test("an empty list that goes on is refused, at the end of a page too", async () => {
  const empty = { repetition: 0, definition: 1 };
  for (const size of [1, 2, 9]) {
    const bytes = fileOf([element(0), element(2), empty, element(2)], 2, [size]);
    const error = await assertRejects(() => readAtRandom(parquetReader, bytes, ROWS), RankMeError);
    assertStringIncludes(error.message, "a list that goes on without elements, at levels 2 and 5");
  }
});

Deno.test("flipped bits end in rows or an error, in little memory and time", async () => {
  const bytes = fixture("matrices-null-v1");
  await inLittleMemory(async () => {
    let errors = 0;
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      for (const axes of [ROWS, FLAT]) {
        const end = await ending(() => readAtRandom(parquetReader, flipped, { ...axes, ...SKIP }));
        if (end instanceof RankMeError) errors++;
      }
    }
    assertGreater(errors, 1000);
  });
});

Deno.test("cut off at any byte, lists of lists end in an error", async () => {
  const bytes = fixture("matrices-pairs-v2");
  for (let length = 0; length < bytes.length; length++) {
    const cut = bytes.subarray(0, length);
    await assertRejects(() => readAtRandom(parquetReader, cut, ROWS), RankMeError);
  }
});

Deno.test("levels are regular where all lists of a depth have one length", () => {
  const cases:
    readonly (readonly [levels: readonly number[], depth: number, isRegular: boolean])[] = [
      [[0, 1, 1], 1, true],
      [[0, 2, 2, 1, 2, 2], 2, true],
      [[0, 1, 1], 2, true],
      [[0, 2, 2], 2, true],
      [[0, 3, 2, 3, 1, 3, 2, 3], 3, true],
      [[0, 2, 1, 2, 2], 2, false],
      [[0, 2, 2, 1, 2], 2, false],
      [[0, 3, 2, 3, 1, 3, 1, 3], 3, false],
      [[0, 3, 2, 3, 3, 1, 3, 2, 3, 3], 3, false],
      [[], 2, false],
    ];
  for (const [levels, depth, expected] of cases) {
    assertEquals(isRegular(levels, depth), expected, `${levels} of depth ${depth}`);
  }
});
