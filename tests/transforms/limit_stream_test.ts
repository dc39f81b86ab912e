import { assert, assertEquals, assertThrows } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { LimitStream } from "../../src/transforms/limit_stream.ts";
import { countingBatch, countingStream } from "./counting.ts";
import { never, promptly, settle, watchedSource } from "../pipeline/streams.ts";

async function limited(limit: number, ...sizes: number[]): Promise<EmbeddingBatch[]> {
  return await Array.fromAsync(countingStream(sizes).pipeThrough(new LimitStream(limit)));
}

Deno.test("a limit passes on exactly so many rows, wherever batches end", async () => {
  for (let limit = 1; limit <= 14; limit++) {
    for (const sizes of [[13], [4, 4, 5], [1, 1, 1, 10], [6, 0, 7]]) {
      const batches = await limited(limit, ...sizes);
      const rows = batches.flatMap(({ data }) => [...data]);
      assertEquals(rows, Array.from({ length: Math.min(limit, 13) }, (_, row) => row));
      assert(batches.every(({ offset, data }) => data.length === 0 || offset === data[0]));
    }
  }
});

Deno.test("a limit of as many rows as there are, or more, passes on all", async () => {
  assertEquals((await limited(6, 3, 3)).map(({ rows }) => rows), [3, 3]);
  assertEquals((await limited(2 ** 60, 3, 3)).map(({ rows }) => rows), [3, 3]);
  assertEquals(await limited(5), []);
});

Deno.test("a limit that is reached ends at once and cancels what would produce more", async () => {
  // The limit falls inside a batch, at the end of one, and at the end of the very first.
  for (const [limit, pulls] of [[7, 3], [6, 2], [3, 1], [1, 1]]) {
    const source = watchedSource((index) =>
      index < pulls ? countingBatch(3 * index, 3) : never<EmbeddingBatch>()
    );
    const rows = await promptly(
      Array.fromAsync(source.stream.pipeThrough(new LimitStream(limit))),
      "a limit that waits for rows it does not need",
    );
    assertEquals(rows.reduce((sum, batch) => sum + batch.rows, 0), limit);
    await settle();
    assertEquals(source.cancelled.length, 1);
    assert(source.pulled <= pulls + 2, `${source.pulled} batches for ${limit} rows`);
  }
});

Deno.test("a limit stops an endless source, which is not read on", async () => {
  const source = watchedSource((index) => countingBatch(3 * index, 3));
  await Array.fromAsync(source.stream.pipeThrough(new LimitStream(10)));
  await settle();
  const { pulled } = source;
  assertEquals(source.cancelled.length, 1);
  assert(pulled >= 4 && pulled <= 6, `${pulled} batches of 3 for 10 rows`);
  await settle();
  assertEquals(source.pulled, pulled);
});

Deno.test("a limit is a whole number of rows from 1 on", () => {
  for (const limit of [0, -1, 1.5, NaN, Infinity]) {
    const error = assertThrows(() => new LimitStream(limit), RankMeError);
    assertEquals(error.code, "usage");
    assert(error.message.includes(`not ${limit}`), error.message);
  }
});

Deno.test("rows keep their columns, and what they belong to", async () => {
  const columns = [{ name: "a", start: 0, end: 1 }, { name: "b", start: 1, end: 2 }];
  const keys = { class: ["p", "q"] };
  const batch = new EmbeddingBatch({ data: Float32Array.of(1, 2, 3, 4), dim: 2, columns, keys });
  const [out] = await Array.fromAsync(ReadableStream.from([batch]).pipeThrough(new LimitStream(1)));
  assertEquals([out.columns, out.keys], [columns, { class: ["p"] }]);
});
