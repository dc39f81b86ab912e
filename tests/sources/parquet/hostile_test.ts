import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import type { RowOptions } from "../../../src/sources/format_reader.ts";
import { parquetReader } from "../../../src/sources/parquet/reader.ts";
import { ending, flipEveryBit, inLittleMemory, randomBytes, randomWords } from "../hostile.ts";
import { concatenated, DIM, expectedRows, fixtureBytes, readAtRandom, ROWS } from "../inputs.ts";
import {
  Codec,
  columnsSchema,
  dataPage,
  dataPageV2,
  dictionaryPage,
  encodeStruct,
  Encoding,
  floats,
  LIST_SCHEMA,
  listFile,
  listPage,
  page,
  type PageInit,
  parquetFile,
  Physical,
  runs,
  varint,
  withFooter,
} from "./parquet_bytes.ts";

const VALUES = ROWS * DIM;
const WHOLE = listPage(expectedRows());
const HUGE = 2 ** 40;

const read = (bytes: Uint8Array, options: RowOptions = {}) =>
  readAtRandom(parquetReader, bytes, options);

async function errorOf(bytes: Uint8Array, options?: RowOptions): Promise<RankMeError> {
  const end = await ending(() => read(bytes, options));
  assertInstanceOf(end, RankMeError);
  return end;
}

Deno.test("a file cut off at any byte is an error", async () => {
  for (const name of ["list-f32", "checksums-v2", "columns-f64"]) {
    const bytes = fixtureBytes(`parquet/${name}.parquet`);
    for (let length = 0; length < bytes.length; length++) {
      const error = await errorOf(bytes.subarray(0, length));
      assertEquals([length, error.code], [length, "truncated"]);
    }
  }
});

Deno.test("a file without its footer says what to do", async () => {
  const error = await errorOf(fixtureBytes("parquet/list-f32.parquet").subarray(0, 300));
  assertEquals(
    error.message,
    "a Parquet file without its footer; its writer was cut off, or not closed: write it again",
  );
});

Deno.test("a flipped bit loses no row, moves none and changes one number at most", async () => {
  for (const name of ["list-required", "columns-required", "list-f32"]) {
    const bytes = fixtureBytes(`parquet/${name}.parquet`);
    const flips = await flipEveryBit(bytes, (flipped) => read(flipped), expectedRows());
    assert(flips.errors > 0 && flips.oneNumber > 0, JSON.stringify(flips));
  }
});

for (const version of ["v1", "v2"]) {
  Deno.test(`with checksums, ${version}, no flipped bit changes a number`, async () => {
    const bytes = fixtureBytes(`parquet/checksums-${version}.parquet`);
    const flips = await flipEveryBit(bytes, (flipped) => read(flipped), expectedRows());
    assertEquals(flips.oneNumber, 0);
    assert(flips.errors > flips.harmless, JSON.stringify(flips));
  });
}

Deno.test("random bytes between the magics are errors", async () => {
  const magic = new TextEncoder().encode("PAR1");
  for (let seed = 1; seed <= 300; seed++) {
    const footer = randomBytes(seed, 200);
    await errorOf(withFooter(concatenated(magic, randomBytes(seed + 1000, 100)), footer));
  }
});

Deno.test("random bytes in a file end in an error or in rows", async () => {
  const bytes = fixtureBytes("parquet/codec-snappy-v1-dictionary.parquet");
  const next = randomWords(7);
  for (let trial = 0; trial < 500; trial++) {
    const changed = bytes.slice();
    for (let i = 0; i < 4; i++) changed[next() % bytes.length] = next() >>> 24;
    const end = await ending(() => read(changed));
    if (!(end instanceof RankMeError)) assertEquals(end.rows.length, 100);
  }
});

/** A file of one page that lies. */
function pageThatLies(init: Partial<PageInit>, chunk = {}): Uint8Array<ArrayBuffer> {
  return listFile(ROWS, VALUES, [dataPage({ ...WHOLE, ...init })], chunk);
}

const whole = dataPage(WHOLE);
const path = ["embedding", "list", "element"];
const sizes = (compressed: number, uncompressed: number) => ({
  2: { i32: uncompressed },
  3: { i32: compressed },
});

