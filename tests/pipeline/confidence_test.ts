import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { score } from "../../src/pipeline/score.ts";
import type { ScoreOptions } from "../../src/pipeline/score_options.ts";
import { toJson } from "../../src/report/json.ts";
import { batchesOf } from "../covariance/rows.ts";
import { gaussian } from "../linalg/matrices.ts";

const ROWS = 203, DIM = 6, GROUPS = 16;
const DATA = gaussian(8, ROWS * DIM);

/** The rows without every sixteenth of them, from one on. */
function without(group: number): EmbeddingBatch[] {
  const data = DATA.filter((_, at) => Math.floor(at / DIM) % GROUPS !== group);
  return [new EmbeddingBatch({ data, dim: DIM })];
}

Deno.test("replicates are the numbers of the rows without each group", async () => {
  const choices: ScoreOptions[] = [
    {},
    { convention: "reptrix" },
    { normalize: true },
    { exact: true },
    { metrics: "all" },
  ];
  for (const options of choices) {
    const { confidence, ...report } = await score(batchesOf(DATA, DIM, 31), {
      ...options,
      ci: true,
    });
    const plain = await score(batchesOf(DATA, DIM, 31), options);
    assertAlmostEquals(report.rankMe, plain.rankMe, 1e-12 * plain.rankMe);
    assertEquals(confidence!.groups, GROUPS);
    for (const [group, numbers] of confidence!.replicates.entries()) {
      const { rankMe, metrics } = await score(without(group), options);
      assertEquals(Object.keys(numbers).sort(), ["rankMe", ...Object.keys(metrics)].sort());
      for (const [name, value] of Object.entries({ rankMe, ...metrics })) {
        assertAlmostEquals(numbers[name], value, 1e-9 * Math.abs(value) + 1e-12, name);
      }
    }
  }
});

Deno.test("the interval is that of Student's t about the estimate", async () => {
  const { rankMe, confidence } = await score(batchesOf(DATA, DIM, 31), { ci: true });
  const values = confidence!.replicates.map((replicate) => replicate.rankMe);
  // Busing, Meijer & van der Leeden 1999: eleven groups have 13 of the 203 rows, and five have 12.
  const shares = values.map((_, group) => (group < 11 ? 13 : 12) / ROWS);
  const center = GROUPS * rankMe -
    values.reduce((sum, value, group) => sum + (1 - shares[group]) * value, 0);
  const squares = values.reduce((sum, value, group) => {
    const h = 1 / shares[group];
    return sum + (h * rankMe - (h - 1) * value - center) ** 2 / (h - 1);
  }, 0);
  const standardError = Math.sqrt(squares / GROUPS);
  assertAlmostEquals(confidence!.standardError, standardError, 1e-9 * standardError);
  // The 0.975 quantile with 15 degrees of freedom, from tables.
  const half = 2.131 * standardError;
  assertAlmostEquals(confidence!.low, rankMe - half, 1e-3 * half);
  // No RankMe of six dimensions is larger than six.
  assert(rankMe + half > DIM);
  assertEquals(confidence!.high, DIM);
});

Deno.test("where few rows far from all others decide, intervals are wider, and a warning says so", async () => {
  // Rows of a multivariate t distribution with 3 degrees of freedom.
  const rows = 600, dim = 12, lengths = gaussian(21, 3 * rows);
  const data = gaussian(20, rows * dim).map((value, at) => {
    const row = Math.floor(at / dim);
    return value / Math.hypot(...lengths.subarray(3 * row, 3 * row + 3));
  });
  const { rankMe, confidence, warnings } = await score(batchesOf(data, dim, 100), { ci: true });
  const widening = confidence!.widening!.rankMe;
  assert(widening > 1.5 && widening <= 3, `${widening}`);
  assertStringIncludes(
    warnings.join(),
    "few rows lie far from all others (kurtosis of lengths ",
  );
  const normal = await score(batchesOf(gaussian(20, rows * dim), dim, 100), { ci: true });
  assertEquals([normal.confidence!.widening, normal.warnings], [undefined, []]);
  assertEquals(
    Object.keys(JSON.parse(toJson({ ...normal, rankMe, confidence })).confidence).includes(
      "widening",
    ),
    true,
  );
  // Rows scaled to length 1 have no tails.
  const scaled = await score(batchesOf(data, dim, 100), { ci: true, normalize: true });
  assertEquals([scaled.confidence!.widening, scaled.warnings], [undefined, []]);
});

Deno.test("nothing says how sure it is without being asked, and replicates stay out of the JSON", async () => {
  assertEquals((await score(batchesOf(DATA, DIM, 31))).confidence, undefined);
  const report = await score(batchesOf(DATA, DIM, 31), { ci: true });
  const { confidence } = JSON.parse(toJson(report));
  assertEquals(Object.keys(confidence), [
    "level",
    "standardError",
    "low",
    "high",
    "method",
    "groups",
    "metrics",
  ]);
  assertEquals(Object.keys(confidence.metrics), ["effectiveRank"]);
});

Deno.test("too few rows to leave groups out are scored with a warning", async () => {
  const few = [new EmbeddingBatch({ data: DATA.subarray(0, 31 * DIM), dim: DIM })];
  const { confidence, warnings } = await score(few, { ci: true });
  assertEquals(confidence, undefined);
  assertStringIncludes(
    warnings.join(),
    "31 rows are too few for an interval; 32 would do",
  );
  const enough = [new EmbeddingBatch({ data: DATA.subarray(0, 32 * DIM), dim: DIM })];
  assert((await score(enough, { ci: true })).confidence);
});

Deno.test("a number of groups that there cannot be is refused", async () => {
  for (const groups of [1, 0, 2.5, NaN]) {
    const { code } = await assertRejects(
      () => score(batchesOf(DATA, DIM, 31), { ci: { groups } }),
      RankMeError,
    );
    assertEquals(code, "usage");
  }
});
