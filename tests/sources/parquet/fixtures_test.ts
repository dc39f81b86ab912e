import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import type { RowOptions } from "../../../src/sources/format_reader.ts";
import { openEmbeddings } from "../../../src/sources/open_embeddings.ts";
import { parquetReader } from "../../../src/sources/parquet/reader.ts";
import {
  DIM,
  expectedRow,
  expectedRows,
  fixtureBytes,
  readAtRandom,
  ROWS,
  value,
} from "../inputs.ts";

/** Rows and dimensions of the fixtures that codecs need something to do in. */
const LONG_ROWS = 100, LONG_DIM = 8;
const DIMENSION_NAMES = Array.from({ length: DIM }, (_, d) => `dim_${d}`);

const parquet = (name: string) => fixtureBytes(`parquet/${name}.parquet`);
const read = (name: string, options: RowOptions = {}) =>
  readAtRandom(parquetReader, parquet(name), options);

/** Every fixture of the ten short rows, whole. */
const SHORT: readonly (readonly [name: string, options?: RowOptions])[] = [
  ...["f16", "f32", "f64"].flatMap((type) =>
    ["list", "fixed-size-list", "large-list", "columns"].map((layout) =>
      [`${layout}-${type}`] as const
    )
  ),
  ["columns-mixed"],
  ["columns-required"],
  ["columns-f32", { columns: ["dim_*"] }],
  ["columns-f32", { columns: DIMENSION_NAMES }],
  ["list-required"],
  ["list-item"],
  ["row-groups"],
  ["empty-row-group"],
  ["checksums-v1"],
  ["checksums-v2"],
  ["company", { column: "model.vector" }],
  ["several-candidates", { column: "layer2" }],
  ["struct-of-columns", { columns: ["point.x*"] }],
  ["tensor-1-axes"],
  ["pandas"],
  ["pandas-columns"],
];

for (const [name, options] of SHORT) {
  Deno.test(`${name}${options ? ` ${JSON.stringify(options)}` : ""} has its ten rows`, async () => {
    assertEquals((await read(name, options)).rows, expectedRows());
  });
}

/** Every fixture of the hundred long rows, whole. */
const LONG: readonly (readonly [name: string, options?: RowOptions])[] = [
  ...["none", "snappy", "gzip", "zstd", "lz4", "brotli"].flatMap((codec) =>
    ["v1-plain", "v1-dictionary", "v2-plain", "v2-dictionary"].map((page) =>
      [`codec-${codec}-${page}`] as const
    )
  ),
  ...["f16", "f32", "f64"].flatMap((type) => [[`split-${type}-v1`], [`split-${type}-v2`]] as const),
  ["columns-dictionary-v1"],
  ["columns-dictionary-v2"],
  ...["v1", "v2", "dictionary"].flatMap((kind) =>
    [[`pages-list-${kind}`], [`pages-columns-${kind}`]] as const
  ),
  ["pages-index"],
  ["polars", { column: "list" }],
  ["polars", { column: "array" }],
  ["polars-columns"],
  ...["snappy", "lz4", "gzip", "brotli", "uncompressed"].map((codec) =>
    [`polars-${codec}`] as const
  ),
  ...[
    "uncompressed",
    "snappy",
    "zstd",
    "lz4_raw",
    "gzip",
    "brotli",
    "array",
    "columns",
    "columns-v2",
  ]
    .map((kind) => [`duckdb-${kind}`] as const),
  ...["uncompressed", "snappy", "lz4", "gzip", "zstd"].map((kind) =>
    [`fastparquet-${kind}`] as const
  ),
];

for (const [name, options] of LONG) {
  Deno.test(`${name}${options ? ` ${JSON.stringify(options)}` : ""} has its hundred rows`, async () => {
    const { rows } = await read(name, options);
    const expected = Array.from({ length: LONG_ROWS }, (_, row) => expectedRow(row, LONG_DIM));
    assertEquals(rows, expected);
  });
}