/** Files that contradict themselves, and what is said about it. */
const LIES: { readonly [name: string]: readonly [bytes: Uint8Array<ArrayBuffer>, says: string] } = {
  "a footer longer than the file": [
    withFooter(new Uint8Array(4), new Uint8Array(10), 0xffffffff),
    "a footer of 4294967295 bytes in a file of 22",
  ],
  "a footer of nothing": [withFooter(new Uint8Array(4), new Uint8Array(0)), "does not end"],
  "a footer without fields": [withFooter(new Uint8Array(4), Uint8Array.of(0)), ""],
  "a list of more elements than bytes": [
    withFooter(new Uint8Array(4), Uint8Array.of(0x29, 0xfc, ...varint(2 ** 27), 0)),
    "a list of 134217728 elements in a header",
  ],
  "lists that nest": [
    withFooter(
      new Uint8Array(4),
      concatenated(Uint8Array.of(0x29), new Uint8Array(10_000).fill(0x19)),
    ),
    "headers that nest too deep",
  ],
  "structs that nest": [
    withFooter(new Uint8Array(4), new Uint8Array(100_000).fill(0x1c)),
    "headers that nest too deep",
  ],
  "a number that does not end": [
    withFooter(
      new Uint8Array(4),
      concatenated(Uint8Array.of(0x16), new Uint8Array(60_000).fill(0xff)),
    ),
    "a number of more than 64 bits",
  ],
  "text longer than the footer": [
    withFooter(new Uint8Array(4), Uint8Array.of(0x68, ...varint(2 ** 40), 0)),
    "a header longer than its bytes",
  ],
  "bytes after the footer's end": [
    withFooter(new Uint8Array(4), concatenated(encodeStruct({ 1: { i32: 1 } }), new Uint8Array(9))),
    "a footer that ends 9 bytes early",
  ],
  "a schema of fields that are not there": [
    parquetFile({ elements: [{ name: "schema", children: 2 ** 30 }], groups: [] }),
    "a field with 1073741824 others inside",
  ],
  "a schema of groups that nest": [
    parquetFile({
      elements: Array.from({ length: 5000 }, () => ({ name: "a", children: 1 })),
      groups: [],
    }),
    "a schema of more than 100 levels",
  ],
  "a schema of more fields than columns": [
    parquetFile({ elements: [...LIST_SCHEMA, LIST_SCHEMA[3]], groups: [] }),
    "1 fields in no column",
  ],
  "fewer chunks than columns": [
    parquetFile({ elements: LIST_SCHEMA, groups: [{ rows: 1, chunks: [] }] }),
    "0 column chunks for 1 columns",
  ],
  "another number of rows": [
    parquetFile({
      elements: LIST_SCHEMA,
      groups: [{ rows: ROWS, chunks: [{ path, values: VALUES, pages: [whole] }] }],
      rows: ROWS + 1,
    }),
    "11 rows, but 10 in row groups",
  ],
  "rows below zero": [listFile(-1, VALUES, [whole]), "-1 rows"],
  "rows beyond counting": [listFile(2 ** 60, VALUES, [whole]), "1152921504606846976 rows"],
  "more rows than values": [listFile(HUGE, VALUES, [whole]), "30 values in 1099511627776 rows"],
  "values that are in no page": [
    listFile(HUGE, HUGE, [whole]),
    "30 of 1099511627776 values",
  ],
  "rows that are in no page": [listFile(ROWS + 1, VALUES, [whole]), "1 rows fewer"],
  "more rows than the row group says": [listFile(ROWS - 1, VALUES, [whole]), "more rows"],
  "a page of more values than the chunk": [
    listFile(ROWS, VALUES - 1, [whole]),
    "a page of 30 values where 29 are left",
  ],
  "a chunk of another column": [
    listFile(ROWS, VALUES, [whole], { path: ["embedding", "list", "item"] }),
    'column "embedding.list.item" in place of column "embedding.list.element"',
  ],
  "a chunk of another type": [
    listFile(ROWS, VALUES, [whole], { type: Physical.double }),
    'column "embedding.list.element" is of type DOUBLE here',
  ],
  "a chunk beyond the data": [
    listFile(ROWS, VALUES, [whole], { lies: { 9: { i64: HUGE } } }),
    `from byte ${HUGE} to`,
  ],
  "a chunk before the file": [
    listFile(ROWS, VALUES, [whole], { lies: { 9: { i64: -5 } } }),
    "-5 bytes",
  ],
  "a chunk in the magic": [
    listFile(ROWS, VALUES, [whole], { lies: { 9: { i64: 0 } } }),
    "from byte 0 to",
  ],
  "a chunk longer than the data": [
    listFile(ROWS, VALUES, [whole], { lies: { 7: { i64: HUGE } } }),
    "from byte 4 to",
  ],
  "a chunk of no bytes": [
    listFile(ROWS, VALUES, [whole], { lies: { 7: { i64: 0 } } }),
    "from byte 4",
  ],
  "two chunks of the same bytes": [
    parquetFile({
      elements: LIST_SCHEMA,
      groups: [0, 1].map(() => ({
        rows: ROWS,
        chunks: [{ path, values: VALUES, pages: [whole], lies: { 9: { i64: 4 } } }],
      })),
    }),
    "two column chunks of the same bytes",
  ],
  "columns of different numbers of rows": [
    parquetFile({
      elements: columnsSchema(2),
      groups: [{
        rows: 2,
        chunks: [2, 3].map((values, i) => ({
          path: [`dim_${i}`],
          values,
          pages: [dataPage({ values, numbers: floats(Array(values).fill(1)) })],
        })),
      }],
    }),
    "3 values in 2 rows",
  ],
  "columns of rows that are in no page": [
    parquetFile({
      elements: columnsSchema(2),
      groups: [{
        rows: HUGE,
        chunks: [0, 1].map((i) => ({
          path: [`dim_${i}`],
          values: HUGE,
          pages: [dataPage({ values: 2, numbers: floats([1, 2]) })],
        })),
      }],
    }),
    "2 of 1099511627776 values",
  ],
  "a page that reaches out of its chunk": [
    pageThatLies({ lies: sizes(2 ** 31 - 1, 100) }),
    "a page of 2147483647 bytes",
  ],
  "a page whose size is of another type": [
    pageThatLies({ lies: { 2: { i64: 100 } } }),
    "a page header with numbers of another type",
  ],
  "a page whose number of values is of another type": [
    listFile(ROWS, VALUES, [
      dataPageV2({ ...WHOLE, lies: { 1: { i64: VALUES } } }),
    ]),
    "a page header with numbers of another type",
  ],
  "a page of fewer bytes than none": [pageThatLies({ lies: sizes(-1, 100) }), "a page of -1 bytes"],
  "a page that becomes fewer bytes than none": [
    pageThatLies({ lies: { 2: { i32: -1 } } }),
    "a page of -1 bytes",
  ],
  "a page of an unknown kind": [
    listFile(ROWS, VALUES, [page(9, floats([1]), {})]),
    "an unknown kind",
  ],
  "a data page without its header": [
    listFile(ROWS, VALUES, [page(0, floats([1]), {})]),
    "a page of an unknown number of values",
  ],
  "a page of -1 values": [
    listFile(ROWS, VALUES, [dataPage({ ...WHOLE, values: -1 })]),
    "of -1 values",
  ],
  "a page that has 1 GB of nothing": [
    pageThatLies({ lies: { 2: { i32: 2 ** 30 } } }, { codec: Codec.zstd }),
    "a page of 1073741824 bytes for 30 values",
  ],
  "Snappy that claims 1 GB": [
    listFile(2 ** 28, 2 ** 28, [
      dataPage({ ...WHOLE, values: 2 ** 28, lies: { 2: { i32: 2 ** 30 } } }),
    ], { codec: Codec.snappy }),
    "of SNAPPY that claim to be 1073741824",
  ],
  "Zstandard that claims 1 GB and is none": [
    listFile(2 ** 28, 2 ** 28, [
      dataPage({ ...WHOLE, values: 2 ** 28, lies: { 2: { i32: 2 ** 30 } } }),
    ], { codec: Codec.zstd }),
    "",
  ],
  "a page that claims more than its bytes can hold": [
    pageThatLies({ lies: { 2: { i32: 2 ** 31 - 1 } } }, { codec: Codec.zstd }),
    "a page of 2.15 GB in ",
  ],
  "an uncompressed page of two lengths": [
    pageThatLies({ lies: { 2: { i32: 100 } } }),
    "that claims to have 100",
  ],
  "levels longer than the page": [
    listFile(ROWS, VALUES, [
      page(0, new Uint8Array(200).fill(0xff), {
        5: { struct: { 1: { i32: VALUES }, 2: { i32: 0 }, 3: { i32: 3 }, 4: { i32: 3 } } },
      }),
    ]),
    "levels of 4294967295 bytes",
  ],
  "levels longer than the page, in the second version": [
    listFile(ROWS, VALUES, [dataPageV2({ ...WHOLE, lies: { 6: { i32: 2 ** 30 } } })]),
    "levels of 1073741824 +",
  ],
  "levels shorter than none": [
    listFile(ROWS, VALUES, [dataPageV2({ ...WHOLE, lies: { 5: { i32: -4 } } })]),
    "+ -4 bytes",
  ],
  "fewer levels than values": [
    pageThatLies({ definition: runs([VALUES - 1, 3]) }),
    "a run that does not",
  ],
  "levels that are too high": [
    pageThatLies({ definition: runs([VALUES, 7]) }),
    "definition level 7",
  ],
  "a list that begins inside of one": [
    pageThatLies({ repetition: runs([VALUES, 1]) }),
    "a list that goes on before it begins",
  ],
  "elements of a list that is not there": [
    pageThatLies({ definition: runs([1, 1], [VALUES - 1, 3]) }),
    "an empty list that has elements",
  ],
  "elements after an empty list": [
    pageThatLies({ definition: runs([1, 3], [2, 1], [VALUES - 3, 3]) }),
    "definition level 1 in a list",
  ],
  "fewer numbers than levels": [
    pageThatLies({ numbers: WHOLE.numbers.subarray(4) }),
    "fewer numbers than it says",
  ],
  "more numbers than levels": [
    pageThatLies({ numbers: concatenated(WHOLE.numbers, floats([1])) }),
    "more numbers than it says",
  ],
  "split numbers in no whole number": [
    pageThatLies({ numbers: WHOLE.numbers.subarray(1), encoding: Encoding.split }),
    "more numbers than it says",
  ],
  "split numbers that are too few": [
    pageThatLies({ numbers: WHOLE.numbers.subarray(4), encoding: Encoding.split }),
    "fewer numbers than it says",
  ],
  "indices without a dictionary": [
    pageThatLies({ encoding: Encoding.dictionary }),
    "without the dictionary",
  ],
  "indices beyond the dictionary": [
    listFile(ROWS, VALUES, [
      dictionaryPage(floats([1, 2]), 2),
      dataPage({
        ...WHOLE,
        encoding: Encoding.dictionary,
        numbers: concatenated(Uint8Array.of(2), runs([VALUES, 2])),
      }),
    ]),
    "index 2 of a dictionary of 2 numbers",
  ],
  "indices of 33 bits": [
    listFile(ROWS, VALUES, [
      dictionaryPage(floats([1, 2]), 2),
      dataPage({ ...WHOLE, encoding: Encoding.dictionary, numbers: Uint8Array.of(33, 1, 2) }),
    ]),
    "indices of 33 bits",
  ],
  "two dictionaries": [
    listFile(ROWS, VALUES, [
      dictionaryPage(floats([1]), 1),
      dictionaryPage(floats([2]), 1),
      whole,
    ]),
    "a second dictionary",
  ],
  "a dictionary of more numbers than bytes": [
    listFile(ROWS, VALUES, [dictionaryPage(floats([1]), 2 ** 30), whole]),
    "a dictionary of 1073741824 numbers in 4 bytes",
  ],
};

