/** A triangular factor in place of products. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EmbeddingBatch } from "../../src/batch.ts";
import { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { RankMeError } from "../../src/errors.ts";
import { gaussian, integers, orthogonal, product } from "../linalg/matrices.ts";
import {
  batchOf,
  exactScatterTimesRows,
  exactStateOf,
  rankOf,
  stateOf,
  twoPassScatter,
} from "./rows.ts";

function assertRefused(action: () => unknown, code: string, message: string): void {
  const error = assertThrows(action, RankMeError);
  assertEquals(error.code, code);
  assert(error.message.includes(message), error.message);
}

function exactState(): OnlineCovariance {
  return new OnlineCovariance(undefined, { exact: true });
}

/** Everything that can be asked of a state. */
function answers(state: OnlineCovariance): unknown {
  return {
    count: state.count,
    mean: state.mean,
    scatter: state.scatter(),
    spectrum: state.spectrum(),
    centered: state.spectrum({ centered: true }),
  };
}

/** Rows ±σₖ along rotated axes, and so many rows of their mean: σ√2 are the centred singular values. */
function designed(sigma: readonly number[], mean: Float64Array, more = 0): Float64Array {
  const dim = sigma.length;
  const axes = orthogonal(dim, dim);
  const axisRows = Float64Array.from(axes, (x, at) => x * sigma[Math.floor(at / dim)]);
  const deviations = [...axisRows, ...axisRows.map((x) => -x), ...new Float64Array(more * dim)];
  return Float64Array.from(deviations, (x, at) => x + mean[at % dim]);
}

Deno.test("an exact state says so, and so does its copy", () => {
  assertEquals(exactState().exact, true);
  assertEquals(exactState().clone().exact, true);
  assertEquals(new OnlineCovariance().exact, false);
});

Deno.test("an exact state of three rows has the mean, scatter, covariance and second moment by hand", () => {
  // Rows (1, 0), (3, 0), (5, 3): mean (3, 1), deviations (−2, −1), (0, −1), (2, 2).
  const state = exactStateOf(Float64Array.of(1, 0, 3, 0, 5, 3), 2, 1);
  assertEquals([state.count, state.dim], [3, 2]);
  const assertNear = (actual: Float64Array, ...expected: number[]) => {
    assertEquals(actual.length, expected.length);
    expected.forEach((value, at) => assertAlmostEquals(actual[at], value, 1e-14));
  };
  assertNear(state.mean, 3, 1);
  assertNear(state.scatter(), 8, 6, 6, 6);
  assertNear(state.covariance(), 4, 3, 3, 3);
  assertNear(state.secondMoment(), 35, 15, 15, 9);
});

Deno.test("any batches of any numbers give the two-pass scatter and mean of an exact state", () => {
  const numbers = fc.oneof(
    fc.integer({ min: -1000, max: 1000 }),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((x) => Math.abs(x) < 1e-100 ? 0 : x),
  );
  const rowsOf = fc.integer({ min: 1, max: 9 }).chain((dim) =>
    fc.record({
      dim: fc.constant(dim),
      rows: fc.array(fc.array(numbers, { minLength: dim, maxLength: dim }), {
        minLength: 1,
        maxLength: 40,
      }),
      sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
    })
  );
  fc.assert(fc.property(rowsOf, ({ dim, rows, sizes }) => {
    const data = Float64Array.from(rows.flat());
    const state = exactStateOf(data, dim, ...sizes);
    const expected = twoPassScatter(data, dim);
    const largest = data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    state.scatter().forEach((value, at) =>
      assertAlmostEquals(value, expected[at], 1e-13 * rows.length * largest ** 2)
    );
    state.mean.forEach((value, i) => {
      const mean = rows.reduce((sum, row) => sum + row[i] / rows.length, 0);
      assertAlmostEquals(value, mean, 1e-14 * largest);
    });
  }));
});

