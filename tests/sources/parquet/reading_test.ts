import { assert, assertEquals, assertRejects } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import type { RandomAccess } from "../../../src/sources/bytes/random_access.ts";
import { locateChunks } from "../../../src/sources/parquet/chunks.ts";
import { DimensionColumns } from "../../../src/sources/parquet/dimension_columns.ts";
import { FileWindow } from "../../../src/sources/parquet/file_window.ts";
import { readFooter } from "../../../src/sources/parquet/footer.ts";
import { parquetReader } from "../../../src/sources/parquet/reader.ts";
import { readSchema } from "../../../src/sources/parquet/schema.ts";
import type { RowBlock } from "../../../src/sources/row_block.ts";
import { concatenated, expectedRow, fixtureBytes, inMemory } from "../inputs.ts";
import { Codec, dataPage, floats, listFile, listPage, runs, varint } from "./parquet_bytes.ts";

const LONG_ROWS = 100, LONG_DIM = 8;

/** A file that counts how often it is read, and how much at a time. */
function counted(bytes: Uint8Array): { file: RandomAccess; reads: number[] } {
  const file = inMemory(bytes), reads: number[] = [];
  return {
    reads,
    file: {
      ...file,
      fill(position, memory) {
        reads.push(memory.length);
        return file.fill(position, memory);
      },
    },
  };
}

async function blocksOf(file: RandomAccess): Promise<RowBlock[]> {
  return await Array.fromAsync(parquetReader.read!(file, {}));
}

for (const kind of ["v1", "v2", "dictionary"]) {
  Deno.test(`columns of ${kind} pages read in slices of any size have the same rows`, async () => {
    const file = inMemory(fixtureBytes(`parquet/pages-columns-${kind}.parquet`));
    const footer = await readFooter(file);
    const schema = readSchema(footer.metadata.schema);
    const columns = schema.columns.map(({ floats }) => floats!);
    const groups = locateChunks(footer, schema, columns);
    const expected = Array.from({ length: LONG_ROWS }, (_, row) => expectedRow(row, LONG_DIM));
    for (let rows = 1; rows <= 33; rows++) {
      const reader = new DimensionColumns(new FileWindow(file), rows * LONG_DIM * 4);
      const found: number[][] = [];
      for (const group of groups) {
        for await (const { data, rows, dim, nullRows } of reader.read(group)) {
          assertEquals(nullRows, []);
          for (let row = 0; row < rows; row++) {
            found.push(Array.from(data.subarray(row * dim, (row + 1) * dim)));
          }
        }
      }
      assertEquals(found, expected, `${rows} rows at a time`);
    }
  });
}

Deno.test("nulls are told of in the slice that they are in", async () => {
  const file = inMemory(fixtureBytes("parquet/null-columns-v1.parquet"));
  const footer = await readFooter(file);
  const schema = readSchema(footer.metadata.schema);
  const columns = schema.columns.map(({ floats }) => floats!);
  const [group] = locateChunks(footer, schema, columns);
  const reader = new DimensionColumns(new FileWindow(file), 2 * columns.length * 4);
  const blocks = await Array.fromAsync(reader.read(group));
  assertEquals(blocks.map(({ nullRows }) => nullRows), [[], [], [1], [], []]);
});

Deno.test("many small pages are one read after the footer's", async () => {
  for (const name of ["pages-list-v1", "pages-columns-v2"]) {
    const { file, reads } = counted(fixtureBytes(`parquet/${name}.parquet`));
    await blocksOf(file);
    assertEquals(reads.length, 2, name);
  }
});

Deno.test("of other columns nothing is read, and of a long one a window at a time", async () => {
  const dim = 256, rows = 6000, perPage = 100;
  const numbers = Array.from({ length: perPage }, (_, row) => expectedRow(row, dim));
  const page = dataPage(listPage(numbers));
  const bytes = listFile(rows, rows * dim, Array(rows / perPage).fill(page));
  assert(bytes.length > 6e6);
  const { file, reads } = counted(bytes);
  const blocks = await blocksOf(file);
  assertEquals(blocks.reduce((sum, block) => sum + block.rows, 0), rows);
  assertEquals(blocks.map(({ data }) => data.byteLength > 1 << 20).includes(true), false);
  assert(Math.max(...reads) <= 4 << 20);
  assert(reads.reduce((sum, length) => sum + length) < 1.1 * bytes.length);
  assert(reads.length <= 4, `${reads.length} reads`);
  let row = 0;
  for (const { data, rows } of blocks) {
    for (let i = 0; i < rows; i++, row++) {
      assertEquals(data[i * dim + 7], Math.fround(numbers[row % perPage][7]));
    }
  }
});