Deno.test("every fixture is read by some test", () => {
  const tested = new Set([...SHORT, ...LONG].map(([name]) => name));
  const others = ["null-", "polars-null", "lengths-", "encrypted-", "no-row", "tensor-2"];
  // Those of matrices_test.ts.
  const matrices = ["matrices-", "polars-mat", "duckdb-mat", "sparse-", "tensors-", "tensor-var"];
  for (const { name } of Deno.readDirSync(new URL("../../fixtures/parquet/", import.meta.url))) {
    const stem = name.replace(/\.parquet$/, "");
    assertEquals([
      name,
      tested.has(stem) || [...others, ...matrices].some((one) => stem.startsWith(one)),
    ], [
      name,
      true,
    ]);
  }
});

Deno.test("numbers keep their type, and several take the widest", async () => {
  const types = {
    "list-f16": Float16Array,
    "split-f16-v1": Float16Array,
    "columns-f16": Float16Array,
    "list-f32": Float32Array,
    "columns-f32": Float32Array,
    "list-f64": Float64Array,
    "columns-mixed": Float64Array,
  };
  for (const [name, type] of Object.entries(types)) {
    const { batches } = await read(name);
    assertInstanceOf(batches[0].data, type, name);
  }
});

const MISSING: readonly (readonly [name: string, rows: readonly number[]])[] = [
  ["null-rows-v1", [2, 7]],
  ["null-rows-v2", [2, 7]],
  ["null-rows-dictionary", [2, 7]],
  ["null-rows-fixed-size-list", [2, 7]],
  ["null-structs", [2, 7]],
  ["null-rows-first", [0, 1]],
  ["null-elements-v1", [5]],
  ["null-elements-v2", [5]],
  ["null-columns-v1", [5]],
  ["null-columns-v2", [5]],
];

for (const [name, missing] of MISSING) {
  Deno.test(`${name} lacks rows ${missing}, and refuses them by default`, async () => {
    const bytes = parquet(name);
    const { rows, skippedRows } = await readAtRandom(parquetReader, bytes, { nonFinite: "skip" });
    assertEquals(rows, expectedRows(0, ROWS, missing));
    assertEquals(skippedRows, missing.length);
    const error = await assertRejects(() => readAtRandom(parquetReader, bytes), RankMeError);
    assertEquals(error.code, "null");
    assertEquals(error.place, { row: missing[0], rowGroup: 0 });
  });
}

Deno.test("null rows of other writers are left out", async () => {
  for (const column of ["list", "array"]) {
    const options = { column, nonFinite: "skip" } as const;
    const { rows } = await readAtRandom(parquetReader, parquet("polars-null-rows"), options);
    const kept = Array.from({ length: LONG_ROWS }, (_, row) => row)
      .filter((row) => row !== 2 && row !== 7);
    assertEquals(rows, kept.map((row) => expectedRow(row, LONG_DIM)));
  }
});

Deno.test("nothing but nulls is no rows", async () => {
  const { rows, skippedRows } = await readAtRandom(parquetReader, parquet("null-all"), {
    nonFinite: "skip",
  });
  assertEquals([rows.length, skippedRows], [0, 3]);
});

Deno.test("a file without rows has none, with row groups or without", async () => {
  assertEquals((await read("no-rows")).rows, []);
  assertEquals((await read("no-row-groups")).rows, []);
});

Deno.test("tensors of several axes become rows as asked", async () => {
  const flat = Array.from({ length: ROWS }, (_, row) => expectedRow(row, 2 * DIM));
  assertEquals((await read("tensor-2-axes", { axes: "flat" })).rows, flat);
  const halves = flat.flatMap((row) => [row.slice(0, DIM), row.slice(DIM)]);
  assertEquals((await read("tensor-2-axes", { axes: "rows" })).rows, halves);
});

