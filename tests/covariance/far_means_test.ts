/**
 * Means that are far larger than the spread of the rows, of states about different pivots. What is
 * right is found in whole numbers of any size: see exact_spectrum.ts.
 */
import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { EmbeddingBatch } from "../../src/batch.ts";
import { JackknifeCovariance } from "../../src/covariance/jackknife_covariance.ts";
import { ObjectScatter } from "../../src/covariance/object_scatter.ts";
import { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { fastestBackend } from "../../src/linalg/fastest_backend.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { CONVENTIONS } from "../../src/metrics/conventions.ts";
import { rankMe } from "../../src/metrics/rank_me.ts";
import { rankMeErrorBound } from "../../src/metrics/rank_me_error_bound.ts";
import { gaussian, uniform } from "../linalg/matrices.ts";
import { exactSpectrum } from "./exact_spectrum.ts";

/** What evaluating the formula in float64 is off by, of values that are right. */
const KNOWN = 2e-15;

/** Rows about means that differ from shard to shard, each shard with its first and last row. */
interface Sharded {
  readonly data: Float64Array<ArrayBuffer>;
  readonly dim: number;
  /** The mean in units of the spread. */
  readonly mean: number;
  readonly ends: readonly number[];
  readonly seed: number;
}

const sharded: fc.Arbitrary<Sharded> = fc.record({
  seed: fc.nat(),
  dim: fc.integer({ min: 2, max: 8 }),
  rows: fc.integer({ min: 2, max: 160 }),
  mean: fc.constantFrom(0, 1, 1e3, 1e7, 1e10, 1e13, 1e15),
  apart: fc.constantFrom(0, 1, 1e4),
  decay: fc.constantFrom(1, 0.1, 0.01),
  cuts: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
}).map(({ seed, dim, rows, mean, apart, decay, cuts }) => {
  const ends = [...cuts.map((cut) => cut % (rows + 1)).sort((a, b) => a - b), rows];
  const numbers = gaussian(seed, rows * dim), means = gaussian(seed + 1, dim * (ends.length + 1));
  const data = numbers.map((value, at) => {
    const shard = ends.findIndex((end) => at < end * dim);
    return mean * means[at % dim] + apart * means[dim * (shard + 1) + at % dim] +
      value * decay ** (at % dim);
  });
  return { data, dim, mean, ends, seed };
});

/** A state of each shard, each about a pivot of its own as soon as it has one. */
function statesOf({ data, dim, ends }: Sharded, exact: boolean, index: number): OnlineCovariance[] {
  return ends.map((end, shard) => {
    const backend = (shard + index) % 2 ? referenceBackend : fastestBackend();
    const rows = data.subarray((ends[shard - 1] ?? 0) * dim, end * dim);
    return new OnlineCovariance(backend, { exact }).update(new EmbeddingBatch({ data: rows, dim }));
  });
}

/** Merges states two at a time, in an order that a seed chooses. */
function mergedAnyhow(states: readonly OnlineCovariance[], seed: number): OnlineCovariance {
  const left = [...states], next = uniform(seed);
  while (left.length > 1) {
    const [taken] = left.splice(Math.floor(next() * left.length), 1);
    left[Math.floor(next() * left.length)].merge(taken);
  }
  return left[0];
}

for (const exact of [false, true]) {
  const kind = exact ? "triangular factors" : "products";
  Deno.test(`${kind} about any pivots, merged in any tree, are right within their bound`, () => {
    fc.assert(
      fc.property(sharded, (rows) => {
        const state = mergedAnyhow(statesOf(rows, exact, rows.seed), rows.seed);
        for (const centered of [false, true]) {
          const exactly = exactSpectrum(rows.data, rows.dim, centered);
          const spectrum = state.spectrum({ centered });
          for (const convention of Object.values(CONVENTIONS)) {
            const right = rankMe(exactly, convention);
            const error = Math.abs(rankMe(spectrum, convention) - right);
            assertLess(error, rankMeErrorBound(spectrum, convention) + KNOWN * right);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
}

Deno.test("the bound holds where all differences from a far pivot are alike", () => {
  // One row decides on λ₁; λ₂ is what 113 nearly equal squares, all rounded alike, leave of them.
  const rows = 114, dim = 2;
  const data = gaussian(5118, rows * dim).map((value, at) =>
    value * [1e-3, 1e-4][at % dim] + (at < dim ? [1e3, 1][at] : 0)
  );
  const pivot = gaussian(-5118 >>> 0, dim).map((value) => 1e3 * value);
  const state = new OnlineCovariance(referenceBackend, { pivot });
  const spectrum = state.update(new EmbeddingBatch({ data, dim })).spectrum({ centered: true });
  const convention = CONVENTIONS["roy-vetterli"];
  const error = rankMe(spectrum, convention) - rankMe(exactSpectrum(data, dim, true), convention);
  assertLess(Math.abs(error), rankMeErrorBound(spectrum, convention));
});

Deno.test("equal rows about a far pivot are no error, and of a rank that nobody knows", () => {
  for (const rows of [1, 3, 50, 100]) {
    const data = Float64Array.from({ length: 3 * rows }, (_, at) => [0.1, 0.7, 1.3][at % 3]);
    const pivot = Float64Array.of(0.1 + 1e8, 0.7, 1.3 - 1e7);
    const state = new OnlineCovariance(referenceBackend, { pivot });
    const spectrum = state.update(new EmbeddingBatch({ data, dim: 3 })).spectrum({
      centered: true,
    });
    assertEquals(rankMeErrorBound(spectrum), Math.min(rows, 3), `${rows} rows`);
  }
});

Deno.test("centring takes a mean of 1e13 spreads off merged rows to 1e-12 of RankMe", () => {
  for (const [seed, rows, dim] of [[1, 60, 2], [2, 100, 4], [3, 160, 8]]) {
    const data = gaussian(seed, rows * dim).map((value, at) => value + 1e13 * (1 + at % dim));
    const shards = { data, dim, mean: 1e13, ends: [rows >> 1, rows], seed };
    const spectrum = mergedAnyhow(statesOf(shards, false, 0), seed).spectrum({ centered: true });
    const right = rankMe(exactSpectrum(data, dim, true), CONVENTIONS.paper);
    assertAlmostEquals(rankMe(spectrum, CONVENTIONS.paper), right, 1e-12 * right);
    assertLess(rankMeErrorBound(spectrum), 1e-11 * right);
  }
});

Deno.test("leaving out folds of far rows is what the other rows alone give", () => {
  const rows = 192, dim = 6, groups = 4;
  const data = gaussian(5, rows * dim).map((value, at) => value + 1e13 * (1 + at % dim));
  // Merged from two, whose pivots differ.
  const halves = [0, 1].map((half) => {
    const state = new JackknifeCovariance(referenceBackend, { groups });
    const own = data.subarray(half * rows / 2 * dim, (half + 1) * rows / 2 * dim);
    return state.update(new EmbeddingBatch({ data: own, dim }));
  });
  const without = [...halves[0].merge(halves[1]).without()];
  assertEquals(without.length, groups);
  without.forEach((state, group) => {
    const others = data.filter((_, at) => Math.floor(at / dim) % groups !== group);
    const right = rankMe(exactSpectrum(others, dim, true), CONVENTIONS.paper);
    const rank = rankMe(state.spectrum({ centered: true }), CONVENTIONS.paper);
    assertAlmostEquals(rank, right, 1e-12 * right);
  });
});

Deno.test("LiDAR of views far from the origin is that of the same views near it", () => {
  const objects = 40, views = 5, dim = 4;
  // Eighths, so that adding the mean rounds nothing and both are the same rows but for the shift.
  const eighths = (numbers: Float64Array) => numbers.map((value) => Math.round(8 * value) / 8);
  const centers = eighths(gaussian(6, objects * dim));
  const noise = eighths(gaussian(7, objects * views * dim).map((value) => value / 2));
  const near = noise.map((value, at) =>
    value + centers[Math.floor(at / dim / views) * dim + at % dim]
  );
  const names = Array.from({ length: objects * views }, (_, row) => `${Math.floor(row / views)}`);
  const eigenvaluesOf = (data: Float64Array<ArrayBuffer>, shards: number) => {
    const each = objects / shards * views;
    const states = Array.from({ length: shards }, (_, shard) => {
      const own = data.subarray(shard * each * dim, (shard + 1) * each * dim);
      const state = new ObjectScatter(referenceBackend, { groups: 2 });
      const labels = names.slice(shard * each, (shard + 1) * each);
      return state.update(new EmbeddingBatch({ data: own, dim }), labels);
    });
    const all = states.reduce((all, state) => all.merge(state));
    return [all.eigenvalues(), ...all.eigenvaluesWithout()];
  };
  const expected = eigenvaluesOf(near, 1);
  for (const mean of [1e9, 1e13]) {
    const far = near.map((value, at) => value + mean * (1 + at % dim));
    assert(far.every((value, at) => value - mean * (1 + at % dim) === near[at]));
    for (const shards of [1, 4, 20]) {
      eigenvaluesOf(far, shards).forEach((values, of) =>
        values.forEach((value, k) =>
          assertAlmostEquals(value, expected[of][k], 1e-11 * expected[of][0])
        )
      );
    }
  }
});
