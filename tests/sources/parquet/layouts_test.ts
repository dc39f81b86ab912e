/** What no writer at hand makes, but some did or may. */
import { assertEquals, assertRejects } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import type { RowOptions } from "../../../src/sources/format_reader.ts";
import { parquetReader } from "../../../src/sources/parquet/reader.ts";
import { concatenated, DIM, expectedRows, readAtRandom, ROWS } from "../inputs.ts";
import {
  Codec,
  columnsSchema,
  dataPage,
  dataPageV2,
  dictionaryPage,
  type Element,
  Encoding,
  floats,
  listFile,
  listPage,
  page,
  type PageInit,
  parquetFile,
  Physical,
  Repetition,
  runs,
} from "./parquet_bytes.ts";

const { required, optional, repeated } = Repetition;
const { float } = Physical;
/** The converted type LIST. */
const LIST = 3;
const VALUES = ROWS * DIM;
const NUMBERS = floats(expectedRows().flat());

const read = (bytes: Uint8Array, options: RowOptions = {}) =>
  readAtRandom(parquetReader, bytes, options);

/** The schema of one list column, below the root. */
interface ListLayout {
  readonly elements: readonly Element[];
  /** The definition level of a number. */
  readonly definition: number;
}

const LISTS: { readonly [writer: string]: ListLayout } = {
  "Spark and pyarrow, `list.element`": {
    elements: [
      { name: "embedding", repetition: optional, children: 1, converted: LIST },
      { name: "list", repetition: repeated, children: 1 },
      { name: "element", repetition: optional, type: float },
    ],
    definition: 3,
  },
  "Spark's old way for lists that may hold nulls, `bag.array`": {
    elements: [
      { name: "embedding", repetition: optional, children: 1, converted: LIST },
      { name: "bag", repetition: repeated, children: 1 },
      { name: "array", repetition: optional, type: float },
    ],
    definition: 3,
  },
  "Hive, `bag.array_element`": {
    elements: [
      { name: "embedding", repetition: optional, children: 1, converted: LIST },
      { name: "bag", repetition: repeated, children: 1 },
      { name: "array_element", repetition: optional, type: float },
    ],
    definition: 3,
  },
  "parquet-avro and Spark's old way, a bare `array`": {
    elements: [
      { name: "embedding", repetition: optional, children: 1, converted: LIST },
      { name: "array", repetition: repeated, type: float },
    ],
    definition: 2,
  },
  "parquet-thrift, a bare `embedding_tuple` in a required list": {
    elements: [
      { name: "embedding", repetition: required, children: 1, converted: LIST },
      { name: "embedding_tuple", repetition: repeated, type: float },
    ],
    definition: 1,
  },
  "Protocol Buffers, a repeated field": {
    elements: [{ name: "embedding", repetition: repeated, type: float }],
    definition: 1,
  },
  "a repeated field in a struct": {
    elements: [
      { name: "model", repetition: optional, children: 1 },
      { name: "embedding", repetition: repeated, type: float },
    ],
    definition: 2,
  },
};

function fileOf({ elements, definition }: ListLayout, init: Partial<PageInit> = {}) {
  const whole = { ...listPage(expectedRows()), definition: runs([VALUES, definition]), ...init };
  return parquetFile({
    elements: [{ name: "schema", children: 1 }, ...elements],
    groups: [{
      rows: ROWS,
      chunks: [{
        path: elements.map(({ name }) => name),
        values: whole.values,
        pages: [dataPage(whole)],
      }],
    }],
  });
}

for (const [writer, layout] of Object.entries(LISTS)) {
  Deno.test(`lists as of ${writer} are read`, async () => {
    assertEquals((await read(fileOf(layout))).rows, expectedRows());
  });
  Deno.test(`an empty list as of ${writer} has no dimensions`, async () => {
    const rows = expectedRows(1);
    const lengths = rows.map(({ length }) => [[1, 0], [length - 1, 1]] as const).flat();
    const init = {
      values: VALUES - DIM + 1,
      repetition: runs([1, 0], ...lengths),
      definition: runs([1, layout.definition - (layout.definition === 3 ? 2 : 1)], [
        VALUES - DIM,
        layout.definition,
      ]),
      numbers: floats(rows.flat()),
    };
    const error = await assertRejects(() => read(fileOf(layout, init)), RankMeError);
    assertEquals([error.code, error.what], [
      "dimension",
      layout.elements[0].name === "model"
        ? 'an embedding of no dimensions (column "model.embedding")'
        : 'an embedding of no dimensions (column "embedding")',
    ]);
  });
}

