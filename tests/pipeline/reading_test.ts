import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { Reading } from "../../src/pipeline/reading.ts";
import { batchesOf } from "../covariance/rows.ts";
import { gaussian } from "../linalg/matrices.ts";
import { arrowBytes, inChunks, withFiles } from "./arrow.ts";

const DIM = 5, DATA = gaussian(1, 20 * DIM);

/** Which batches are no more. */
function gone(batches: readonly EmbeddingBatch[]): boolean[] {
  return batches.map(({ data }) => (data.buffer as ArrayBuffer).detached);
}

Deno.test("lent batches are freed once all of their rows have been taken in", async () => {
  const bytes = await arrowBytes(DATA, DIM, 8);
  await withFiles([bytes], async (path) => {
    for (const source of [path, inChunks(bytes, 100)]) {
      const reading = new Reading({ lends: true });
      const batches = await Array.fromAsync(reading.batches(source, {}));
      assertEquals(batches.map(({ rows }) => rows), [8, 8, 4]);
      reading.giveBack(7);
      assertEquals(gone(batches), [false, false, false]);
      assertEquals([...batches[0].row(7)], [...DATA.subarray(7 * DIM, 8 * DIM)]);
      reading.giveBack(15);
      assertEquals(gone(batches), [true, false, false]);
      assertThrows(() => batches[0].row(7), TypeError);
      assertEquals([...batches[1].row(7)], [...DATA.subarray(15 * DIM, 16 * DIM)]);
      reading.giveBack(15);
      reading.giveBack(20);
      assertEquals(gone(batches), [true, true, true]);
    }
  });
});

Deno.test("rows are counted through all shards, and batches of a program are left alone", async () => {
  const bytes = await arrowBytes(DATA, DIM, 20);
  const made = batchesOf(DATA, DIM, 20);
  const reading = new Reading({ lends: true });
  const shards = [inChunks(bytes, 999), made, ReadableStream.from(made), inChunks(bytes, 999)];
  const batches = await Array.fromAsync(reading.batches(shards, {}));
  reading.giveBack(60);
  assertEquals(gone(batches), [true, false, false, false]);
  reading.giveBack(80);
  assertEquals(gone(batches), [true, false, false, true]);
});

Deno.test("rows that were left out do not count", async () => {
  const data = DATA.slice();
  data[0] = NaN;
  const reading = new Reading({ lends: true });
  const source = inChunks(await arrowBytes(data, DIM, 8), 999);
  const batches = await Array.fromAsync(reading.batches(source, { nonFinite: "skip" }));
  assertEquals(batches.map(({ rows }) => rows), [7, 8, 4]);
  reading.giveBack(15);
  assertEquals(gone(batches), [true, true, false]);
});

Deno.test("batches that are not lent may be kept", async () => {
  const reading = new Reading();
  const source = inChunks(await arrowBytes(DATA, DIM, 8), 999);
  const batches = await Array.fromAsync(reading.batches(source, {}));
  reading.giveBack(20);
  assertEquals(gone(batches), [false, false, false]);
});

Deno.test("a stream of bytes is read right into the memory of its batches", async () => {
  const numbers = gaussian(1, 20_000 * DIM);
  const bytes = await arrowBytes(numbers, DIM, 20_000);
  const asked: number[] = [];
  let at = 0;
  const source: ReadableStream<Uint8Array> = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const view = controller.byobRequest!.view as Uint8Array;
      asked.push(view.length);
      const part = bytes.subarray(at, at + view.length);
      view.set(part);
      at += part.length;
      if (part.length === 0) controller.close();
      controller.byobRequest!.respond(part.length);
    },
  });
  const [{ data }] = await Array.fromAsync(new Reading().batches(source, {}));
  assertEquals(data.findIndex((number, i) => number !== numbers[i]), -1);
  // All but what came with the first chunk, at once.
  assert(asked.some((length) => length > bytes.length - 70_000), `${asked}`);
});

/** Batches of two columns side by side. */
function wide(names: readonly [string, string], width: number): EmbeddingBatch[] {
  const columns = [
    { name: names[0], start: 0, end: width },
    { name: names[1], start: width, end: 4 },
  ];
  const data = Float32Array.of(1, 2, 3, 4);
  return [new EmbeddingBatch({ data, dim: 4, columns, keys: { class: ["x"] } })];
}

Deno.test("shards have the same columns side by side, of the same widths", async () => {
  const read = (...shards: EmbeddingBatch[][]) =>
    Array.fromAsync(new Reading().batches(shards, { names: ["first", "second"] }));
  const first = wide(["a", "b"], 1);
  const batches = await read(first, wide(["a", "b"], 1));
  assertEquals(batches.map(({ offset, keys }) => [offset, keys]), [
    [0, { class: ["x"] }],
    [1, { class: ["x"] }],
  ]);
  assertEquals(batches[1].columns, first[0].columns);
  const others: [EmbeddingBatch[], string, string][] = [
    [wide(["a", "c"], 1), "column", 'column "c" where first has column "b"'],
    [wide(["b", "a"], 1), "column", 'column "b" where first has column "a"'],
    [
      wide(["a", "b"], 2),
      "dimension",
      'column "a" has 2 dimensions where that of first has 1',
    ],
    [batchesOf(DATA.subarray(0, 4), 4, 1), "column", 'no column where first has column "a"'],
    [batchesOf(DATA.subarray(0, 5), 5, 1), "column", 'no column where first has column "a"'],
  ];
  for (const [second, code, what] of others) {
    const error = await assertRejects(() => read(first, second), RankMeError);
    assertEquals([error.code, error.what, error.place.input], [code, what, "second"]);
  }
  const plain = await assertRejects(
    () => read(batchesOf(DATA.subarray(0, 4), 4, 1), first),
    RankMeError,
  );
  assertEquals(plain.what, 'column "a" where first has no column');
});

Deno.test("wide batches that are lent are freed, and shards of two formats are one data set", async () => {
  const fixture = (name: string) => new URL(`../fixtures/wide/${name}`, import.meta.url);
  const files = ["pyarrow.arrow", "polars.parquet", "pandas.jsonl", "compressed.npz"];
  const reading = new Reading({ lends: true });
  const options = { column: ["layer2", "layer1"], keys: ["whole"] };
  const rows: number[][] = [], keys: string[] = [];
  const lent: EmbeddingBatch[] = [];
  for await (const batch of reading.batches(files.map(fixture), options)) {
    for (let row = 0; row < batch.rows; row++) rows.push([...batch.row(row)]);
    keys.push(...batch.keys!.whole);
    lent.push(batch);
    reading.giveBack(rows.length);
  }
  assertEquals(gone(lent), lent.map(() => true));
  assertEquals(rows.length, 48);
  for (let shard = 1; shard < 4; shard++) {
    assertEquals(rows.slice(12 * shard, 12 * shard + 12), rows.slice(0, 12));
    assertEquals(keys.slice(12 * shard, 12 * shard + 12), keys.slice(0, 12));
  }
});
