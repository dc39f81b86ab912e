import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { type DimensionRange, DimensionsStream } from "../../src/transforms/dimensions_stream.ts";

const BATCH = new EmbeddingBatch({
  data: Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13),
  dim: 4,
  offset: 6,
});

async function kept(range: DimensionRange, batch = BATCH): Promise<EmbeddingBatch> {
  const stage = new DimensionsStream(range);
  const [rows] = await Array.fromAsync(ReadableStream.from([batch]).pipeThrough(stage));
  return rows;
}

Deno.test("a range keeps the dimensions that Python's slice does", async () => {
  assertEquals((await kept({ start: 1, end: 3 })).data, Float32Array.of(1, 2, 11, 12));
  assertEquals((await kept({ end: 1 })).data, Float32Array.of(0, 10));
  assertEquals((await kept({ start: 3 })).data, Float32Array.of(3, 13));
  assertEquals((await kept({})).data, BATCH.data);
});

Deno.test("the rows keep their place and the type of their numbers", async () => {
  const { dim, rows, offset } = await kept({ start: 1, end: 3 });
  assertEquals([dim, rows, offset], [2, 2, 6]);
  const halves = new EmbeddingBatch({ data: Float16Array.of(1, 2, 3, 4), dim: 2 });
  assertEquals((await kept({ start: 1 }, halves)).data, Float16Array.of(2, 4));
});

Deno.test("dimensions that embeddings have not are refused with the row", async () => {
  for (const range of [{ end: 5 }, { start: 4 }, { start: 9 }]) {
    const { code, place } = await assertRejects(() => kept(range), RankMeError, "that has 4");
    assertEquals([code, place.row], ["dimension", 6]);
  }
});

Deno.test("what is no range is refused at once", () => {
  for (const range of [{ start: 2, end: 2 }, { start: 3, end: 1 }, { start: -1 }, { end: 1.5 }]) {
    assertThrows(() => new DimensionsStream(range), RankMeError, "no range of dimensions");
  }
});

Deno.test("what rows belong to stays, which dimensions are of which column does not", async () => {
  const wide = new EmbeddingBatch({
    data: BATCH.data,
    dim: 4,
    columns: [{ name: "a", start: 0, end: 1 }, { name: "b", start: 1, end: 4 }],
    keys: { class: ["p", "q"] },
  });
  for (const range of [{}, { start: 1 }, { end: 2 }]) {
    const { columns, keys } = await kept(range, wide);
    assertEquals([columns, keys], [undefined, { class: ["p", "q"] }]);
  }
  assertEquals((await kept({}, wide)).data, BATCH.data);
});