Deno.test("singular values from 1 to 1e-14 are all there, with any mean and without", () => {
  const sigma = [1, 0.3, 1e-2, 1e-5, 1e-8, 1e-10, 1e-12, 1e-14];
  for (const size of [0, 1]) {
    const data = designed(sigma, gaussian(1, 8).map((x) => x * size), 200);
    for (const sizes of [[Infinity], [1], [7, 64]]) {
      const centered = exactStateOf(data, 8, ...sizes).spectrum({ centered: true });
      // Rows of a size near 1 are themselves rounded to 1e-16.
      centered.singularValues.forEach((value, k) =>
        assertAlmostEquals(value, sigma[k] * Math.SQRT2, size ? 4e-15 : 2e-15)
      );
    }
  }
  const uncentered = exactStateOf(designed(sigma, new Float64Array(8)), 8, 3).spectrum();
  uncentered.singularValues.forEach((value, k) =>
    assertAlmostEquals(value, sigma[k] * Math.SQRT2, 2e-15)
  );
});

Deno.test("what the scatter cannot resolve the exact state can", () => {
  const data = product(gaussian(2, 400 * 2), 2, gaussian(3, 2 * 12))
    .map((x, at) => x + 1e-11 * Math.sin(at * at));
  const exact = exactStateOf(data, 12).spectrum().singularValues;
  const squared = stateOf(data, 12).spectrum().singularValues;
  // 400 rows of noise of variance 1/2: √200·1e-11, give or take its spread.
  for (let k = 2; k < 12; k++) {
    assert(exact[k] > 1e-10 && exact[k] < 2e-10, `σ${k + 1} = ${exact[k]}`);
  }
  assert(squared.subarray(2).some((value) => value > 1e-8 || value === 0));
});

Deno.test("a mean of 1e8 costs the centred spectrum of an exact state nothing", () => {
  const dim = 5, data = integers(4, 300 * dim, 9);
  const expected = exactStateOf(data, dim).spectrum({ centered: true }).singularValues;
  for (const sizes of [[Infinity], [1], [50]]) {
    const moved = exactStateOf(data.map((x) => x + 1e8), dim, ...sizes);
    moved.spectrum({ centered: true }).singularValues.forEach((value, k) =>
      assertAlmostEquals(value, expected[k], 4e-15 * expected[0])
    );
  }
});

Deno.test("equal rows leave exactly nothing after centring in an exact state", () => {
  const row = [0.1, 1 / 3, -1e5 / 7, 12345.678];
  const data = Float64Array.from({ length: 400 }, (_, at) => row[at % 4]);
  for (const sizes of [[100], [1], [3, 7]]) {
    const state = exactStateOf(data, 4, ...sizes);
    assertEquals(state.mean, Float64Array.from(row));
    state.merge(exactStateOf(data, 4, 9));
    assertEquals(state.mean, Float64Array.from(row));
    assertEquals(state.spectrum({ centered: true }).eigenvalues, new Float64Array(4));
    const squares = row.reduce((sum, x) => sum + x * x, 0);
    assertAlmostEquals(state.spectrum().eigenvalues[0] / (200 * squares), 1, 1e-14);
  }
});

// --- Merging and copying. ---

Deno.test("merging exact shards whose means are far apart gives the exact scatter", () => {
  const dim = 3;
  const shards = [0, 1e8, -3e8, 5].map((mean, k) => integers(20 + k, 90, 50).map((x) => x + mean));
  const all = Float64Array.from(shards.flatMap((shard) => [...shard]));
  const exact = exactScatterTimesRows(all, dim).map((value) => Number(value) / (all.length / dim));
  const merged = exactState();
  for (const shard of shards) merged.merge(exactStateOf(shard, dim, 7));
  merged.scatter().forEach((value, at) => assertAlmostEquals(value / exact[at], 1, 1e-14));
});

Deno.test("a few rows merged with many others far away lose nothing to their distance", () => {
  const dim = 4, few = gaussian(5, 5 * dim), many = gaussian(6, 2000 * dim).map((x) => x + 1e6);
  const sigma = [exactStateOf(few, dim).merge(exactStateOf(many, dim)), exactStateOf(many, dim)]
    .map((state) => state.spectrum({ centered: true }).singularValues);
  // Five rows 1e6 away make one direction of √(5·2000/2005)·1e6·√4; the others stay near √2000.
  assertAlmostEquals(sigma[0][0] / (2e6 * Math.sqrt(5 * 2000 / 2005)), 1, 1e-5);
  const swapped = exactStateOf(many, dim).merge(exactStateOf(few, dim)).spectrum({
    centered: true,
  });
  const whole = exactStateOf(Float64Array.of(...few, ...many), dim, 11).spectrum({
    centered: true,
  });
  for (let k = 0; k < dim; k++) {
    assertAlmostEquals(swapped.singularValues[k], sigma[0][k], 1e-14 * sigma[0][0]);
    // Batches one after another shift by the first pivot: √2000 rows of 1e6 more are rounded.
    assertAlmostEquals(whole.singularValues[k], sigma[0][k], 1e-13 * sigma[0][0]);
  }
});

