/** Intervals of rows that differ by less than rounding does. What is right is known without arithmetic. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { metricExpressions } from "../../src/metrics/expression.ts";
import { score } from "../../src/pipeline/score.ts";
import { toJson } from "../../src/report/json.ts";
import { compare } from "../../src/selection/comparison.ts";
import { batchesOf } from "../covariance/rows.ts";
import { gaussian } from "../linalg/matrices.ts";

const DIM = 8, EPSILON = 1e-7;
const EXPRESSIONS = await metricExpressions([
  "lead=lambda[1]/sum(lambda)",
  "entropy=-sum(p*log(p))",
]);

/** One row, so many times. */
function repeated(row: ArrayLike<number>, times: number): Float64Array {
  return Float64Array.from({ length: times * row.length }, (_, at) => row[at % row.length]);
}

/** RankMe of so many equal singular values and zeros besides, by its definition. */
function rankMeOf(equal: number, dim: number): number {
  const term = (p: number) => -p * Math.log(p);
  return Math.exp(equal * term(1 / equal + EPSILON) + (dim - equal) * term(EPSILON));
}

for (const rows of [33, 50, 64, 1000]) {
  for (const [what, row] of [["ones", repeated([1], DIM)], ["a row", gaussian(3, DIM)]] as const) {
    Deno.test(`${what}, ${rows} times: the interval holds RankMe, and no metric has one`, async () => {
      for (const exact of [false, true]) {
        const { rankMe, accuracy, confidence } = await score(
          batchesOf(repeated(row, rows), DIM, 7),
          { ci: true, exact, metrics: "all", expressions: EXPRESSIONS },
        );
        const right = rankMeOf(1, DIM);
        assertAlmostEquals(rankMe, right, accuracy.rankMeBound);
        const { low, high, standardError, metrics } = confidence!;
        assert(low <= right && right <= high, `${low} to ${high}`);
        // Nothing but rounding moves RankMe: what is said of it is no less than its bound.
        assert(standardError >= accuracy.rankMeBound, `${standardError}`);
        assertEquals(metrics, {});
      }
    });
  }
}

Deno.test("metrics of directions that are all alike have no interval of rounding", async () => {
  for (const times of [16, 32, 200]) {
    const data = Float64Array.from(
      { length: times * DIM * DIM },
      (_, at) => Math.floor(at / DIM) % DIM === at % DIM ? 0.1 : 0,
    );
    // Each of 16 groups has rows of one direction: all are alike without any of them.
    const { rankMe, confidence } = await score(batchesOf(data, DIM, 31), {
      ci: true,
      metrics: "all",
      expressions: EXPRESSIONS,
    });
    assertAlmostEquals(rankMe, rankMeOf(DIM, DIM), 1e-12);
    for (const [name, { standardError }] of Object.entries(confidence!.metrics)) {
      assert(standardError > 1e-9, `${name} ± ${standardError}`);
    }
  }
});

Deno.test("two collapsed runs are not told apart by their rounding, and one is from a run that is whole", async () => {
  const rows = 50;
  const reports = await Promise.all(
    [1, 2, 3, 4, 5].map((seed) =>
      score(batchesOf(repeated(gaussian(seed, DIM), rows), DIM, 7), { ci: true })
    ),
  );
  const collapsed = reports.map((report, at) => ({ name: `${at}`, report }));
  for (const [at, one] of collapsed.entries()) {
    for (const other of collapsed.slice(at + 1)) {
      const { tied, difference } = compare([one, other]).ranked[1];
      assert(tied, `${difference!.low} to ${difference!.high}`);
    }
  }
  const whole = await score(batchesOf(gaussian(6, rows * DIM), DIM, 7), { ci: true });
  const { ranked } = compare([...collapsed, { name: "whole", report: whole }]);
  assertEquals(ranked[0].name, "whole");
  assert(ranked.slice(1).every(({ tied }) => tied === false));
});

Deno.test("numbers that rows do move keep their intervals, also where small singular values are rounding", async () => {
  const rows = 203, wide = 2 * DIM;
  const [left, right] = [gaussian(6, rows * 4), gaussian(7, 4 * wide)];
  // Rank 4 in 16 dimensions: twelve singular values are nothing but rounding.
  const low = Float64Array.from({ length: rows * wide }, (_, at) => {
    const row = Math.floor(at / wide), column = at % wide;
    return [0, 1, 2, 3].reduce((sum, k) => sum + left[4 * row + k] * right[k * wide + column], 0);
  });
  const names = [
    "effectiveRank",
    "participationRatio",
    "stableRank",
    "spectralEntropy",
    "nesum",
    "isotropy",
  ];
  for (const [data, dim] of [[low, wide], [gaussian(8, rows * DIM), DIM]] as const) {
    const report = await score(batchesOf(data, dim, 31), {
      ci: true,
      metrics: "all",
      expressions: EXPRESSIONS,
    });
    for (const name of [...names, "selfCluster", "meanNorm", "lead", "entropy"]) {
      assert(name in report.confidence!.metrics, `${name} of ${dim} dimensions`);
    }
    assert(!("rounding" in JSON.parse(toJson(report)).confidence));
  }
});
