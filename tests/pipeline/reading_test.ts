import { assert, assertEquals, assertThrows } from "@std/assert";
import type { EmbeddingBatch } from "../../src/batch.ts";
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