Deno.test("merging exact states leaves the other as it was; a copy goes its own way", () => {
  const a = exactStateOf(gaussian(7, 40), 4), b = exactStateOf(gaussian(8, 60), 4, 3);
  const before = answers(b);
  const copy = b.clone();
  assertEquals(answers(copy), before);
  a.merge(b).update(batchOf(4, 9, 9, 9, 9));
  copy.update(batchOf(4, 1, 2, 3, 4)).merge(a);
  assertEquals(answers(b), before);
  const later = answers(copy);
  b.update(batchOf(4, 5, 5, 5, 5));
  assertEquals(answers(copy), later);
});

Deno.test("an exact state merged with itself has every row twice", () => {
  const data = integers(9, 60, 9);
  const twice = exactStateOf(data, 3);
  twice.merge(twice);
  const expected = twoPassScatter(Float64Array.of(...data, ...data), 3);
  assertEquals(twice.count, 40);
  twice.scatter().forEach((value, at) => assertAlmostEquals(value, expected[at], 1e-11));
});

Deno.test("an exact state and one that is not are not merged, however few their rows", () => {
  for (const rows of [2, 30]) {
    const exact = exactStateOf(gaussian(10, 3 * rows), 3);
    const other = stateOf(gaussian(10, 3 * rows), 3);
    const before = [answers(exact), answers(other)];
    assertRefused(
      () => exact.merge(other),
      "usage",
      "this state is exact and the other one is not",
    );
    assertRefused(
      () => other.merge(exact),
      "usage",
      "the other state is exact and this one is not",
    );
    assertEquals([answers(exact), answers(other)], before);
    assertEquals(answers(exact.merge(new OnlineCovariance())), before[0]);
  }
});

// --- Sizes. ---

Deno.test("rows of all sizes from 1e-140 to 1e140, in any order, count by their size", () => {
  for (const sizes of [[1e-140, 1, 1e140], [1e140, 1, 1e-140], [0, 1e-140, 1e-140]]) {
    const rows = sizes.flatMap((size) => [size, 0, 0, -size, 0, 0, 0, size, 0, 0, 0, -size / 2]);
    const { singularValues } = exactStateOf(Float64Array.from(rows), 3, 4).spectrum();
    const root = Math.sqrt(sizes.reduce((sum, size) => sum + size * size, 0));
    [Math.SQRT2, 1, 0.5].forEach((factor, k) =>
      assertAlmostEquals(singularValues[k] / root, factor, 1e-15)
    );
  }
});

Deno.test("exact values whose squares overflow or vanish are refused, with advice, never scored", () => {
  for (const size of [Number.MIN_VALUE, 1e-200, 1e-150, 1e155, 1e300, Number.MAX_VALUE]) {
    const [found, advice] = size < 1 ? ["vanish", "multiply"] : ["overflow", "divide"];
    const state = exactStateOf(Float64Array.of(size, 0, -size, size, 0, size / 2), 2);
    for (const centered of [false, true]) {
      assertRefused(() => state.spectrum({ centered }), "range", found);
      assertRefused(() => state.spectrum({ centered }), "range", advice);
    }
    if (size > 1) assertRefused(() => state.scatter(), "range", "overflow");
  }
});

Deno.test("rows of zeros have an exact spectrum of zeros", () => {
  const state = exactStateOf(new Float64Array(30), 3, 4);
  for (const centered of [false, true]) {
    assertEquals(state.spectrum({ centered }).singularValues, new Float64Array(3));
  }
  assertEquals(rankOf(state), 0);
});

Deno.test("NaN and other dimensions leave an exact state as it was", () => {
  const state = exactStateOf(gaussian(11, 30), 3);
  const before = answers(state);
  assertRefused(() => state.update(batchOf(3, 1, NaN, 2)), "non-finite", "NaN (dimension 1)");
  assertRefused(() => state.update(batchOf(2, 1, 2)), "dimension", "earlier rows have 3");
  assertEquals(answers(state), before);
  const empty = new EmbeddingBatch({ data: new Float64Array(0), dim: 3 });
  assertEquals(answers(state.update(empty)), before);
});
