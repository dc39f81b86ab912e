import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EmbeddingBatch } from "../../src/batch.ts";
import { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { RankMeError } from "../../src/errors.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { countingBackend } from "../linalg/counting_backend.ts";
import { gaussian, integers } from "../linalg/matrices.ts";
import {
  assertAlike,
  batchesOf,
  batchOf,
  exactScatterTimesRows,
  rankOf,
  stateOf,
  twoPassScatter,
} from "./rows.ts";

function assertRefused(action: () => unknown, code: string, message?: string): void {
  const error = assertThrows(action, RankMeError);
  assertEquals(error.code, code);
  if (message !== undefined) assertEquals(error.message, message);
}

/** Everything that can be asked of a state. */
function answers(state: OnlineCovariance): unknown {
  return {
    count: state.count,
    dim: state.dim,
    mean: state.mean,
    scatter: state.scatter(),
    spectrum: state.spectrum(),
    centered: state.spectrum({ centered: true }),
  };
}

// --- What it says of a few rows, by hand. ---

Deno.test("a state of no rows has no count and no dimension, and no answers", () => {
  const state = new OnlineCovariance();
  assertEquals([state.count, state.dim], [0, 0]);
  assertRefused(() => state.mean, "empty", "there are no rows");
  assertRefused(() => state.scatter(), "empty");
  assertRefused(() => state.secondMoment(), "empty");
  assertRefused(() => state.covariance(), "empty");
  assertRefused(() => state.spectrum(), "empty");
  assertRefused(() => state.spectrum({ centered: true }), "empty");
});

Deno.test("a state of three rows has the mean, scatter, covariance and second moment by hand", () => {
  // Rows (1, 0), (3, 0), (5, 3): mean (3, 1), deviations (−2, −1), (0, −1), (2, 2).
  const state = new OnlineCovariance().update(batchOf(2, 1, 0, 3, 0)).update(batchOf(2, 5, 3));
  assertEquals([state.count, state.dim], [3, 2]);
  assertEquals(state.mean, Float64Array.of(3, 1));
  assertEquals(state.scatter(), Float64Array.of(8, 6, 6, 6));
  assertEquals(state.covariance(), Float64Array.of(4, 3, 3, 3));
  assertEquals(state.secondMoment(), Float64Array.of(35, 15, 15, 9));
});

Deno.test("a spectrum says how many rows and columns it comes from and whether it is centred", () => {
  const state = stateOf(Float64Array.of(3, 0, 0, 0, 4, 0), 3);
  const { eigenvalues, singularValues, rows, dim, centered } = state.spectrum();
  assertEquals([rows, dim, centered], [2, 3, false]);
  assertEquals(eigenvalues, Float64Array.of(16, 9));
  assertEquals(singularValues, Float64Array.of(4, 3));
  // Centred: rows ±(1.5, −2, 0), so one direction of squared length 2·6.25.
  const about = state.spectrum({ centered: true });
  assertEquals(about.centered, true);
  assertAlmostEquals(about.eigenvalues[0], 12.5, 1e-14);
  assertAlmostEquals(about.eigenvalues[1], 0, 1e-14);
});

Deno.test("a spectrum has min(N, D) values, none of them negative", () => {
  for (const [rows, dim] of [[1, 5], [4, 9], [9, 9], [20, 9]]) {
    for (const centered of [false, true]) {
      const data = integers(rows, rows * dim, 3);
      const spectrum = stateOf(data, dim).spectrum({ centered });
      assertEquals(spectrum.eigenvalues.length, Math.min(rows, dim));
      assertEquals(spectrum.singularValues.length, Math.min(rows, dim));
      assert(spectrum.eigenvalues.every((value) => value >= 0));
      assertEquals(spectrum.singularValues, spectrum.eigenvalues.map(Math.sqrt));
    }
  }
});

Deno.test("a covariance needs two rows", () => {
  const state = stateOf(Float64Array.of(1, 2), 2);
  assertRefused(() => state.covariance(), "empty", "a covariance needs two rows, there are 1");
  assertEquals(state.update(batchOf(2, 3, 6)).covariance(), Float64Array.of(2, 4, 4, 8));
});

// --- Updating. ---

Deno.test("any batches of any numbers give the two-pass scatter and mean", () => {
  const numbers = fc.oneof(
    fc.integer({ min: -1000, max: 1000 }),
    // Denormal numbers alone would be refused: their squares vanish.
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
    const state = stateOf(data, dim, ...sizes);
    const expected = twoPassScatter(data, dim);
    const largest = data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const tolerance = 1e-14 * rows.length ** 2 * largest ** 2;
    state.scatter().forEach((value, at) => assertAlmostEquals(value, expected[at], tolerance));
    state.mean.forEach((value, i) => {
      const mean = rows.reduce((sum, row) => sum + row[i], 0) / rows.length;
      assertAlmostEquals(value, mean, 1e-14 * rows.length * largest);
    });
  }));
});

