import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { largestLeverage } from "../../src/linalg/largest_leverage.ts";
import { METRICS, metricsNamed } from "../../src/metrics/metrics.ts";
import { golden } from "../golden/golden.ts";
import { goldenMatrix } from "../golden/matrices.ts";
import { gaussian, integers } from "../linalg/matrices.ts";
import expectations from "./metrics.json" with { type: "json" };
import { allMetrics, ROUTES, statisticsOf } from "./statistics_of.ts";

interface Expectation {
  readonly leverage: { readonly largest: number; readonly rank: number };
  readonly metrics: Readonly<Record<string, number>>;
}

const EXPECTED: Readonly<Record<string, Expectation>> = expectations;

// --- Against NumPy. ---

const RELATIVE = 1e-9;
/** What is 0 but for rounding in NumPy as well. */
const ABSOLUTE = 1e-14;

/**
 * Where a Gram cannot do better, since its λ are off by some 2⁻⁵³·λ₁: here the last of them is
 * 4e-12·λ₁.
 */
const GRAM_LIMITED: { readonly [matrix: string]: { readonly [metric: string]: number } } = {
  "rank-32": {
    conditionNumber: 1e-2,
    pseudoConditionNumber: 1e-2,
    alphaReq: 1e-4,
    alphaReqR2: 1e-4,
  },
};

function relativeFor(matrix: string, metric: string, route: string): number {
  if (route === "exact") return RELATIVE;
  if (metric === "effectiveRank") {
    return golden.find(({ name }) => name === matrix)!.expected["roy-vetterli"]!.relative;
  }
  return GRAM_LIMITED[matrix]?.[metric] ?? RELATIVE;
}

for (const [matrix, { metrics: expected, leverage }] of Object.entries(EXPECTED)) {
  const { data, dim } = goldenMatrix(matrix);
  for (const [route, stateOf] of Object.entries(ROUTES)) {
    Deno.test(`the metrics of golden ${matrix} are NumPy's, and no others are told (${route})`, () => {
      const actual = allMetrics(statisticsOf(data, dim, stateOf));
      assertEquals(Object.keys(actual).toSorted(), Object.keys(expected).toSorted());
      for (const [metric, value] of Object.entries(expected)) {
        const tolerance = relativeFor(matrix, metric, route) * Math.abs(value) + ABSOLUTE;
        assertAlmostEquals(actual[metric], value, tolerance, metric);
      }
    });
  }

  Deno.test(`the largest leverage of golden ${matrix} is that of NumPy's U`, () => {
    const { largest, rank } = largestLeverage([new EmbeddingBatch({ data, dim })]);
    assertAlmostEquals(largest, leverage.largest, 1e-12);
    assertEquals(rank, leverage.rank);
  });
}

// --- Whatever the rows. ---

/** The least and the most of each number, for N rows of D dimensions. */
function ranges(rows: number, dim: number): Readonly<Record<string, readonly [number, number]>> {
  const values = Math.min(rows, dim);
  return {
    effectiveRank: [0, values],
    participationRatio: [0, values],
    stableRank: [0, values],
    numericalRank: [0, values],
    conditionNumber: [1, Infinity],
    pseudoConditionNumber: [1, Infinity],
    explainedVariance50: [0, values],
    explainedVariance90: [0, values],
    explainedVariance95: [0, values],
    explainedVariance99: [0, values],
    spectralEntropy: [0, Math.log(values)],
    nesum: [0, values],
    alphaReq: [0, Infinity],
    alphaReqR2: [-Infinity, 1],
    alphaReqFrom: [11, 11],
    alphaReqTo: [13, 100],
    isotropy: [0, 1],
    // Rows of zeros are not among its N.
    selfCluster: [-1 / (dim - 1 || 1), 1],
    coherence: [1, rows],
    meanNorm: [0, 1],
    deadDimensions: [0, dim],
  };
}

interface Rows {
  readonly dim: number;
  readonly data: Float64Array;
}

/** Rows of any rank, scale and mean, some of them equal or zero, sometimes fewer than dimensions. */
const oddRows: fc.Arbitrary<Rows> = fc.integer({ min: 1, max: 16 }).chain((dim) =>
  fc.record({
    dim: fc.constant(dim),
    exponent: fc.constantFrom(-400, -40, 0, 0, 0, 40, 480),
    rows: fc.array(
      fc.array(
        fc.oneof(
          { weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }) },
          { weight: 1, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.constantFrom(1e-9, -1e-5, 1e5, 0.1, 7.25) },
        ),
        { minLength: dim, maxLength: dim },
      ),
      { minLength: 1, maxLength: 40 },
    ),
  }).map(({ dim, exponent, rows }) => ({
    dim,
    data: Float64Array.from(rows.flat(), (value) => value * 2 ** exponent),
  }))
);

