import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EmbeddingBatch } from "../../src/batch.ts";
import type { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { RankMeError } from "../../src/errors.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { countingBackend } from "../linalg/counting_backend.ts";
import {
  CovarianceStream,
  type CovarianceStreamOptions,
} from "../../src/pipeline/covariance_stream.ts";
import { assertAlike, batchesOf, batchOf, stateOf } from "../covariance/rows.ts";
import { integers } from "../linalg/matrices.ts";
import { settle, watchedSource } from "./streams.ts";

async function statesOf(
  batches: Iterable<EmbeddingBatch>,
  options?: CovarianceStreamOptions,
): Promise<OnlineCovariance[]> {
  return await Array.fromAsync(
    ReadableStream.from(batches).pipeThrough(new CovarianceStream(options)),
  );
}

Deno.test("all rows make one state, passed on at the end", async () => {
  const data = integers(1, 60, 9);
  const [state, ...more] = await statesOf(batchesOf(data, 3, 7));
  assertEquals(more, []);
  assertEquals(state.count, 20);
  assertAlike(state.scatter(), stateOf(data, 3, 7).scatter());
});

Deno.test("a stream without rows passes nothing on", async () => {
  const empty = new EmbeddingBatch({ data: new Float64Array(0), dim: 3 });
  for (const batches of [[], [empty], [empty, empty]]) {
    assertEquals(await statesOf(batches), []);
    assertEquals(await statesOf(batches, { every: 1 }), []);
  }
});

Deno.test("states come at exact multiples of every, whatever the batches, and the last one once", async () => {
  const shapes = fc.record({
    rows: fc.integer({ min: 1, max: 60 }),
    every: fc.integer({ min: 1, max: 70 }),
    sizes: fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(fc.asyncProperty(shapes, async ({ rows, every, sizes }) => {
    const states = await statesOf(batchesOf(integers(rows, rows, 9), 1, ...sizes), { every });
    const expected: number[] = [];
    for (let count = every; count < rows; count += every) expected.push(count);
    assertEquals(states.map(({ count }) => count), [...expected, rows]);
  }));
});

Deno.test("each state along the way is that of the rows up to then, untouched by those after", async () => {
  const rows = 50, dim = 3;
  const data = integers(2, rows * dim, 9);
  for (const sizes of [[50], [1], [7], [16, 3]]) {
    const states = await statesOf(batchesOf(data, dim, ...sizes), { every: 8 });
    for (const state of states) {
      const expected = stateOf(data.subarray(0, state.count * dim), dim);
      assertEquals(state.count, expected.count);
      const [scatter, mean] = [expected.scatter(), expected.mean];
      state.scatter().forEach((value, at) =>
        assert(Math.abs(value - scatter[at]) <= 1e-11, `${value} is not ${scatter[at]}`)
      );
      state.mean.forEach((value, i) => assert(Math.abs(value - mean[i]) <= 1e-13));
    }
  }
});

Deno.test("a state passed on along the way may be updated without disturbing the stream", async () => {
  const data = integers(3, 60, 9);
  let last: OnlineCovariance | undefined;
  const stream = ReadableStream.from(batchesOf(data, 3, 4)).pipeThrough(
    new CovarianceStream({ every: 6 }),
  );
  for await (const state of stream) {
    last = state.clone();
    state.update(batchOf(3, 1e6, -1e6, 1e6));
  }
  assertEquals(last!.count, 20);
  const expected = stateOf(data, 3).scatter();
  last!.scatter().forEach((value, at) => assert(Math.abs(value - expected[at]) < 1e-10));
});

Deno.test("a state along the way waits for the row after it, so the last is known to be the last", async () => {
  const { readable, writable } = new CovarianceStream({ every: 2 });
  const writer = writable.getWriter();
  const reader = readable.getReader();
  let arrived = 0;
  const reading = (async () => {
    while (!(await reader.read()).done) arrived++;
  })();
  await writer.write(batchOf(1, 1, 2));
  await settle();
  assertEquals(arrived, 0);
  await writer.write(batchOf(1, 3));
  await settle();
  assertEquals(arrived, 1);
  await writer.close();
  await reading;
  assertEquals(arrived, 2);
});

Deno.test("a large batch makes its states as they are read, not all at once", async () => {
  // A state is D² numbers: all those of one batch together could be more than the memory.
  const { backend, calls } = countingBackend();
  const stream = ReadableStream.from([new EmbeddingBatch({ data: integers(4, 1000, 9), dim: 1 })])
    .pipeThrough(new CovarianceStream({ every: 2, backend }));
  const reader = stream.getReader();
  assertEquals((await reader.read()).value!.count, 2);
  await settle();
  assert(calls.updates <= 4, `${calls.updates} updates for one state`);
  assertEquals((await reader.read()).value!.count, 4);
  await reader.cancel();
});

Deno.test("the backend that is asked for computes", async () => {
  const backend = { ...referenceBackend, name: "mine" };
  const [state] = await statesOf([batchOf(1, 1, 2)], { backend });
  assertStrictEquals(state.backend, backend);
});

Deno.test("a row that cannot be used fails the stream with its place, and cancels the source", async () => {
  const bad = (batch: EmbeddingBatch) => {
    const source = watchedSource((index) =>
      index === 1 ? batch.at(2) : batchOf(2, 1, 2, 3, 4).at(0)
    );
    return { source, states: source.stream.pipeThrough(new CovarianceStream({ every: 100 })) };
  };
  for (
    const [batch, code, row] of [
      [batchOf(2, 1, 2, 3, NaN), "non-finite", 3],
      [batchOf(3, 1, 2, 3), "dimension", 2],
    ] as const
  ) {
    const { source, states } = bad(batch);
    const error = await assertRejects(() => Array.fromAsync(states), RankMeError);
    assertEquals([error.code, error.place.row], [code, row]);
    await settle();
    assertStrictEquals(source.cancelled[0], error);
  }
});

Deno.test("the row of a refusal is counted in the stream, also where every cuts batches", async () => {
  const data = integers(5, 40, 9);
  data[33] = NaN;
  const stream = ReadableStream.from(batchesOf(data, 2, 15)).pipeThrough(
    new CovarianceStream({ every: 4 }),
  );
  const error = await assertRejects(() => Array.fromAsync(stream), RankMeError);
  assertEquals(error.message, "row 16: NaN (dimension 1)");
});

Deno.test("every is a whole number of rows from 1 on", () => {
  for (const every of [0, -1, 1.5, NaN, -Infinity]) {
    const error = assertThrows(() => new CovarianceStream({ every }), RankMeError);
    assertEquals(error.code, "usage");
    assert(error.message.includes(`not every ${every}`), error.message);
  }
});