const NOT_VECTORS: { readonly [layout: string]: readonly Element[] } = {
  "a list of structs of one field": [
    { name: "embedding", repetition: optional, children: 1, converted: LIST },
    { name: "array", repetition: repeated, children: 1 },
    { name: "x", repetition: optional, type: float },
  ],
  "a list of lists": [
    { name: "embedding", repetition: optional, children: 1, converted: LIST },
    { name: "list", repetition: repeated, children: 1 },
    { name: "element", repetition: repeated, type: float },
  ],
  "a repeated struct": [
    { name: "embedding", repetition: repeated, children: 1 },
    { name: "x", repetition: optional, type: float },
  ],
  "a map to floats": [
    { name: "embedding", repetition: optional, children: 1, converted: 1 },
    { name: "key_value", repetition: repeated, children: 1 },
    { name: "value", repetition: optional, type: float },
  ],
  "bytes that are no float16": [{
    name: "embedding",
    repetition: optional,
    type: Physical.fixed,
    typeLength: 2,
  }],
};

for (const [name, elements] of Object.entries(NOT_VECTORS)) {
  Deno.test(`${name} is not taken for embeddings`, async () => {
    const bytes = parquetFile({
      elements: [{ name: "schema", children: 1 }, ...elements],
      groups: [],
    });
    const error = await assertRejects(() => read(bytes), RankMeError);
    assertEquals(error.code, "column");
  });
}

Deno.test("rows go on in the next page, wherever one ends", async () => {
  const numbers = expectedRows().flat();
  for (let size = 1; size <= VALUES; size++) {
    const pages: Uint8Array[] = [];
    for (let start = 0; start < VALUES; start += size) {
      const part = numbers.slice(start, start + size);
      pages.push(dataPage({
        values: part.length,
        repetition: runs(...part.map((_, i) => [1, (start + i) % DIM === 0 ? 0 : 1] as const)),
        definition: runs([part.length, 3]),
        numbers: floats(part),
      }));
    }
    assertEquals((await read(listFile(ROWS, VALUES, pages))).rows, expectedRows(), `${size}`);
  }
});

Deno.test("pages without values and index pages are passed over", async () => {
  const empty = { values: 0, repetition: runs(), definition: runs(), numbers: floats([]) };
  const whole = dataPage(listPage(expectedRows()));
  const pages = [dataPage(empty), page(1, NUMBERS, {}), dataPageV2(empty), whole];
  assertEquals((await read(listFile(ROWS, VALUES, pages))).rows, expectedRows());
});

Deno.test("a column may have both versions of pages, a dictionary for some", async () => {
  const rows = expectedRows();
  const distinct = [...new Set(rows.slice(0, 3).flat())];
  const indices = rows.slice(0, 3).flat().map((number) => [1, distinct.indexOf(number)] as const);
  const pages = [
    dictionaryPage(floats(distinct), distinct.length, Encoding.dictionary),
    dataPage({
      ...listPage(rows.slice(0, 3)),
      encoding: Encoding.dictionary,
      numbers: concatenated(Uint8Array.of(8), runs(...indices)),
    }),
    dataPageV2(listPage(rows.slice(3, 7))),
    dataPage(listPage(rows.slice(7))),
  ];
  assertEquals((await read(listFile(ROWS, VALUES, pages))).rows, rows);
});

/** Literals and nothing else, as an LZ4 block. */
function lz4Literals(bytes: Uint8Array): Uint8Array {
  const more: number[] = [];
  let length = bytes.length;
  if (length >= 15) {
    for (length -= 15; length >= 255; length -= 255) more.push(255);
    more.push(length);
  }
  return concatenated(Uint8Array.of(Math.min(bytes.length, 15) << 4, ...more), bytes);
}

