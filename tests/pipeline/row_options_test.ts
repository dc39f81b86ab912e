/** Which rows and dimensions are scored: skip, limit, sample and dims. */

import { assertAlmostEquals, assertEquals, assertLess, assertRejects } from "@std/assert";
import type { EmbeddingBatch, EmbeddingData } from "../../src/batch.ts";
import { EmbeddingBatch as Batch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { score, scoreParts, scorePartsStream } from "../../src/pipeline/score.ts";
import type { ScoreOptions } from "../../src/pipeline/score_options.ts";
import { SampleStream } from "../../src/transforms/sample_stream.ts";
import { batchesOf, rankOf, stateOf } from "../covariance/rows.ts";
import { gaussian } from "../linalg/matrices.ts";
import { memoryHeld } from "../sources/hostile.ts";
import { arrowBytes, inChunks } from "./arrow.ts";
import { settle, watchedSource } from "./streams.ts";

const ROWS = 60, DIM = 5;
const DATA = gaussian(1, ROWS * DIM);

/** Rows `first` to `end` − 1. */
function rows(first: number, end: number): Float64Array {
  return DATA.subarray(first * DIM, end * DIM);
}

/** Dimensions `start` to `end` − 1 of all rows. */
function dimensions(start: number, end: number): Float64Array {
  return DATA.filter((_, i) => i % DIM >= start && i % DIM < end);
}

async function assertRank(
  options: ScoreOptions,
  expected: EmbeddingData,
  dim = DIM,
): Promise<void> {
  const bytes = inChunks(await arrowBytes(DATA, DIM, 7), 1000);
  for (const source of [batchesOf(DATA, DIM, 7), bytes]) {
    const report = await score(source, options);
    assertEquals([report.rows, report.dim], [expected.length / dim, dim]);
    assertEquals(report.complete, true);
    const rank = rankOf(stateOf(expected, dim));
    assertAlmostEquals(report.rankMe, rank, 1e-12 * rank);
  }
}

Deno.test("skipped rows do not count, wherever batches end", async () => {
  for (const skip of [1, 7, 20, 53]) await assertRank({ skip }, rows(skip, ROWS));
});

Deno.test("a limit counts from the first row that is not skipped", async () => {
  await assertRank({ skip: 10, limit: 25 }, rows(10, 35));
});

Deno.test("to skip all rows is to have none", async () => {
  const refused = await assertRejects(
    () => score(batchesOf(DATA, DIM, 7), { skip: ROWS }),
    RankMeError,
  );
  assertEquals(refused.code, "empty");
});

Deno.test("a sample is scored as the stage draws it, of the rows that are read", async () => {
  const drawn = async (first: number, end: number) => {
    const stage = new SampleStream(20, { seed: 9 });
    const all = new Batch({ data: rows(first, end), dim: DIM });
    return (await Array.fromAsync(ReadableStream.from([all]).pipeThrough(stage)))[0].data;
  };
  await assertRank({ sample: 20, seed: 9 }, await drawn(0, ROWS));
  await assertRank({ sample: 20, seed: 9, skip: 5, limit: 40 }, await drawn(5, 45));
  await assertRank({ sample: ROWS + 1 }, DATA);
});

Deno.test("the inputs of a sample have all rows that it was drawn from", async () => {
  const { inputs, rows } = await score(batchesOf(DATA, DIM, 7), { sample: 3 });
  assertEquals([inputs[0].rows, rows], [ROWS, 3]);
  const limited = await score(batchesOf(DATA, DIM, 7), { sample: 3, limit: 30 });
  assertEquals(limited.inputs[0].rows, 30);
});

Deno.test("a sample of what was read until an interruption is scored, and is not complete", async () => {
  const interrupt = new AbortController();
  const batches = batchesOf(DATA, DIM, 20);
  const source = watchedSource<EmbeddingBatch>(async (index) => {
    if (index < 2) return batches[index];
    await settle();
    interrupt.abort();
    return await new Promise<never>(() => {});
  });
  const report = await score(source.stream, { sample: 10, signal: interrupt.signal });
  assertEquals([report.rows, report.complete], [10, false]);
});

Deno.test("an error about all rows names none, in a sample as without one", async () => {
  const tiny = new Batch({ data: Float64Array.of(1e-200, 2e-200, 3e-200), dim: 1 });
  for (const options of [{}, { sample: 3 }]) {
    const { code, place } = await assertRejects(() => score([tiny], options), RankMeError);
    assertEquals([code, place.row], ["range", undefined]);
  }
});

Deno.test("a range of dimensions is scored as if there were no others", async () => {
  await assertRank({ dims: { end: 3 } }, dimensions(0, 3), 3);
  await assertRank({ dims: { start: 2 } }, dimensions(2, 5), 3);
  await assertRank({ dims: { start: 1, end: 4 } }, dimensions(1, 4), 3);
});

Deno.test("several ranges in one pass are what each is by itself, normalised or not", async () => {
  const ranges = [{ end: 2 }, { end: 4 }, { start: 1 }];
  for (const options of [{}, { normalize: true }, { exact: true }, { sample: 30 }]) {
    const together = await scoreParts(batchesOf(DATA, DIM, 7), { ...options, dims: ranges });
    for (const [index, dims] of ranges.entries()) {
      const alone = await score(batchesOf(DATA, DIM, 7), { ...options, dims });
      assertEquals(together[index].rankMe, alone.rankMe);
      assertEquals(together[index].dims, alone.dims);
    }
  }
});

Deno.test("several ranges report on the same rows along the way", async () => {
  const rounds = await Array.fromAsync(
    scorePartsStream(batchesOf(DATA, DIM, 7), { dims: [{ end: 2 }, {}], every: 25 }),
  );
  assertEquals(
    rounds.map((round) => round.map(({ rows, dim, complete }) => [rows, dim, complete])),
    [[[25, 2, false], [25, 5, false]], [[50, 2, false], [50, 5, false]], [
      [60, 2, true],
      [60, 5, true],
    ]],
  );
});

Deno.test("a range beyond the dimensions is refused, and the source is let go", async () => {
  const source = watchedSource(() => batchesOf(DATA, DIM, 7)[0]);
  const refused = await assertRejects(
    () => scoreParts(source.stream, { dims: [{ end: 2 }, { end: 6 }] }),
    RankMeError,
    "0:6",
  );
  assertEquals(refused.code, "dimension");
  assertEquals(source.cancelled.length, 1);
});

Deno.test("memory does not grow with rows that are skipped or not drawn", async () => {
  const dim = 1000, rowsPerBatch = 250;
  const bytes = await arrowBytes(gaussian(2, rowsPerBatch * dim), dim, rowsPerBatch);
  // 400 MB in 200 streams one after the other, which are read as one.
  const source = () => ReadableStream.from(Array.from({ length: 200 }, () => bytes));
  for (const options of [{ skip: 49_900 }, { sample: 20 }, { dims: { end: 2 } }]) {
    const before = memoryHeld();
    let most = 0;
    await score(source(), {
      ...options,
      onProgress: () => most = Math.max(most, memoryHeld() - before),
    });
    assertLess(most, 150e6);
  }
});
