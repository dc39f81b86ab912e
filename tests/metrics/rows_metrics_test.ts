/** The metrics that need more than one spectrum of the rows as they are. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { coherence } from "../../src/metrics/coherence.ts";
import { deadDimensions } from "../../src/metrics/dead_dimensions.ts";
import { meanNorm } from "../../src/metrics/mean_norm.ts";
import { selfCluster } from "../../src/metrics/self_cluster.ts";
import { gaussian, integers } from "../linalg/matrices.ts";
import { ROUTES, statisticsOf } from "./statistics_of.ts";

// --- SelfCluster. ---

/** By definition: every pair of rows that have a direction. */
function selfClusterByPairs(data: Float64Array, dim: number): number {
  const rows = Array.from(
    { length: data.length / dim },
    (_, i) => Array.from(data.subarray(i * dim, (i + 1) * dim)),
  ).filter((row) => row.some((x) => x !== 0));
  const n = rows.length;
  let cosines = 0;
  for (const a of rows) {
    for (const b of rows) {
      const product = a.reduce((sum, x, j) => sum + x * b[j], 0);
      cosines += (product / Math.hypot(...a) / Math.hypot(...b)) ** 2;
    }
  }
  const expected = n + n * (n - 1) / dim;
  return (cosines - expected) / (n * n - expected);
}

Deno.test("SelfCluster is that of all pairs of rows, those of zeros left out", () => {
  const shapes = fc.record({
    seed: fc.integer({ min: 0, max: 1e6 }),
    dim: fc.integer({ min: 2, max: 9 }),
    rows: fc.integer({ min: 3, max: 25 }),
  });
  fc.assert(fc.property(shapes, ({ seed, dim, rows }) => {
    const data = integers(seed, rows * dim, 2);
    // One row of zeros, and two that are none.
    data.fill(0, 0, dim);
    data[dim] = data[3 * dim - 1] = 1;
    const { unit } = statisticsOf(data, dim);
    assertAlmostEquals(selfCluster(unit!)!, selfClusterByPairs(data, dim), 1e-12);
  }));
});

Deno.test("SelfCluster is 1 for rows on a line, and as low as can be for a tight frame", () => {
  const of = (dim: number, ...data: number[]) =>
    selfCluster(statisticsOf(Float64Array.from(data), dim).unit!)!;
  assertAlmostEquals(of(2, 1, 2, 3, 6, -2, -4), 1, 1e-14);
  // Three directions at 120°, and two at right angles in three dimensions.
  const height = Math.sqrt(0.75);
  assertAlmostEquals(of(2, 1, 0, -0.5, height, -0.5, -height), -1 / 2, 1e-14);
  assertAlmostEquals(of(3, 1, 0, 0, 0, 1, 0), -1 / 2, 1e-14);
});

Deno.test("SelfCluster of independent normal rows is near 0", () => {
  const { unit } = statisticsOf(gaussian(4, 4000 * 16), 16);
  assertAlmostEquals(selfCluster(unit!)!, 0, 1e-4);
});

Deno.test("there is no SelfCluster of one dimension, or of a single row with a direction", () => {
  assertEquals(selfCluster(statisticsOf(Float64Array.of(1, 2, 3), 1).unit!), undefined);
  assertEquals(selfCluster(statisticsOf(Float64Array.of(1, 2, 0, 0), 2).unit!), undefined);
  assertEquals(selfCluster(statisticsOf(new Float64Array(4), 2).unit!), undefined);
});

// --- Coherence. ---

Deno.test("coherence is the largest leverage over the mean one", () => {
  assertEquals(coherence({ largest: 0.25, rank: 3 }, 12), 1);
  assertEquals(coherence({ largest: 1, rank: 3 }, 12), 4);
  assertEquals(coherence({ largest: 0, rank: 0 }, 12), undefined);
});

Deno.test("a row far from all others has nearly the most coherence there is", () => {
  const data = gaussian(5, 100 * 4);
  const before = coherence(statisticsOf(data, 4).leverage!, 100)!;
  data[0] = 1e6;
  const after = coherence(statisticsOf(data, 4).leverage!, 100)!;
  assert(before < 6, `${before}`);
  assertAlmostEquals(after, 100 / 4, 1e-3);
});

// --- The mean's share. ---

Deno.test("the mean's share of the energy is N‖μ‖²/Σ‖x‖²", () => {
  const data = integers(6, 50 * 7, 9);
  const { mean } = statisticsOf(data, 7);
  const energy = data.reduce((sum, x) => sum + x * x, 0);
  const expected = 50 * mean.reduce((sum, x) => sum + x * x, 0) / energy;
  for (const stateOf of Object.values(ROUTES)) {
    assertAlmostEquals(meanNorm(statisticsOf(data, 7, stateOf))!, expected, 1e-13);
  }
});

Deno.test("the mean's share is 1 for equal rows, 0 about the origin, and none of zeros", () => {
  const of = (...data: number[]) => meanNorm(statisticsOf(Float64Array.from(data), 2));
  assertEquals(of(3, 4, 3, 4, 3, 4), 1);
  assertEquals(of(3, 4, -3, -4), 0);
  assertEquals(of(0, 0, 0, 0), undefined);
});

Deno.test("the mean's share of unit rows is the mean cosine of all pairs", () => {
  const angles = gaussian(7, 30);
  const data = Float64Array.from(
    { length: 60 },
    (_, at) => at % 2 ? Math.sin(angles[at >> 1]) : Math.cos(angles[at >> 1]),
  );
  let cosines = 0;
  for (const a of angles) for (const b of angles) cosines += Math.cos(a - b) / 900;
  assertAlmostEquals(meanNorm(statisticsOf(data, 2))!, cosines, 1e-13);
});

// --- Dead dimensions. ---

Deno.test("dimensions are dead when they are the same in all rows, however close others come", () => {
  for (const rows of [4, 40]) {
    const data = gaussian(8, rows * 6).map((x, at) =>
      [x, 0, 1e8, 0.1, 1e-9 * x, 1e6 + 1e-6 * x][at % 6]
    );
    for (const stateOf of Object.values(ROUTES)) {
      assertEquals(deadDimensions(statisticsOf(data, 6, stateOf)), 3);
    }
  }
});

Deno.test("one row has no dead dimensions: nothing could vary", () => {
  assertEquals(deadDimensions(statisticsOf(Float64Array.of(1, 0, 3), 3)), undefined);
  assertEquals(deadDimensions(statisticsOf(Float64Array.of(1, 0, 3, 2, 0, 4), 3)), 1);
});