Deno.test("blocks that were handed out are never written to again", async () => {
  for (const name of ["pages-list-v1", "pages-columns-v1", "codec-none-v2-dictionary"]) {
    const blocks: RowBlock[] = [], copies: number[][] = [];
    const file = inMemory(fixtureBytes(`parquet/${name}.parquet`));
    for await (const block of parquetReader.read!(file, {})) {
      blocks.push(block);
      copies.push(Array.from(block.data));
    }
    assertEquals(blocks.map(({ data }) => Array.from(data)), copies);
  }
});

Deno.test("null rows before the first length is known are blocks of their own", async () => {
  const nulls = 70_000, numbers = [[1, 2, 3], [4, 5, 6]];
  const page = dataPage({
    values: nulls + 6,
    repetition: runs([nulls + 1, 0], [2, 1], [1, 0], [2, 1]),
    definition: runs([nulls, 0], [6, 3]),
    numbers: floats(numbers.flat()),
  });
  const blocks = await blocksOf(inMemory(listFile(nulls + 2, nulls + 6, [page])));
  assertEquals(
    blocks.map(({ rows, dim, nullRows }) => [rows, dim, nullRows!.length]),
    [[65536, 0, 65536], [nulls - 65536, 0, nulls - 65536], [2, 3, 0]],
  );
  assertEquals(Array.from(blocks[2].data), numbers.flat());
});

Deno.test("a row longer than a block, and than a page, is read", async () => {
  const dim = 400_000;
  const row = Array.from({ length: dim }, (_, d) => d % 1000);
  const half = dim / 2;
  const pages = [0, 1, 2, 3].map((i) => {
    const part = i % 2 === 0 ? row.slice(0, half) : row.slice(half);
    return dataPage({
      values: half,
      repetition: i % 2 === 0 ? runs([1, 0], [half - 1, 1]) : runs([half, 1]),
      definition: runs([half, 3]),
      numbers: floats(part),
    });
  });
  const blocks = await blocksOf(inMemory(listFile(2, 2 * dim, pages)));
  assertEquals(blocks.map(({ rows, dim }) => [rows, dim]), [[1, dim], [1, dim]]);
  for (const { data } of blocks) assert(data.every((number, d) => number === d % 1000));
});

/** Bytes as Snappy literals of up to 64 KiB, which its format allows for any bytes. */
function snappyLiterals(bytes: Uint8Array): Uint8Array {
  const parts = [Uint8Array.from(varint(bytes.length))];
  for (let at = 0; at < bytes.length; at += 65536) {
    const part = bytes.subarray(at, at + 65536), last = part.length - 1;
    parts.push(concatenated(Uint8Array.of(61 << 2, last & 255, last >> 8), part));
  }
  return concatenated(...parts);
}

Deno.test("a Snappy page as large as DuckDB's is read, and one that is cut off is not", async () => {
  const dim = 1000, rows = 3000;
  const numbers = Array.from({ length: rows }, (_, row) => expectedRow(row, dim));
  const file = (compress: (bytes: Uint8Array) => Uint8Array) =>
    inMemory(listFile(rows, rows * dim, [dataPage({ ...listPage(numbers), compress })], {
      codec: Codec.snappy,
    }));
  let row = 0;
  for (const { data, rows } of await blocksOf(file(snappyLiterals))) {
    for (let i = 0; i < rows; i++, row++) {
      assertEquals(data[i * dim + 7], numbers[row][7]);
      assertEquals(data[i * dim + 999], numbers[row][999]);
    }
  }
  assertEquals(row, rows);
  const cut = file((bytes) => snappyLiterals(bytes).slice(0, -1));
  await assertRejects(() => blocksOf(cut), RankMeError, "not valid Parquet data");
});