const REFUSALS: readonly (readonly [name: string, options: RowOptions, message: string])[] = [
  [
    "lengths-longer",
    {},
    "row group 1, row 6: an embedding of 4 dimensions where earlier ones have 3 " +
    '(column "embedding")',
  ],
  [
    "lengths-empty",
    {},
    "row group 1, row 6: an embedding of 0 dimensions where earlier ones have 3 " +
    '(column "embedding")',
  ],
  ["encrypted-footer", {}, "the footer is encrypted; write it without encryption"],
  [
    "encrypted-columns",
    {},
    'row group 0: column "embedding.list.element" is encrypted; write it without encryption',
  ],
  [
    "tensor-2-axes",
    {},
    'column "embedding" holds tensors of shape (2, 3); pass --axes rows (every leading axis is ' +
    "rows, D = 3) or --axes flat (one row per first index, D = 6)",
  ],
  [
    "several-candidates",
    {},
    "several columns could be embeddings: layer1 (list<float32>), layer2 (list<float32>); " +
    "choose one with --column NAME",
  ],
  [
    "company",
    { column: "text" },
    'there is no column "text"; there are: bool (boolean), int64 (int64), string (string), ' +
    "binary (byte_array), fixed_binary (fixed_len_byte_array), decimal (decimal), date32 (date), " +
    "time32 (time), timestamp (timestamp), model.vector (list<float32>), model.x (float32), " +
    "model.y (string) and 6 more",
  ],
  [
    "company",
    { column: "list_of_lists" },
    'column "list_of_lists" holds list<list<float64>>; pass --axes rows (every innermost list is a ' +
    "row) or --axes flat (one row per value, whose lists have the same lengths in all)",
  ],
  [
    "company",
    { column: "list_of_structs" },
    'column "list_of_structs" is list<struct>; a column of lists of float16, float32 or float64 ' +
    "is needed",
  ],
  [
    "company",
    { column: "list_of_ints" },
    'column "list_of_ints" is list<int64>; a column of lists of float16, float32 or float64 is ' +
    "needed",
  ],
  [
    "company",
    { columns: ["decimal"] },
    'column "decimal" is decimal; each of --columns must be float16, float32 or float64',
  ],
  [
    "columns-f32",
    { column: "dim_0", columns: ["dim_1"] },
    "both one column and several were asked for; pass --column or --columns",
  ],
];

for (const [name, options, message] of REFUSALS) {
  Deno.test(`${name} with ${JSON.stringify(options)} is refused: ${message}`, async () => {
    const error = await assertRejects(() => read(name, options), RankMeError);
    assertEquals(error.message, message);
  });
}

Deno.test("a file is told by its content and read from its end", async () => {
  const url = new URL("../../fixtures/parquet/codec-zstd-v2-dictionary.parquet", import.meta.url);
  const { format, batches } = await openEmbeddings(url);
  assertEquals(format, "parquet");
  let row = 0;
  for await (const batch of batches) {
    for (let i = 0; i < batch.rows; i++, row++) {
      assertEquals(Array.from(batch.row(i)), Array.from(batch.row(i), (_, d) => value(row, d)));
    }
  }
  assertEquals(row, LONG_ROWS);
});

Deno.test("a pipe has no end to read from", async () => {
  const stream = new Blob([parquet("list-f32")]).stream();
  const error = await assertRejects(() => openEmbeddings(stream), RankMeError);
  assertEquals([error.code, error.place.input], ["unsupported", "stream"]);
});

Deno.test("whole numbers and text that could be embeddings are called so, with what would do", async () => {
  const refused = async (name: string) =>
    (await assertRejects(
      () => readAtRandom(parquetReader, fixtureBytes(`field/${name}.parquet`)),
      RankMeError,
    )).message;
  assertStringIncludes(
    await refused("list-of-int8"),
    "embedding (list<integer>); cast its whole numbers to floats, as column.cast(",
  );
  assertStringIncludes(
    await refused("json-text"),
    "embedding (string); arrays in text are read in CSV and JSON Lines: write lists of floats",
  );
});