/** Normal rows: without them hardly any would have a power law. */
const normalRows: fc.Arbitrary<Rows> = fc.record({
  seed: fc.integer(),
  dim: fc.integer({ min: 1, max: 24 }),
  rows: fc.integer({ min: 1, max: 60 }),
}).map(({ seed, dim, rows }) => ({ dim, data: gaussian(seed, rows * dim) }));

Deno.test("every number of every metric is finite and in its range, whatever the rows", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.oneof(oddRows, normalRows), ({ dim, data }) => {
      const limits = ranges(data.length / dim, dim);
      for (const stateOf of Object.values(ROUTES)) {
        for (const [name, value] of Object.entries(allMetrics(statisticsOf(data, dim, stateOf)))) {
          seen.add(name);
          const [least, most] = limits[name];
          assert(Number.isFinite(value), `${name} is ${value}`);
          assert(value >= least - 1e-9 && value <= most + 1e-9 * most, `${name} is ${value}`);
        }
      }
    }),
    { numRuns: 200, seed: 1 },
  );
  // None was left out because no rows had it.
  assertEquals([...seen].toSorted(), Object.keys(ranges(1, 1)).toSorted());
});

Deno.test("no metric cares for the unit of embeddings, to the end of float64's range", () => {
  const data = gaussian(1, 60 * 20).map((x, at) => x / (at % 20 + 1) + 1);
  const expected = allMetrics(statisticsOf(data, 20));
  for (const exponent of [-460, -1, 1, 506]) {
    const actual = allMetrics(statisticsOf(data.map((x) => x * 2 ** exponent), 20));
    assertEquals(Object.keys(actual), Object.keys(expected));
    for (const [name, value] of Object.entries(expected)) {
      assertAlmostEquals(actual[name], value, 1e-10 * Math.abs(value), `${name} at ${exponent}`);
    }
  }
});

Deno.test("of rows that are all zero only counts are told, and they are 0", () => {
  const told = allMetrics(statisticsOf(new Float64Array(40), 4));
  assertEquals(told, {
    effectiveRank: 0,
    participationRatio: 0,
    stableRank: 0,
    numericalRank: 0,
    explainedVariance50: 0,
    explainedVariance90: 0,
    explainedVariance95: 0,
    explainedVariance99: 0,
    nesum: 0,
    deadDimensions: 4,
  });
});

Deno.test("a metric that needs what is not there tells nothing", () => {
  const { unit: _, leverage: __, ...rest } = statisticsOf(integers(2, 60, 3), 3);
  const needy = METRICS.filter(({ needs }) => needs !== undefined);
  assertEquals(needy.map(({ name, needs }) => [name, needs]), [
    ["selfCluster", "unit"],
    ["coherence", "leverage"],
    ["lidar", "objects"],
  ]);
  for (const { compute } of needy) assertEquals(compute(rest), {});
});

// --- Names. ---

Deno.test("a metric's own number comes first, under its name or as the first of several", () => {
  const lidar = Float64Array.of(2, 1);
  const statistics = { ...statisticsOf(gaussian(3, 200 * 20), 20), lidar };
  for (const { name, compute } of METRICS) {
    const [first] = Object.keys(compute(statistics));
    if (name === "rankMe") assertEquals(first, undefined);
    else assertEquals(first, name === "explainedVariance" ? "explainedVariance50" : name);
  }
});

Deno.test("no two metrics have a name in common, and none a number", () => {
  const names = METRICS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  const lidar = Float64Array.of(2, 1);
  const statistics = { ...statisticsOf(gaussian(3, 200 * 20), 20), lidar };
  const numbers = METRICS.flatMap(({ compute }) => Object.keys(compute(statistics)));
  assertEquals(new Set(numbers).size, numbers.length);
});

Deno.test("metrics are found by name, each once and in the order of the table", () => {
  const names = (asked: readonly string[] | "all") => metricsNamed(asked).map(({ name }) => name);
  assertEquals(names([]), []);
  assertEquals(names(["nesum", "rankMe", "nesum"]), ["rankMe", "nesum"]);
  assertEquals(metricsNamed("all"), METRICS);
  assertEquals(metricsNamed(["nesum", "all"]), METRICS);
});

Deno.test("a metric that there is none of is refused with the one that was meant, or all there are", () => {
  const refusal = (name: string) => {
    const error = assertThrows(() => metricsNamed(["nesum", name]), RankMeError);
    assertEquals(error.code, "usage");
    return error.message;
  };
  const meant = (name: string, one: string) =>
    assertEquals(refusal(name), `there is no metric "${name}"; did you mean ${one}?`);
  meant("effectivRank", "effectiveRank");
  meant("stablerank", "stableRank");
  meant("NESUM", "nesum");
  assert(refusal("silhouette").includes("there are rankMe, effectiveRank, "));
  assert(refusal("").endsWith("deadDimensions, and all"));
});
