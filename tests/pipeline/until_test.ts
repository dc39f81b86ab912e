import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { score, scoreParts } from "../../src/pipeline/score.ts";
import type { ScoreOptions } from "../../src/pipeline/score_options.ts";
import { batchesOf } from "../covariance/rows.ts";
import { gaussian } from "../linalg/matrices.ts";
import { watchedSource } from "./streams.ts";

const DIM = 8;
const DATA = gaussian(11, 5000 * DIM);

/** RankMe of the first rows alone. */
async function rankOfFirst(rows: number): Promise<number> {
  return (await score(batchesOf(DATA, DIM, 999), { limit: rows })).rankMe;
}

Deno.test("reading stops at the first doubling that changes RankMe by less than was asked", async () => {
  const counts = [256, 512, 1024, 2048, 4096];
  const ranks = await Promise.all(counts.map(rankOfFirst));
  const changes = ranks.slice(1).map((rank, i) => Math.abs(rank - ranks[i]) / rank);
  for (const until of [0.01, 0.002, 0.0005]) {
    const first = changes.findIndex((change) => change <= until);
    assert(first >= 0, "the rows must be enough for all of these");
    for (const size of [1, 100, 256, 5000]) {
      const report = await score(batchesOf(DATA, DIM, size), { until });
      assertEquals(report.rows, counts[first + 1]);
      assertAlmostEquals(report.rankMe, ranks[first + 1], 1e-12 * report.rankMe);
      assertEquals([report.complete, report.settled!.reached], [true, true]);
      assertAlmostEquals(report.settled!.change, changes[first], 1e-12);
      assertEquals(report.inputs[0].rows, report.rows);
    }
  }
});

Deno.test("the first time looked at has as many rows as dimensions, and 256 at least", async () => {
  const wide = gaussian(3, 900 * 300);
  const { rows, settled } = await score(batchesOf(wide, 300, 50), { until: 0.9 });
  assertEquals([rows, settled!.reached], [600, true]);
  assertEquals((await score(batchesOf(DATA, DIM, 50), { until: 0.9 })).rows, 512);
});

Deno.test("columns side by side are looked at by the widest of them, and all must have settled", async () => {
  const wide = gaussian(4, 2000 * 400);
  const columns = [{ name: "a", start: 0, end: 100 }, { name: "b", start: 100, end: 400 }];
  const batch = () => [new EmbeddingBatch({ data: wide, dim: 400, columns })];
  const loose = await scoreParts(batch(), { until: 0.9 });
  assertEquals(loose.map(({ rows }) => rows), [600, 600]);
  const [a, b] = await scoreParts(batch(), { until: 0.08 });
  assertEquals([a.rows, b.rows], [1200, 1200]);
  assertEquals([a.settled!.reached, b.settled!.reached], [true, true]);
});

Deno.test("a source is let go once RankMe has settled", async () => {
  const source = watchedSource((i) =>
    new EmbeddingBatch({ data: DATA.subarray(i % 50 * 800, (i % 50 + 1) * 800), dim: DIM })
  );
  const { rows, complete } = await score(source.stream, { until: 0.05 });
  assertEquals([rows, complete], [512, true]);
  assertEquals(source.cancelled.length, 1);
});

Deno.test("rows that end before RankMe settles are all scored, with a warning", async () => {
  const report = await score(batchesOf(DATA, DIM, 100), { until: 1e-9 });
  assertEquals([report.rows, report.complete, report.settled!.reached], [5000, true, false]);
  assertStringIncludes(report.warnings.join(), "has not settled within 1e-7 %");
  const few = await score(batchesOf(DATA.subarray(0, 300 * DIM), DIM, 100), { until: 0.01 });
  assertEquals([few.rows, few.settled], [300, undefined]);
  assertStringIncludes(few.warnings.join(), "the rows did not double");
});

Deno.test("what cannot settle is refused before anything is read", async () => {
  const options: ScoreOptions[] = [
    { until: 0 },
    { until: 1 },
    { until: NaN },
    { until: 0.01, sample: 5 },
    { until: 0.01, by: "class" },
  ];
  for (const one of options) {
    const source = watchedSource(() => batchesOf(DATA, DIM, 10)[0]);
    const { code } = await assertRejects(() => score(source.stream, one), RankMeError);
    assertEquals([code, source.pulled], ["usage", 0]);
  }
});
