/** Rows of nothing but zeros: counted, said, and warned of where there are many. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { score, scoreParts } from "../../src/pipeline/score.ts";
import type { ScoreOptions } from "../../src/pipeline/score_options.ts";
import { toJson } from "../../src/report/json.ts";
import { toText } from "../../src/report/text.ts";
import { batchesOf } from "../covariance/rows.ts";
import { gaussian } from "../linalg/matrices.ts";

const ROWS = 400, DIM = 6;

/** Gaussian rows, of which some are zero, and their first dimensions of some others. */
function withZeros(count: number, zeros = DIM): Float64Array {
  const data = gaussian(3, ROWS * DIM);
  // Every third, so that no batch has all of them.
  for (let i = 0; i < count; i++) data.fill(0, 3 * i * DIM, 3 * i * DIM + zeros);
  return data;
}

function scored(data: Float64Array, options: ScoreOptions = {}) {
  return score(batchesOf(data, DIM, 7), options);
}

Deno.test("rows of zeros are counted, in the JSON and on the screen, and absent where there are none", async () => {
  const report = await scored(withZeros(3));
  assertEquals(report.zeroRows, 3);
  assertEquals(JSON.parse(toJson(report)).zeroRows, 3);
  assertStringIncludes(toText(report), "400 × 6, 3 rows all zero");
  const without = await scored(withZeros(0));
  assertEquals("zeroRows" in JSON.parse(toJson(without)), false);
  assertEquals(toText(without).includes("zero"), false);
});

Deno.test("rows that begin with zeros, or hold negative ones, are told from rows of zeros", async () => {
  assertEquals((await scored(withZeros(20, DIM - 1))).zeroRows, undefined);
  assertEquals((await scored(withZeros(2).map((value) => value === 0 ? -0 : value))).zeroRows, 2);
});

Deno.test("from 1 % of the rows on there is a warning, below there is none", async () => {
  const warned = async (count: number) =>
    (await scored(withZeros(count))).warnings.filter((warning) => warning.includes("all zero"));
  assertEquals(await warned(3), []);
  const [warning, ...more] = await warned(4);
  assertEquals(more, []);
  assertStringIncludes(warning, "4 of 400 rows are all zero");
});

Deno.test("zeros are those of the rows and dimensions scored, unit rows or not", async () => {
  const data = withZeros(9);
  assertEquals((await scored(data, { normalize: true })).zeroRows, 9);
  assertEquals((await scored(data, { skip: 4, limit: 9 })).zeroRows, 3);
  assertEquals((await scored(data, { ci: true })).zeroRows, 9);
  const ranges = [{ start: 0, end: DIM - 1 }, { start: DIM - 1, end: DIM }];
  const parts = await scoreParts(batchesOf(withZeros(9, DIM - 1), DIM, 7), { dims: ranges });
  assertEquals(parts.map(({ zeroRows }) => zeroRows), [9, undefined]);
});

Deno.test("each class has its own rows of zeros", async () => {
  const data = Float64Array.of(1, 2, 0, 0, 3, 1, 0, 0, 0, 0);
  const batch = new EmbeddingBatch({ data, dim: 2, keys: { kind: ["a", "b", "a", "b", "a"] } });
  const reports = await scoreParts([batch], { by: "kind" });
  assertEquals(reports.map(({ group, zeroRows }) => [group, zeroRows]), [["a", 1], ["b", 2]]);
});
