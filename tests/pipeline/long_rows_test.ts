/** Intervals where one row is far longer than all others. Without it, arithmetic without rounding is right. */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { CONVENTIONS } from "../../src/metrics/conventions.ts";
import { halfWidth } from "../../src/metrics/jackknife.ts";
import { rankMe } from "../../src/metrics/rank_me.ts";
import { score } from "../../src/pipeline/score.ts";
import { batchesOf } from "../covariance/rows.ts";
import { exactSpectrum } from "../covariance/exact_spectrum.ts";
import { gaussian } from "../linalg/matrices.ts";

const DIM = 6, GROUPS = 16;

/** By the definitions, of 203 rows of six dimensions, none of them all zero. */
const RANGES: { readonly [name: string]: readonly [least: number, most: number] } = {
  rankMe: [1, 6],
  effectiveRank: [1, 6],
  participationRatio: [1, 6],
  stableRank: [1, 6],
  nesum: [1, 6],
  numericalRank: [0, 6],
  explainedVariance50: [0, 6],
  explainedVariance90: [0, 6],
  explainedVariance95: [0, 6],
  explainedVariance99: [0, 6],
  conditionNumber: [1, Infinity],
  pseudoConditionNumber: [1, Infinity],
  spectralEntropy: [0, Math.log(6)],
  isotropy: [0, 1],
  meanNorm: [0, 1],
  selfCluster: [-1 / 5, 1],
  coherence: [1, 203],
  deadDimensions: [0, 6],
};

/** Normal rows, one of them so many times longer. */
function withLongRow(rows: number, at: number, times: number): Float64Array {
  return gaussian(rows, rows * DIM).map((value, i) =>
    Math.floor(i / DIM) === at ? value * times : value
  );
}

for (const times of [1e7, 1e8, 1e12, 1e150]) {
  for (const [rows, at] of [[40, 3], [203, 5], [5000, 0], [5000, 4000]]) {
    Deno.test(`row ${at} of ${rows} ${times} times as long: without it RankMe is right`, async () => {
      const data = withLongRow(rows, at, times);
      for (const convention of ["paper", "reptrix"] as const) {
        const batches = batchesOf(data, DIM, 31);
        const { rankMe: all, confidence, warnings } = await score(batches, {
          ci: true,
          convention,
        });
        assert(confidence, warnings.join("; "));
        const own = at % GROUPS;
        const others = data.filter((_, i) => Math.floor(i / DIM) % GROUPS !== own);
        const { centered, ...how } = CONVENTIONS[convention];
        const right = rankMe(exactSpectrum(others, DIM, centered), how);
        assertAlmostEquals(confidence.replicates[own].rankMe, right, 1e-9 * right);
        // The others have the long row, and are 1 but for what it leaves: only one differs.
        assert(confidence.standardError > 1 && confidence.standardError < 3 * DIM);
        assert(confidence.low >= 1 && confidence.high <= Math.max(DIM, all));
        assert(warnings.some((text) => text.includes("--normalize")), warnings.join("; "));
      }
    });
  }
}

Deno.test("a report for each row, from the first on, chooses no pivot at a long row", async () => {
  const data = withLongRow(203, 5, 1e8);
  const { confidence } = await score(batchesOf(data, DIM, 1), { ci: true, every: 1 });
  const others = data.filter((_, i) => Math.floor(i / DIM) % GROUPS !== 5);
  const right = rankMe(exactSpectrum(others, DIM, false), CONVENTIONS.paper);
  assertAlmostEquals(confidence!.replicates[5].rankMe, right, 1e-9 * right);
});

Deno.test("ends of intervals are cut to what each number can be, and its width is known still", async () => {
  const batches = [new EmbeddingBatch({ data: withLongRow(203, 5, 1e8), dim: DIM })];
  const report = await score(batches, { ci: true, metrics: "all" });
  const { confidence } = report;
  for (const [name, { low, high }] of Object.entries(confidence!.metrics)) {
    assert(name in RANGES, name);
    const [least, most] = RANGES[name];
    assert(low >= least - 1e-6 && high <= most + 1e-6, `${name} from ${low} to ${high}`);
  }
  assertEquals(confidence!.low, 1);
  assert(halfWidth(confidence!) > DIM, "RankMe of 1 to 6 is off by more than it can be");
});

Deno.test("two long rows in different folds leave rounding, of which no standard error is made", async () => {
  const data = withLongRow(203, 5, 1e13).map((value, i) =>
    Math.floor(i / DIM) === 8 ? value * 1e13 : value
  );
  const batches = [new EmbeddingBatch({ data, dim: DIM })];
  const { confidence, warnings } = await score(batches, { ci: true, convention: "roy-vetterli" });
  if (!confidence) return assertStringIncludes(warnings.join("; "), "no interval: without some");
  // Otherwise it is what rows without rounding have, the deviations of two folds.
  const values = confidence.replicates.map(({ rankMe }) => rankMe);
  values.forEach((value, group) => {
    const others = data.filter((_, i) => Math.floor(i / DIM) % GROUPS !== group);
    const right = rankMe(exactSpectrum(others, DIM, false), CONVENTIONS["roy-vetterli"]);
    assertAlmostEquals(value, right, 0.1 * confidence.standardError);
  });
});

Deno.test("squares that vanish without one row are no error of the score", async () => {
  const data = withLongRow(64, 3, 1).map((value, i) =>
    Math.floor(i / DIM) === 3 ? value : value * 1e-155
  );
  const batches = [new EmbeddingBatch({ data, dim: DIM })];
  const { rankMe, confidence, warnings } = await score(batches, { ci: true });
  assertAlmostEquals(rankMe, 1, 1e-4);
  assertEquals(confidence, undefined);
  assertStringIncludes(warnings.join("; "), "no interval: without some of the rows");
});

Deno.test("folds whose own squares all vanish are no error of the score, which has a reason for no interval", async () => {
  // The long row comes last, after batches of which every square is 0.
  for (const rows of [64, 1000]) {
    const tiny = gaussian(rows, rows * DIM).map((value) => value * 1e-170);
    tiny.set([1, 0, 2, 0, 0, 0], (rows - 1) * DIM);
    for (const exact of [false, true]) {
      for (const ci of [false, true]) {
        const found = await score(batchesOf(tiny, DIM, 31), { ci, exact });
        assertAlmostEquals(found.rankMe, 1, 1e-5);
        assertEquals(found.confidence, undefined);
        assertEquals(found.warnings.some((one) => one.startsWith("no interval: without")), ci);
      }
    }
  }
});
