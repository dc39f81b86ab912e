import { assert, assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import { EmbeddingBatch, type EmbeddingData } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { SampleStream } from "../../src/transforms/sample_stream.ts";
import { countingStream } from "./counting.ts";

/** The places in the stream of the rows of a sample. */
async function drawn(count: number, seed: number, sizes: readonly number[]): Promise<number[]> {
  const stage = new SampleStream(count, { seed });
  const batches = await Array.fromAsync(countingStream(sizes).pipeThrough(stage));
  return batches.flatMap(({ data }) => [...data]);
}

Deno.test("a sample has as many rows as asked for, each at most once, in order", async () => {
  for (const [count, sizes] of [[1, [50]], [7, [20, 30]], [49, [50]], [3000, [4000]]] as const) {
    const rows = await drawn(count, 1, sizes);
    assertEquals(rows.length, count);
    for (let i = 1; i < rows.length; i++) assertLess(rows[i - 1], rows[i]);
  }
});

Deno.test("a stream of no more rows is passed on whole", async () => {
  for (const count of [5, 6, 1e6]) {
    assertEquals(await drawn(count, 3, [2, 0, 3]), [0, 1, 2, 3, 4]);
  }
  assertEquals(await drawn(5, 3, []), []);
  assertEquals(await drawn(5, 3, [0]), []);
});

Deno.test("the seed alone decides which rows are drawn, not the batches", async () => {
  const whole = await drawn(20, 5, [1000]);
  assertEquals(await drawn(20, 5, [1, 19, 1, 979]), whole);
  assertEquals(await drawn(20, 5, Array.from({ length: 1000 }, () => 1)), whole);
  assert((await drawn(20, 6, [1000])).some((row, i) => row !== whole[i]));
});

Deno.test("every set of rows is drawn equally often", async () => {
  // 10 sets of 2 rows of 5; the limit is that of χ² with 9 degrees of freedom at 1e-6.
  const draws = 5000;
  const counts = new Map<string, number>();
  for (let seed = 0; seed < draws; seed++) {
    const set = (await drawn(2, seed, [5])).join();
    counts.set(set, (counts.get(set) ?? 0) + 1);
  }
  assertEquals(counts.size, 10);
  const expected = draws / 10;
  const chi2 = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  assertLess(chi2, 45.1);
});

Deno.test("late rows are drawn as often as early ones", async () => {
  // The mean place of 10 of 2000 rows, over 400 seeds: 999.5 with a standard deviation below 9.2.
  let sum = 0;
  for (let seed = 0; seed < 400; seed++) {
    sum += (await drawn(10, seed, [2000])).reduce((a, b) => a + b) / 10;
  }
  assertLess(Math.abs(sum / 400 - 999.5), 5 * 9.2);
});

function batchOf(data: EmbeddingData, offset: number): EmbeddingBatch {
  return new EmbeddingBatch({ data, dim: 2, offset });
}

Deno.test("rows of different types of numbers are kept exactly", async () => {
  const batches = [
    batchOf(Float16Array.of(1, 2, 3, 4), 0),
    batchOf(Float32Array.of(0.1, 5), 2),
    batchOf(Float64Array.of(0.1, 6), 3),
    batchOf(Float16Array.of(7, 8), 4),
  ];
  const stage = new SampleStream(5);
  const [sample] = await Array.fromAsync(ReadableStream.from(batches).pipeThrough(stage));
  const expected = Float64Array.of(1, 2, 3, 4, Math.fround(0.1), 5, 0.1, 6, 7, 8);
  assertEquals(sample.data, expected);
});

Deno.test("a sample copies, so that batches may go once it has seen them", async () => {
  const done: number[] = [];
  const batches = [batchOf(Float32Array.of(1, 2, 3, 4), 0), batchOf(Float32Array.of(5, 6), 2)];
  const stage = new SampleStream(2, {
    onRows: (rows) => {
      done.push(rows);
      (batches[done.length - 1].data.buffer as ArrayBuffer).transfer(0);
    },
  });
  const [sample] = await Array.fromAsync(ReadableStream.from(batches).pipeThrough(stage));
  assertEquals(done, [2, 3]);
  assert(sample.data.every((value) => value >= 1 && value <= 6));
});

Deno.test("a NaN is refused with its row, be it drawn or not", async () => {
  const batches = [batchOf(new Float32Array(200), 0), batchOf(Float32Array.of(0, 1, 2, NaN), 100)];
  const stage = new SampleStream(1);
  const refused = await assertRejects(
    () => Array.fromAsync(ReadableStream.from(batches).pipeThrough(stage)),
    RankMeError,
  );
  assertEquals([refused.code, refused.place.row], ["non-finite", 101]);
});

Deno.test("rows of another dimension are refused, be it drawn or not", async () => {
  const other = new EmbeddingBatch({ data: Float32Array.of(1, 2, 3), dim: 3, offset: 1000 });
  const stage = new SampleStream(1);
  const refused = await assertRejects(
    () =>
      Array.fromAsync(
        ReadableStream.from([batchOf(new Float32Array(2000), 0), other]).pipeThrough(stage),
      ),
    RankMeError,
  );
  assertEquals([refused.code, refused.place.row], ["dimension", 1000]);
});

Deno.test("what is no count or no seed is refused at once", () => {
  for (const count of [0, -1, 1.5, NaN]) {
    assertThrows(() => new SampleStream(count), RankMeError, `not ${count}`);
  }
  for (const seed of [-1, 0.5, 2 ** 32]) {
    assertThrows(() => new SampleStream(1, { seed }), RankMeError, `not ${seed}`);
  }
});

/** A stream of rows in two columns, each with its place as its key. */
function keyedStream(sizes: readonly number[]): ReadableStream<EmbeddingBatch> {
  const columns = [{ name: "a", start: 0, end: 1 }, { name: "b", start: 1, end: 2 }];
  let next = 0;
  return ReadableStream.from(sizes.map((rows) => {
    const places = Array.from({ length: rows }, () => next++);
    return new EmbeddingBatch({
      data: Float64Array.from(places.flatMap((place) => [place, -place])),
      dim: 2,
      offset: next - rows,
      columns,
      keys: { row: places.map(String), parity: places.map((place) => `${place % 2}`) },
    });
  }));
}

Deno.test("rows of a sample have their columns, and belong to what they did", async () => {
  for (
    const [count, sizes] of [[7, [20, 30]], [40, [1, 49]], [50, [20, 30]], [2000, [3000]]] as const
  ) {
    const stage = new SampleStream(count, { seed: 3 });
    const [sample] = await Array.fromAsync(keyedStream(sizes).pipeThrough(stage));
    assertEquals(sample.rows, count);
    const drawnRows = Array.from({ length: count }, (_, row) => sample.row(row)[0]);
    assertEquals(sample.keys, {
      row: drawnRows.map(String),
      parity: drawnRows.map((row) => `${row % 2}`),
    });
    assertEquals(sample.columns?.map(({ name }) => name), ["a", "b"]);
    assertEquals(drawnRows, await drawn(count, 3, sizes));
  }
});

Deno.test("rows of other columns or keys are no part of a sample", async () => {
  const [first] = await Array.fromAsync(keyedStream([2]));
  const { data, dim, columns, keys } = first;
  const others = [
    new EmbeddingBatch({ data, dim, keys }),
    new EmbeddingBatch({ data, dim, columns }),
    new EmbeddingBatch({ data, dim, columns, keys: { row: keys!.row } }),
    new EmbeddingBatch({ data, dim, keys, columns: [{ name: "a", start: 0, end: 2 }] }),
  ];
  for (const other of others) {
    const stream = ReadableStream.from([first, other]).pipeThrough(new SampleStream(3));
    const error = await assertRejects(() => Array.fromAsync(stream), RankMeError);
    assertEquals(error.code, "dimension");
  }
});