Deno.test("whole numbers on a mean of a hundred million give the exact scatter", () => {
  const rows = 1000, dim = 6;
  const mean = [1e8, -1e8, 3e7, 0, 99_999_999, 12_345_678];
  const data = integers(1, rows * dim, 5).map((x, at) => x + mean[at % dim]);
  const exact = exactScatterTimesRows(data, dim).map((value) => Number(value) / rows);
  for (const sizes of [[1000], [1], [7, 64], [128]]) {
    stateOf(data, dim, ...sizes).scatter().forEach((value, at) =>
      // E[xxᵀ] − μμᵀ would miss by thousands: 2⁻⁵³ of a sum of 1e19.
      assertAlmostEquals(value, exact[at], 1e-9, `entry ${at} in batches of ${sizes}`)
    );
  }
});

Deno.test("the second moment on a large mean is the exact one to rounding, and symmetric", () => {
  const rows = 500, dim = 5;
  const data = integers(2, rows * dim, 9).map((x) => x + 1e6);
  const products = new Array<bigint>(dim * dim).fill(0n);
  for (let at = 0; at < data.length; at += dim) {
    for (let k = 0; k < dim * dim; k++) {
      products[k] += BigInt(data[at + Math.floor(k / dim)]) * BigInt(data[at + k % dim]);
    }
  }
  const moment = stateOf(data, dim, 33).secondMoment();
  moment.forEach((value, at) => {
    const exact = Number(products[at]);
    assertAlmostEquals(value, exact, 1e-14 * exact);
    assertEquals(value, moment[at % dim * dim + Math.floor(at / dim)]);
  });
});

Deno.test("float32 rows are accumulated in float64", () => {
  const data = Float32Array.from(gaussian(3, 3000), (x) => x + 1000);
  const state = stateOf(data, 3, 50);
  const expected = twoPassScatter(Float64Array.from(data), 3);
  state.scatter().forEach((value, at) => assertAlmostEquals(value, expected[at], 1e-9));
});

Deno.test("a batch without rows changes nothing, and none makes a dimension", () => {
  const empty = new EmbeddingBatch({ data: new Float64Array(0), dim: 3 });
  const state = new OnlineCovariance().update(empty);
  assertEquals([state.count, state.dim], [0, 0]);
  state.update(batchOf(2, 1, 2, 3, 4));
  const before = answers(state);
  assertEquals(answers(state.update(empty)), before);
});

Deno.test("an update leaves the batch alone and keeps nothing of it", () => {
  const data = Float64Array.of(1, 2, 3, 5);
  const state = new OnlineCovariance().update(new EmbeddingBatch({ data, dim: 2 }));
  assertEquals(data, Float64Array.of(1, 2, 3, 5));
  const before = answers(state);
  data.fill(1e9);
  assertEquals(answers(state), before);
});

