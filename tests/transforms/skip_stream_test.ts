import { assertEquals, assertThrows } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { SkipStream } from "../../src/transforms/skip_stream.ts";
import { countingStream } from "./counting.ts";

Deno.test("skipping leaves out exactly so many rows, wherever batches end", async () => {
  for (let count = 0; count <= 14; count++) {
    for (const sizes of [[13], [4, 4, 5], [1, 1, 1, 10], [6, 0, 7]]) {
      const rest = countingStream(sizes).pipeThrough(new SkipStream(count));
      const batches = await Array.fromAsync(rest);
      const rows = batches.flatMap(({ data }) => [...data]);
      assertEquals(rows, Array.from({ length: 13 }, (_, row) => row).slice(count));
      for (const { offset, data } of batches) assertEquals(data[0], offset);
    }
  }
});

Deno.test("rows that were left out are said to be done with, those passed on are not", async () => {
  const done: number[] = [];
  const stage = new SkipStream(7, { onRows: (rows) => done.push(rows) });
  await Array.fromAsync(countingStream([3, 3, 3, 3]).pipeThrough(stage));
  assertEquals(done, [3, 6]);
});

Deno.test("what is no number of rows cannot be skipped", () => {
  for (const count of [-1, 1.5, NaN, Infinity]) {
    assertThrows(() => new SkipStream(count), RankMeError, `not ${count}`);
  }
});

Deno.test("rows keep their columns, and what they belong to", async () => {
  const columns = [{ name: "a", start: 0, end: 1 }, { name: "b", start: 1, end: 2 }];
  const keys = { class: ["p", "q"] };
  const batch = new EmbeddingBatch({ data: Float32Array.of(1, 2, 3, 4), dim: 2, columns, keys });
  const [out] = await Array.fromAsync(ReadableStream.from([batch]).pipeThrough(new SkipStream(1)));
  assertEquals([out.columns, out.keys], [columns, { class: ["q"] }]);
});
