import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { simulate } from "../../bench/simulations/coverage.ts";
import {
  drawAmong,
  drawRows,
  drawsFrom,
  SPECTRA,
  type SpectrumName,
} from "../../bench/simulations/rows.ts";
import { batchesOf } from "../covariance/rows.ts";

const COUNT = 400_000;

/** The mean of a function of many draws. */
function meanOf(compute: () => number): number {
  let sum = 0;
  for (let i = 0; i < COUNT; i++) sum += compute();
  return sum / COUNT;
}

Deno.test("draws are normal, and of Student's t, as far as moments and quantiles say", () => {
  const draws = drawsFrom(1);
  assertAlmostEquals(meanOf(() => draws.normal()), 0, 0.01);
  assertAlmostEquals(meanOf(() => draws.normal() ** 2), 1, 0.02);
  assertAlmostEquals(meanOf(() => draws.normal() ** 4), 3, 0.1);
  // ν/(ν − 2).
  assertAlmostEquals(meanOf(() => draws.studentT(5) ** 2), 5 / 3, 0.03);
  // The quantiles for a probability of 0.975 with 5 and 3 degrees of freedom, from tables.
  assertAlmostEquals(meanOf(() => Number(draws.studentT(5) > 2.5706)), 0.025, 0.001);
  assertAlmostEquals(meanOf(() => Number(draws.studentT(3) > 3.1824)), 0.025, 0.001);
});

Deno.test("rows have the spectrum and the tails that they are asked to have", () => {
  const dim = 16, rows = 20_000;
  for (const spectrum of Object.keys(SPECTRA) as SpectrumName[]) {
    const { data } = drawRows({ spectrum, tails: "rows t₅", dim }, rows, drawsFrom(2));
    const { deviation, noise } = SPECTRA[spectrum];
    for (const k of [0, 7, 15]) {
      let squares = 0;
      for (let at = k; at < data.length; at += dim) squares += data[at] ** 2 / rows;
      const expected = deviation(k) ** 2 * 5 / 3 + noise ** 2;
      assertAlmostEquals(squares, expected, 0.1 * expected);
    }
  }
  // P(|x|²/D > q) of a multivariate t is that of F with D and 5 degrees of freedom: 4.60 at 0.05.
  const { data } = drawRows({ spectrum: "flat", tails: "rows t₅", dim }, rows, drawsFrom(3));
  let far = 0;
  for (let at = 0; at < data.length; at += dim) {
    if (Math.hypot(...data.subarray(at, at + dim)) ** 2 / dim > 4.60) far++;
  }
  assertAlmostEquals(far / rows, 0.05, 0.006);
});

Deno.test("of the rows that there are each is drawn once at most, and as often as any other", () => {
  const batches = batchesOf(Float64Array.from({ length: 20 }, (_, at) => at), 2, 3, 4);
  const draws = drawsFrom(5), times = new Array(10).fill(0);
  for (let trial = 0; trial < 10_000; trial++) {
    const { data } = drawAmong(batches, 4, draws);
    const rows = Array.from({ length: 4 }, (_, row) => data[2 * row] / 2);
    assertEquals(new Set(rows).size, 4);
    for (const row of rows) times[row]++;
    assertEquals(data[1], data[0] + 1);
  }
  for (const count of times) assertAlmostEquals(count / 10_000, 0.4, 0.02);
});

Deno.test("the same seed gives the same coverage, and intervals of normal rows hold", () => {
  const run = () => {
    const draws = drawsFrom(4);
    return simulate({
      draw: () => drawRows({ spectrum: "σₖ = 1/k", tails: "normal", dim: 8 }, 100, draws),
      groups: 16,
      repetitions: 60,
      fresh: 100,
    });
  };
  const { rankMe } = run();
  assertEquals(run().rankMe, rankMe);
  assert(rankMe.plain.value > 0.85 && rankMe.widened.value >= rankMe.plain.value);
  assert(rankMe.medianError > 0.7 && rankMe.medianError < 1.4);
});