Deno.test("answers are copies that nothing reaches the state through", () => {
  const state = stateOf(gaussian(4, 40), 4);
  const before = answers(state);
  for (const matrix of [state.mean, state.scatter(), state.covariance(), state.secondMoment()]) {
    matrix.fill(NaN);
  }
  state.spectrum().eigenvalues.fill(NaN);
  assertEquals(answers(state), before);
});

Deno.test("updates go to the backend that was asked for, also in a copy", () => {
  const { backend, calls } = countingBackend();
  const state = new OnlineCovariance(backend).update(batchOf(2, 1, 2, 3, 4));
  const copy = state.clone().update(batchOf(2, 5, 7));
  copy.spectrum();
  assertEquals(copy.backend.name, "counting");
  assertEquals(calls, { updates: 2, decompositions: 1 });
});

// --- Refusing, and going on after it. ---

Deno.test("NaN and infinities are refused with their row, and the state is as before", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const state = stateOf(gaussian(5, 30), 3);
    const before = answers(state);
    const data = gaussian(6, 12);
    data[7] = value;
    const batch = new EmbeddingBatch({ data, dim: 3, offset: 10 });
    assertRefused(
      () => state.update(batch),
      "non-finite",
      `row 12: ${value} (dimension 1)`,
    );
    assertEquals(answers(state), before);
    // Good rows afterwards count as if nothing had happened.
    const good = batchOf(3, 1, 2, 3);
    assertEquals(answers(state.update(good)), answers(stateOf(gaussian(5, 30), 3).update(good)));
  }
});

Deno.test("NaN in the first batch leaves a state of no rows, of any dimension still", () => {
  const state = new OnlineCovariance();
  assertRefused(() => state.update(batchOf(2, 1, NaN)), "non-finite");
  assertEquals([state.count, state.dim], [0, 0]);
  assertEquals(state.update(batchOf(3, 1, 2, 3)).dim, 3);
});

Deno.test("rows of another dimension are refused with their row, and the state is as before", () => {
  const state = stateOf(gaussian(7, 30), 3);
  const before = answers(state);
  const wider = new EmbeddingBatch({ data: gaussian(8, 8), dim: 4, offset: 10 });
  assertRefused(
    () => state.update(wider),
    "dimension",
    "row 10: 4 dimensions where earlier rows have 3",
  );
  assertEquals(answers(state), before);
});

Deno.test("states of different dimensions are not merged, and stay as they were", () => {
  const narrow = stateOf(gaussian(9, 30), 3), wide = stateOf(gaussian(9, 40), 4);
  const before = [answers(narrow), answers(wide)];
  assertRefused(() => narrow.merge(wide), "dimension");
  assertRefused(() => wide.merge(narrow), "dimension");
  assertEquals([answers(narrow), answers(wide)], before);
});

Deno.test("values whose squares overflow are refused, with advice, never scored", () => {
  for (const size of [1e155, 1e200, 1e300, Number.MAX_VALUE]) {
    const state = stateOf(Float64Array.of(size, 0, -size, size, 0, size / 2), 2);
    for (const centered of [false, true]) {
      const error = assertThrows(() => state.spectrum({ centered }), RankMeError);
      assertEquals(error.code, "range");
      assert(error.message.includes("overflow"), error.message);
      assert(error.message.includes("divide"), error.message);
    }
  }
});

Deno.test("no matrix with an infinity in it is handed out", () => {
  const state = stateOf(Float64Array.of(1e200, -1e200, 3, 4), 2);
  for (const matrix of ["scatter", "covariance", "secondMoment"] as const) {
    assertEquals(assertThrows(() => state[matrix](), RankMeError).code, "range", matrix);
  }
  // About its mean this is small; only the second moment overflows.
  const far = stateOf(Float64Array.of(1e200, 1e200, 1e200, 1e200), 2);
  assertEquals(far.scatter(), new Float64Array(4));
  assertEquals(assertThrows(() => far.secondMoment(), RankMeError).code, "range");
});