for (const [name, [bytes, says]] of Object.entries(LIES)) {
  Deno.test(`${name}: ${says || "an error"}`, async () => {
    await inLittleMemory(async () => {
      const error = await errorOf(bytes);
      assertEquals(error.code, "corrupt", error.message);
      assert(error.message.includes(says), error.message);
    });
  });
}

Deno.test("a list of more numbers than any embedding ends soon", async () => {
  const values = 2 ** 31 - 1;
  const endless = {
    values,
    repetition: runs([1, 0], [values - 1, 1]),
    definition: runs([values, 3]),
    encoding: Encoding.dictionary,
    numbers: concatenated(Uint8Array.of(1), runs([values, 0])),
  };
  const pages = [dictionaryPage(floats([1]), 1), dataPage(endless)];
  const error = await inLittleMemory(() => errorOf(listFile(1, values, pages)));
  assertEquals(error.code, "dimension");
});

Deno.test("a checksum that is another is an error, with row group and column", async () => {
  const pages = [dataPage({ ...WHOLE, lies: { 4: { i32: 12345 } } })];
  const error = await errorOf(listFile(ROWS, VALUES, pages));
  assertEquals(
    error.message,
    "byte 4, row group 0: not valid Parquet data: a page whose checksum is another " +
      '(column "embedding"); it was damaged, or its writer has a fault: write it again',
  );
});
