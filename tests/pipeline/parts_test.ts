import { assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { score, scoreParts, scorePartsStream } from "../../src/pipeline/score.ts";
import type { ScoreOptions } from "../../src/pipeline/score_options.ts";
import { batchesOf } from "../covariance/rows.ts";
import { gaussian } from "../linalg/matrices.ts";

const ROWS = 90, DIM = 7;
const DATA = gaussian(5, ROWS * DIM);
const COLUMNS = [{ name: "near", start: 0, end: 3 }, { name: "far", start: 3, end: 7 }];
/** Which of three classes a row is of, in no order. */
const CLASSES = Array.from({ length: ROWS }, (_, row) => "abcabba"[(row * 3 + row / 9 | 0) % 7]);

/** The rows with what they belong to and the columns they are of, in batches of eleven. */
function wideBatches(): EmbeddingBatch[] {
  const keys = { class: CLASSES };
  const whole = new EmbeddingBatch({ data: DATA, dim: DIM, columns: COLUMNS, keys });
  return Array.from(
    { length: Math.ceil(ROWS / 11) },
    (_, i) => whole.slice(11 * i, Math.min(ROWS, 11 * i + 11)),
  );
}

/** Some rows and dimensions, picked out number by number. */
function picked(rows: (row: number) => boolean, start: number, end: number): EmbeddingBatch[] {
  const numbers = DATA.filter((_, at) =>
    rows(Math.floor(at / DIM)) && at % DIM >= start && at % DIM < end
  );
  return [new EmbeddingBatch({ data: numbers, dim: end - start })];
}

Deno.test("each of several columns is scored as if it were alone, normalised or not", async () => {
  for (const options of [{}, { normalize: true }, { sample: 40 }, { limit: 50, skip: 3 }]) {
    const reports = await scoreParts(wideBatches(), options);
    assertEquals(reports.map(({ column, dim }) => [column, dim]), [["near", 3], ["far", 4]]);
    for (const [index, { start, end }] of COLUMNS.entries()) {
      const alone = await score(picked(() => true, start, end), options);
      assertAlmostEquals(reports[index].rankMe, alone.rankMe, 1e-12 * alone.rankMe);
      assertEquals(reports[index].rows, alone.rows);
    }
  }
});

Deno.test("ranges of dimensions are those of each column", async () => {
  const reports = await scoreParts(wideBatches(), { dims: [{ end: 2 }, { start: 1 }] });
  assertEquals(reports.map(({ column, dims }) => [column, dims]), [
    ["near", [0, 2]],
    ["near", [1, 3]],
    ["far", [0, 2]],
    ["far", [1, 4]],
  ]);
  const { rankMe } = await score(picked(() => true, 4, 7));
  assertAlmostEquals(reports[3].rankMe, rankMe, 1e-12 * rankMe);
});

Deno.test("a range that only the wide row has is refused", async () => {
  const { code, message } = await assertRejects(
    () => scoreParts(wideBatches(), { dims: { end: 4 } }),
    RankMeError,
  );
  assertEquals(code, "dimension");
  assertStringIncludes(message, "0:4 of an embedding that has 3");
});

Deno.test("the rows of each value of a column are scored by themselves", async () => {
  const reports = await scoreParts(wideBatches(), { by: "class" });
  assertEquals(reports.map(({ group, column }) => `${group} ${column}`).sort(), [
    "a far",
    "a near",
    "b far",
    "b near",
    "c far",
    "c near",
  ]);
  for (const { group, column, rankMe, rows } of reports) {
    const { start, end } = COLUMNS.find(({ name }) => name === column)!;
    const alone = await score(picked((row) => CLASSES[row] === group, start, end));
    assertAlmostEquals(rankMe, alone.rankMe, 1e-12 * alone.rankMe);
    assertEquals(rows, CLASSES.filter((name) => name === group).length);
  }
});

Deno.test("each group reports when so many of its own rows have been seen", async () => {
  const rounds = await Array.fromAsync(scorePartsStream(wideBatches(), { by: "class", every: 15 }));
  const along = rounds.slice(0, -1).flat();
  assertEquals(along.every(({ rows, complete }) => rows % 15 === 0 && !complete), true);
  const times = (name: string) => Math.ceil(CLASSES.filter((one) => one === name).length / 15) - 1;
  for (const name of ["a", "b", "c"]) {
    assertEquals(along.filter(({ group }) => group === name).length, 2 * times(name));
  }
  assertEquals(rounds.at(-1)!.length, 6);
});

Deno.test("more groups than there may be are refused with the row of the first too many", async () => {
  const { code, message, exitStatus } = await assertRejects(
    () => scoreParts(wideBatches(), { by: "class", maxGroups: 2, names: ["made"] }),
    RankMeError,
  );
  assertEquals([code, exitStatus], ["memory", 4]);
  assertStringIncludes(message, 'more than 2 groups in column "class"');
});

Deno.test("a NaN among rows of several groups is refused with its row", async () => {
  const data = DATA.slice();
  data[23 * DIM + 4] = NaN;
  const keys = { class: CLASSES };
  const { code, place } = await assertRejects(
    () => score([new EmbeddingBatch({ data, dim: DIM, keys })], { by: "class" }),
    RankMeError,
  );
  assertEquals([code, place.row], ["non-finite", 23]);
});

Deno.test("rows that do not say what they belong to cannot be scored by it", async () => {
  const { code } = await assertRejects(
    () => scoreParts(batchesOf(DATA, DIM, 9), { by: "class" }),
    RankMeError,
  );
  assertEquals(code, "column");
});

Deno.test("score() refuses to choose among several reports", async () => {
  const refused = async (options: ScoreOptions) => {
    const { code } = await assertRejects(
      () => score(wideBatches(), options),
      RankMeError,
      "2 reports",
    );
    assertEquals(code, "usage");
  };
  await refused({});
  await assertRejects(() => score(wideBatches(), { by: "class" }), RankMeError, "6 reports");
});

Deno.test("every group and column says how sure it is", async () => {
  const reports = await scoreParts(wideBatches(), { by: "class", ci: { groups: 5 } });
  for (const { group, column, confidence } of reports) {
    const { start, end } = COLUMNS.find(({ name }) => name === column)!;
    const alone = await score(picked((row) => CLASSES[row] === group, start, end), {
      ci: { groups: 5 },
    });
    assertEquals(confidence!.groups, 5);
    assertAlmostEquals(confidence!.standardError, alone.confidence!.standardError, 1e-9);
  }
});

Deno.test("groups that take more memory than they may are refused", async () => {
  // 90 rows of 7 dimensions in float64 are 5040 bytes, and as many are kept.
  const { code, message } = await assertRejects(
    () => scoreParts(wideBatches(), { by: "class", groupMemory: 1000 }),
    RankMeError,
  );
  assertEquals(code, "memory");
  assertStringIncludes(message, 'groups in column "class" take');
  assertStringIncludes(message, "--group-memory");
  await scoreParts(wideBatches(), { by: "class", groupMemory: 1e9 });
});