Deno.test("one value whose square overflows among ordinary ones is refused", () => {
  const data = gaussian(10, 400);
  data[123] = 1e160;
  for (const sizes of [[100], [1], [7]]) {
    assertRefused(() => stateOf(data, 4, ...sizes).spectrum(), "range");
  }
});

Deno.test("values whose squares vanish are refused, with advice, never scored", () => {
  for (const size of [1e-150, 1e-170, 1e-200, 1e-300, Number.MIN_VALUE]) {
    for (const numbers of [[1, 2, 3, 5], [1, 0, 0, 1], [1, 1, 1, 1], [0, 0, 1, 0], [0, 0, 0, 1]]) {
      const error = assertThrows(
        () => stateOf(Float64Array.from(numbers, (x) => x * size), 2, 1).spectrum(),
        RankMeError,
      );
      assertEquals(error.code, "range");
      assert(error.message.includes("multiply"), error.message);
    }
  }
});

Deno.test("rows whose squares vanish are refused when read, unless larger ones have come", () => {
  for (const exact of [false, true]) {
    const state = new OnlineCovariance(referenceBackend, { exact });
    state.update(batchOf(2, 0, 0, 1e-200, 0, 2e-200, 3e-200));
    for (
      const read of [
        () => state.spectrum(),
        () => state.spectrum({ centered: true }),
        () => state.scatter(),
        () => state.secondMoment(),
        () => state.clone().merge(state).scatter(),
      ]
    ) assertRefused(read, "range");
    state.update(batchOf(2, 3, 4));
    assertAlmostEquals(state.spectrum().eigenvalues[0], 25, 1e-14);
    // Of n rows of which one is not 0: (1 − 1/n)·|x|².
    assertAlmostEquals(state.scatter()[0], 9 * 3 / 4, 1e-14);
  }
});

Deno.test("rows that differ by less than can be squared have a spectrum about zero, none about their mean", () => {
  const state = stateOf(Float64Array.of(1, 1e-200, 1, 2e-200, 1, 3e-200), 2, 1);
  assertAlmostEquals(state.spectrum().eigenvalues[0], 3, 1e-15);
  assertRefused(() => state.spectrum({ centered: true }), "range");
});

Deno.test("a tiny value among ordinary ones is no reason to refuse", () => {
  const state = stateOf(Float64Array.of(0, 0, 1e-200, 0, 1, 2), 2, 1, 2);
  assertAlmostEquals(state.spectrum().eigenvalues[0], 5, 1e-15);
});

Deno.test("a tiny value is no reason to refuse either in a copy or after a merge", () => {
  const apart = () => stateOf(Float64Array.of(-1, 1), 1),
    at = (x: number) => stateOf(Float64Array.of(x, x), 1);
  for (
    const state of [
      apart().clone(),
      apart().merge(at(0)),
      at(0).merge(apart()),
      at(-1).merge(at(1)),
    ]
  ) {
    assertEquals(state.mean, Float64Array.of(0));
    const { count } = state;
    assertEquals(state.update(batchOf(1, 1e-200)).count, count + 1);
  }
});

Deno.test("states whose means differ by less than can be squared are merged, and refused when read", () => {
  const a = stateOf(Float64Array.of(0, 0), 1), b = stateOf(Float64Array.of(1e-200, 1e-200), 1);
  a.merge(b);
  assertEquals(a.count, 4);
  assertRefused(() => a.spectrum({ centered: true }), "range");
  assertRefused(() => a.scatter(), "range");
  assertAlmostEquals(a.merge(stateOf(Float64Array.of(2), 1)).spectrum().eigenvalues[0], 4, 1e-15);
});

Deno.test("rows of zeros have a spectrum of zeros", () => {
  const state = stateOf(new Float64Array(30), 3, 4);
  for (const centered of [false, true]) {
    assertEquals(state.spectrum({ centered }).singularValues, new Float64Array(3));
  }
  assertEquals(rankOf(state), 0);
});