function bigEndian(number: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

function hadoopChunk(bytes: Uint8Array): Uint8Array {
  const block = lz4Literals(bytes);
  return concatenated(bigEndian(block.length), block);
}

const FRAMINGS: { readonly [name: string]: (bytes: Uint8Array) => Uint8Array } = {
  "one frame": (bytes) => concatenated(bigEndian(bytes.length), hadoopChunk(bytes)),
  "a frame of several chunks": (bytes) =>
    concatenated(
      bigEndian(bytes.length),
      hadoopChunk(bytes.subarray(0, 50)),
      hadoopChunk(bytes.subarray(50)),
    ),
  "several frames": (bytes) =>
    concatenated(
      ...[bytes.subarray(0, 50), bytes.subarray(50)]
        .flatMap((part) => [bigEndian(part.length), hadoopChunk(part)]),
    ),
  "a bare block": lz4Literals,
};

/** As many bytes as can hold more than a page may have. */
const MANY_ROWS = Array.from({ length: 10_000 }, () => [1, 2, 3, 4]);

for (const [name, compress] of Object.entries(FRAMINGS)) {
  Deno.test(`Hadoop's LZ4 is read from ${name}`, async () => {
    const pages = [dataPage({ ...listPage(expectedRows()), compress })];
    const bytes = listFile(ROWS, VALUES, pages, { codec: Codec.lz4 });
    assertEquals((await read(bytes)).rows, expectedRows());
    const cut = [dataPage({
      ...listPage(expectedRows()),
      compress: (body) => compress(body).slice(0, -1),
    })];
    const error = await assertRejects(
      () => read(listFile(ROWS, VALUES, cut, { codec: Codec.lz4 })),
      RankMeError,
    );
    assertEquals(error.code, "corrupt");
  });
}

const UNSUPPORTED: { readonly [what: string]: Uint8Array<ArrayBuffer> } = {
  "pages compressed with LZO": listFile(ROWS, VALUES, [dataPage(listPage(expectedRows()))], {
    codec: Codec.lzo,
  }),
  "pages compressed with an unknown codec": listFile(
    ROWS,
    VALUES,
    [dataPage(listPage(expectedRows()))],
    { codec: 30 },
  ),
  "a page encoded as DELTA_BINARY_PACKED": listFile(ROWS, VALUES, [
    dataPage({ ...listPage(expectedRows()), encoding: Encoding.delta }),
  ]),
  "a page encoded as BIT_PACKED": listFile(ROWS, VALUES, [
    dataPage({ ...listPage(expectedRows()), levelEncoding: Encoding.bitPacked }),
  ]),
  "a page of 1.07 GB": listFile(10_000, 40_000, [
    dataPage({ ...listPage(MANY_ROWS), lies: { 2: { i32: 2 ** 30 + 1 } } }),
  ]),
  "a page encoded as something unknown": listFile(ROWS, VALUES, [
    dataPage({ ...listPage(expectedRows()), encoding: 99 }),
  ]),
};

for (const [what, bytes] of Object.entries(UNSUPPORTED)) {
  Deno.test(`${what} is refused`, async () => {
    const error = await assertRejects(() => read(bytes), RankMeError);
    assertEquals([error.code, error.what], ["unsupported", `${what} (column "embedding")`]);
    assertEquals(error.place.rowGroup, 0);
  });
}

Deno.test("a column with a dot in its name hides the field of a struct", async () => {
  const chunk = (path: string[], numbers: readonly number[]) => ({
    path,
    values: 2,
    pages: [dataPage({ values: 2, numbers: floats(numbers) })],
  });
  const bytes = parquetFile({
    elements: [
      { name: "schema", children: 2 },
      { name: "a", repetition: required, children: 1 },
      { name: "b", repetition: required, type: float },
      { name: "a.b", repetition: required, type: float },
    ],
    groups: [{ rows: 2, chunks: [chunk(["a", "b"], [1, 2]), chunk(["a.b"], [3, 4])] }],
  });
  assertEquals((await read(bytes, { columns: ["a.b"] })).rows, [[3], [4]]);
});

Deno.test("chunks may lie in any order, with gaps between", async () => {
  const column = (d: number, offset: number) => ({
    path: [`dim_${d}`],
    values: 2,
    pages: [dataPage({ values: 2, numbers: floats([d, 10 + d]) })],
    lies: { 9: { i64: offset } },
  });
  const length = column(0, 0).pages[0].length;
  const elements = columnsSchema(2);
  const swapped = parquetFile({
    elements,
    groups: [{ rows: 2, chunks: [column(0, 4), column(1, 4 + length)] }],
  });
  assertEquals((await read(swapped)).rows, [[0, 1], [10, 11]]);
  const backwards = parquetFile({
    elements,
    groups: [{
      rows: 2,
      chunks: [
        { ...column(0, 4 + length), pages: column(1, 0).pages },
        { ...column(1, 4), pages: column(0, 0).pages },
      ],
    }],
  });
  assertEquals((await read(backwards)).rows, [[0, 1], [10, 11]]);
});