Deno.test("equal rows leave exactly nothing after centring, however they came in", () => {
  // 0.1 and 1/3 are no exact binary numbers: their rounded sums would leave crumbs.
  const row = [0.1, 1 / 3, -1e5 / 7, 12345.678];
  const data = Float64Array.from({ length: 400 }, (_, at) => row[at % 4]);
  for (const sizes of [[100], [1], [3, 7]]) {
    const state = stateOf(data, 4, ...sizes);
    assertEquals(state.mean, Float64Array.from(row));
    assertEquals(state.spectrum({ centered: true }).eigenvalues, new Float64Array(4));
    const merged = stateOf(data, 4, 9).merge(state);
    assertEquals(merged.mean, Float64Array.from(row));
    assertEquals(merged.spectrum({ centered: true }).eigenvalues, new Float64Array(4));
    // Uncentred they are one direction, of squared length N·|row|².
    const squares = row.reduce((sum, x) => sum + x * x, 0);
    const [first, second] = state.spectrum().eigenvalues;
    assertAlmostEquals(first, 100 * squares, 1e-13 * first);
    assertAlmostEquals(second, 0, 1e-13 * first);
  }
});

// --- Merging and copying. ---

Deno.test("merging gives the state of all rows, by hand", () => {
  const a = stateOf(Float64Array.of(1, 0, 3, 0), 2), b = stateOf(Float64Array.of(5, 3), 2);
  a.merge(b);
  assertEquals(a.count, 3);
  assertEquals(a.mean, Float64Array.of(3, 1));
  assertEquals(a.covariance(), Float64Array.of(4, 3, 3, 3));
});

Deno.test("merging leaves the other state as it was, and apart from later updates", () => {
  const a = new OnlineCovariance(), b = stateOf(gaussian(11, 40), 4);
  const before = answers(b);
  a.merge(b).update(batchOf(4, 9, 9, 9, 9));
  assertEquals(answers(b), before);
  const merged = answers(a);
  b.update(batchOf(4, 1, 2, 3, 4));
  assertEquals(answers(a), merged);
});

Deno.test("merging with a state of no rows changes nothing", () => {
  const state = stateOf(gaussian(12, 40), 4);
  const before = answers(state);
  assertEquals(answers(state.merge(new OnlineCovariance())), before);
  assertEquals(new OnlineCovariance().merge(new OnlineCovariance()).count, 0);
});

Deno.test("merging into a state of no rows copies the other", () => {
  const state = stateOf(gaussian(13, 400), 4, 9);
  const copy = new OnlineCovariance().merge(state);
  assertEquals(copy.count, 100);
  const expected = state.scatter();
  copy.scatter().forEach((value, at) => assertAlmostEquals(value, expected[at], 1e-12));
});

Deno.test("a state merged with itself has every row twice", () => {
  const data = integers(14, 60, 9);
  const twice = stateOf(data, 3);
  twice.merge(twice);
  const expected = stateOf(Float64Array.of(...data, ...data), 3);
  assertEquals(twice.count, 40);
  twice.mean.forEach((value, i) => assertAlmostEquals(value, expected.mean[i], 1e-14));
  const scatter = expected.scatter();
  twice.scatter().forEach((value, at) => assertAlmostEquals(value, scatter[at], 1e-10));
});

Deno.test("shards whose means are far apart merge to the exact scatter", () => {
  const dim = 3;
  const shards = [0, 1e8, -3e8, 5].map((mean, k) => integers(20 + k, 90, 50).map((x) => x + mean));
  const all = Float64Array.from(shards.flatMap((shard) => [...shard]));
  const exact = exactScatterTimesRows(all, dim).map((value) => Number(value) / (all.length / dim));
  const merged = new OnlineCovariance();
  for (const shard of shards) merged.merge(stateOf(shard, dim, 7));
  merged.scatter().forEach((value, at) => assertAlmostEquals(value / exact[at], 1, 1e-14));
});

Deno.test("the scatter within shards survives a merge of shards with a mean of 1e8", () => {
  const dim = 3, rows = 120;
  const data = integers(30, rows * dim, 5).map((x) => x + 1e8);
  const exact = exactScatterTimesRows(data, dim).map((value) => Number(value) / rows);
  const merged = new OnlineCovariance();
  for (const batch of batchesOf(data, dim, 11)) merged.merge(new OnlineCovariance().update(batch));
  // Means near 1e8 are multiples of 1.5e-8: times a spread of 10 and 120 rows, 2e-5 at the most.
  merged.scatter().forEach((value, at) => assertAlmostEquals(value, exact[at], 2e-5));
});

Deno.test("a copy and its original go their own ways", () => {
  const state = stateOf(gaussian(15, 40), 4);
  const copy = state.clone();
  const before = answers(state);
  assertEquals(answers(copy), before);
  copy.update(batchOf(4, 1, 2, 3, 4));
  assertEquals(answers(state), before);
  const later = answers(copy);
  state.update(batchOf(4, 5, 5, 5, 5)).merge(stateOf(gaussian(16, 8), 4));
  assertEquals(answers(copy), later);
  assertEquals(new OnlineCovariance().clone().count, 0);
});

Deno.test("about a pivot that was given, rows are what they are about any other", () => {
  const dim = 4, data = gaussian(31, 50 * dim).map((value) => 100 + value);
  for (const exact of [false, true]) {
    for (const rows of [2, 4, 50]) {
      const pivot = Float64Array.of(100, 101, 99, 100);
      const about = new OnlineCovariance(referenceBackend, { exact, pivot });
      assertEquals([about.count, about.dim], [0, dim]);
      const some = new EmbeddingBatch({ data: data.subarray(0, rows * dim), dim });
      about.update(some);
      const own = new OnlineCovariance(referenceBackend, { exact }).update(some);
      for (const centered of [false, true]) {
        const [ours, theirs] = [about, own].map((state) => state.spectrum({ centered }));
        assertEquals(ours.singularValues.length, Math.min(rows, dim));
        ours.singularValues.forEach((value, k) =>
          assertAlmostEquals(value, theirs.singularValues[k], 1e-6 * theirs.singularValues[0])
        );
      }
      assertAlike(about.scatter(), own.scatter());
      assertThrows(() => about.update(batchOf(2, 1, 2)), RankMeError);
    }
    assertThrows(
      () =>
        new OnlineCovariance(referenceBackend, { exact, pivot: new Float64Array(dim) })
          .update(batchOf(2, 1, 2)),
      RankMeError,
    );
  }
});

Deno.test("states about one pivot merge like any others, whatever each has seen", () => {
  const dim = 3, data = gaussian(32, 40 * dim);
  for (const exact of [false, true]) {
    const pivot = Float64Array.of(1, 0, -1);
    const about = (...batches: EmbeddingBatch[]) => {
      const state = new OnlineCovariance(referenceBackend, { exact, pivot });
      for (const batch of batches) state.update(batch);
      return state;
    };
    const [a, b, c] = batchesOf(data, dim, 2, 20, 18);
    const merged = about().merge(about()).merge(about(a)).merge(about(b, c)).merge(about());
    const all = new OnlineCovariance(referenceBackend, { exact })
      .update(new EmbeddingBatch({ data, dim }));
    assertEquals(merged.count, 40);
    assertAlike(merged.mean, all.mean);
    assertAlike(merged.scatter(), all.scatter());
    // With another pivot, or rows that are kept as they are.
    const other = new OnlineCovariance(referenceBackend, { exact }).update(a);
    assertAlike(about(b, c).merge(other).scatter(), all.scatter());
    assertAlike(other.merge(about(b, c)).scatter(), all.scatter());
  }
});
