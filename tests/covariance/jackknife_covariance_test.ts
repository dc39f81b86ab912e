import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EmbeddingBatch, type EmbeddingData } from "../../src/batch.ts";
import {
  type GroupOf,
  JackknifeCovariance,
  type JackknifeCovarianceOptions,
} from "../../src/covariance/jackknife_covariance.ts";
import { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { type ErrorCode, RankMeError } from "../../src/errors.ts";
import { mathjsEigenvalues } from "../../src/linalg/reference/mathjs_eigenvalues.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { participationRatio } from "../../src/metrics/participation_ratio.ts";
import { rankMe } from "../../src/metrics/rank_me.ts";
import { stableRank } from "../../src/metrics/stable_rank.ts";
import { BACKENDS, OTHER_BACKENDS } from "../linalg/backends.ts";
import { gaussian } from "../linalg/matrices.ts";
import { assertAlike, batchesOf, batchOf, exactStateOf, rankOf, stateOf } from "./rows.ts";

function jackknifeOf(
  batches: readonly EmbeddingBatch[],
  options: JackknifeCovarianceOptions = {},
  groupOf?: GroupOf,
): JackknifeCovariance {
  const state = new JackknifeCovariance(referenceBackend, options);
  for (const batch of batches) state.update(batch, groupOf);
  return state;
}

/** The rows of which `kept` says so. */
function rowsOf<T extends EmbeddingData>(data: T, dim: number, kept: (row: number) => boolean): T {
  return data.filter((_, at) => kept(Math.floor(at / dim))) as T;
}

/** What is computed from a state, in the words of the metrics. */
function numbersOf(state: OnlineCovariance): readonly number[] {
  const raw = state.spectrum();
  return [rankMe(raw), stableRank(raw)!, participationRatio(state.spectrum({ centered: true }))!];
}

/** The same numbers from the rows, by their formulas and another eigensolver. */
async function bruteForce(data: Float64Array, dim: number): Promise<readonly number[]> {
  const rows = data.length / dim;
  const gram = async (centered: boolean) => {
    const x = data.slice();
    for (let k = 0; centered && k < dim; k++) {
      let mean = 0;
      for (let row = 0; row < rows; row++) mean += data[row * dim + k] / rows;
      for (let row = 0; row < rows; row++) x[row * dim + k] -= mean;
    }
    // Of the smaller of both products, which have the same eigenvalues but for zeros.
    const [order, length, at] = rows < dim
      ? [rows, dim, (i: number, k: number) => i * dim + k]
      : [dim, rows, (i: number, k: number) => k * dim + i];
    const products = new Float64Array(order * order);
    for (let i = 0; i < order; i++) {
      for (let j = 0; j < order; j++) {
        for (let k = 0; k < length; k++) products[i * order + j] += x[at(i, k)] * x[at(j, k)];
      }
    }
    return Array.from(await mathjsEigenvalues(products, order), (value) => Math.max(value, 0));
  };
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const raw = await gram(false), centered = await gram(true);
  const sigmas = raw.map(Math.sqrt);
  const p = sigmas.map((value) => value / sum(sigmas) + 1e-7);
  return [
    Math.exp(-sum(p.map((value) => value * Math.log(value)))),
    sum(raw) / Math.max(...raw),
    sum(centered) ** 2 / sum(centered.map((value) => value * value)),
  ];
}

const SHAPES = [
  { rows: 203, dim: 6, groups: 16, what: "many more rows than dimensions" },
  { rows: 60, dim: 20, groups: 4, what: "groups of fewer rows than dimensions" },
  { rows: 22, dim: 20, groups: 4, what: "enough rows, but not without a group" },
  { rows: 12, dim: 30, groups: 4, what: "fewer rows than dimensions" },
];

for (const { rows, dim, groups, what } of SHAPES) {
  Deno.test(`without each group there is what brute force makes of the other rows: ${what}`, async () => {
    const data = gaussian(rows, rows * dim);
    const state = jackknifeOf(batchesOf(data, dim, 7, 31, 1), { groups });
    assertEquals([state.count, state.dim], [rows, dim]);
    const all = Array.from(state.without());
    assertEquals(all.length, groups);
    for (const [left, others] of all.entries()) {
      const kept = rowsOf(data, dim, (row) => row % groups !== left);
      assertEquals(others.count, kept.length / dim);
      const expected = await bruteForce(kept, dim);
      numbersOf(others).forEach((value, i) =>
        assertAlmostEquals(value, expected[i], 1e-10 * expected[i], `number ${i} without ${left}`)
      );
    }
  });
}

for (const [name, make] of Object.entries(BACKENDS)) {
  Deno.test(`${name} leaves out groups as the reference does`, () => {
    const backend = make();
    try {
      const rows = 5000, dim = 33;
      const data = Float32Array.from(gaussian(2, rows * dim));
      const state = new JackknifeCovariance(backend);
      for (const batch of batchesOf(data, dim, 1111)) state.update(batch);
      assertAlmostEquals(rankOf(state.total()), rankOf(stateOf(data, dim)), 1e-12 * dim);
      Array.from(state.without()).forEach((others, left) => {
        const kept = stateOf(rowsOf(data, dim, (row) => row % 16 !== left), dim);
        assertAlmostEquals(rankOf(others), rankOf(kept), 1e-12 * dim);
      });
    } finally {
      backend.release();
    }
  });
}

for (const [name, make] of Object.entries(OTHER_BACKENDS)) {
  Deno.test(`${name} loses no rows of groups that take turns at it, each more than fills a buffer`, () => {
    const backend = make();
    try {
      const rows = 7000, dim = 256;
      const data = Float32Array.from(gaussian(11, rows * dim));
      const state = new JackknifeCovariance(backend, { groups: 2 });
      for (const batch of batchesOf(data, dim, 500)) state.update(batch);
      const one = new OnlineCovariance(backend).update(new EmbeddingBatch({ data, dim }));
      assertAlike(state.total().scatter(), one.scatter());
    } finally {
      backend.release();
    }
  });
}

Deno.test("a triangular factor is kept of each group where that is asked for", () => {
  const dim = 3, groups = 5;
  const data = gaussian(3, 90 * dim).map((value, at) => value * [1, 1e-5, 1e-10][at % dim]);
  const state = jackknifeOf(batchesOf(data, dim, 10), { groups, exact: true });
  [state.total(), ...state.without()].forEach((others, at) => {
    const expected = exactStateOf(rowsOf(data, dim, (row) => row % groups !== at - 1), dim);
    assertEquals([others.exact, others.count], [true, expected.count]);
    const { singularValues } = expected.spectrum();
    others.spectrum().singularValues.forEach((value, k) =>
      assertAlmostEquals(value, singularValues[k], 1e-14 * singularValues[0])
    );
    assertAlmostEquals(singularValues[2] / singularValues[0], 1e-10, 0.5e-10);
  });
});

const anyCuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

Deno.test("the total is that of one state, however rows are cut into batches", () => {
  const shapes = fc.record({
    seed: fc.nat(1e6),
    rows: fc.integer({ min: 1, max: 120 }),
    dim: fc.integer({ min: 1, max: 20 }),
    groups: fc.integer({ min: 2, max: 20 }),
  });
  fc.assert(fc.property(shapes, anyCuts, ({ seed, rows, dim, groups }, cuts) => {
    const data = gaussian(seed, rows * dim);
    const state = jackknifeOf(batchesOf(data, dim, ...cuts), { groups });
    const [total, one] = [state.total(), stateOf(data, dim)];
    assertAlike(total.mean, one.mean);
    assertAlike(total.scatter(), one.scatter());
    assertAlike(total.spectrum().eigenvalues, one.spectrum().eigenvalues);
    const sizes = Array.from({ length: groups }, (_, group) => Math.ceil((rows - group) / groups));
    assertEquals(state.sizes, sizes.map((size) => Math.max(size, 0)));
  }));
});

Deno.test("rows are of the groups that they are said to be of", () => {
  const dim = 3, data = gaussian(4, 50 * dim);
  const batch = new EmbeddingBatch({ data, dim });
  const groupOf = (row: number) => row < 20 ? 0 : row < 23 ? 1 : 3;
  const state = jackknifeOf([batch], { groups: 4 }, groupOf);
  assertEquals(state.sizes, [20, 3, 0, 27]);
  Array.from(state.without()).forEach((others, left) =>
    assertAlike(
      others.secondMoment(),
      stateOf(rowsOf(data, dim, (row) => groupOf(row) !== left), dim).secondMoment(),
    )
  );
});

Deno.test("a group with a huge row costs the others no digits", () => {
  const dim = 5, groups = 4, huge = 42;
  const data = gaussian(5, 100 * dim).map((value, at) =>
    Math.floor(at / dim) === huge ? 1e5 * value : value
  );
  const others = Array.from(jackknifeOf(batchesOf(data, dim, 20), { groups }).without());
  const expected = stateOf(rowsOf(data, dim, (row) => row % groups !== huge % groups), dim);
  // Taken off a total with squares of 1e10 they would be known to 1e-6.
  assertAlmostEquals(rankOf(others[huge % groups]), rankOf(expected), 1e-9);
});

Deno.test("states of several shards merge, group by group, before and after there are D rows", () => {
  const dim = 12, groups = 3;
  for (const sizes of [[2, 3], [4, 60], [60, 4], [50, 70], [0, 9], [9, 0]]) {
    const shards = sizes.map((rows, shard) => gaussian(10 + shard, rows * dim));
    const [a, b] = shards.map((data) => jackknifeOf(batchesOf(data, dim, 7), { groups }));
    const before = b.sizes;
    a.merge(b);
    assertEquals(b.sizes, before);
    a.update(batchOf(dim, ...gaussian(20, 2 * dim)), (row) => row);
    const all = Float64Array.from([...shards[0], ...shards[1], ...gaussian(20, 2 * dim)]);
    const groupOf = (row: number) =>
      row < sizes[0]
        ? row % groups
        : row < sizes[0] + sizes[1]
        ? (row - sizes[0]) % groups
        : row - sizes[0] - sizes[1];
    assertAlike(a.total().scatter(), stateOf(all, dim).scatter());
    Array.from(a.without()).forEach((others, left) =>
      assertAlike(
        others.scatter(),
        stateOf(rowsOf(all, dim, (row) => groupOf(row) !== left), dim).scatter(),
      )
    );
    assert(a.lengthKurtosis().all >= 1);
  }
});

Deno.test("what was given away changes nothing, and more rows may come", () => {
  const dim = 4, data = gaussian(6, 80 * dim);
  const [first, second] = batchesOf(data, dim, 40);
  const state = jackknifeOf([first], { groups: 5 });
  state.total().update(second);
  for (const others of state.without()) others.update(second);
  state.update(second);
  const whole = jackknifeOf([first, second], { groups: 5 });
  assertAlike(state.total().scatter(), whole.total().scatter());
  assertAlike(
    Array.from(state.without(), (others) => others.scatter()),
    Array.from(whole.without(), (others) => others.scatter()),
  );
});

Deno.test("numbers of several types, and memory that is written to again, are taken in as they were", () => {
  const dim = 2, memory = new Float64Array(6 * dim);
  const state = new JackknifeCovariance(referenceBackend, { groups: 2 });
  const all: number[] = [];
  for (const Numbers of [Float64Array, Float32Array, Float16Array, Float64Array]) {
    memory.forEach((_, at) => memory[at] = all.length + at / 4);
    all.push(...memory);
    state.update(new EmbeddingBatch({ data: Numbers.from(memory), dim }));
    state.update(new EmbeddingBatch({ data: memory, dim }));
    all.push(...memory);
  }
  memory.fill(NaN);
  assertAlike(state.total().scatter(), stateOf(Float64Array.from(all), dim).scatter());
});

Deno.test("a constant dimension has exactly no variance", () => {
  const dim = 3;
  const data = gaussian(7, 300 * dim).map((value, at) => at % dim === 1 ? 0.1 : value);
  const state = jackknifeOf(batchesOf(data, dim, 9), { groups: 4 });
  for (const some of [state.total(), ...state.without()]) {
    assertEquals(some.squaredDeviations()[1], 0);
  }
});

Deno.test("the kurtosis of lengths is that of the rows about their mean, with and without a group", () => {
  const dim = 5, groups = 4;
  const data = gaussian(8, 70 * dim).map((value, at) => 3 + value * (at % (9 * dim) < dim ? 4 : 1));
  const { all, without } = jackknifeOf(batchesOf(data, dim, 11), { groups }).lengthKurtosis();
  const mean = stateOf(data, dim).mean;
  const kurtosis = (kept: (row: number) => boolean) => {
    const squares = Array.from({ length: 70 }, (_, row) => row).filter(kept).map((row) =>
      mean.reduce((sum, center, k) => sum + (data[row * dim + k] - center) ** 2, 0)
    );
    const average = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
    return average(squares.map((square) => square ** 2)) / average(squares) ** 2;
  };
  assertAlmostEquals(all, kurtosis(() => true), 1e-12);
  without.forEach((value, left) =>
    assertAlmostEquals(value, kurtosis((row) => row % groups !== left), 1e-12)
  );
});

function assertRefused(attempt: () => unknown, code: ErrorCode): RankMeError {
  const error = assertThrows(attempt, RankMeError);
  assertEquals(error.code, code);
  return error;
}

Deno.test("rows that cannot be used are refused, and the state is as before", () => {
  const dim = 3, data = gaussian(9, 20 * dim);
  const state = jackknifeOf(batchesOf(data, dim, 20), { groups: 4 });
  const before = state.sizes;
  const bad = new EmbeddingBatch({ data: Float64Array.of(1, 2, 3, 4, NaN, 6), dim, offset: 20 });
  assertEquals(assertRefused(() => state.update(bad), "non-finite").place.row, 21);
  assertRefused(() => state.update(batchOf(2, 1, 2)), "dimension");
  for (const group of [4, -1, 0.5, NaN]) {
    assertRefused(() => state.update(batchOf(dim, 1, 2, 3), () => group), "usage");
  }
  assertRefused(() => state.merge(jackknifeOf([batchOf(2, 1, 2)], { groups: 4 })), "dimension");
  assertRefused(() => state.merge(jackknifeOf([batchOf(3, 1, 2, 3)], { groups: 5 })), "usage");
  const exact = jackknifeOf([batchOf(3, 1, 2, 3)], { groups: 4, exact: true });
  assertRefused(() => state.merge(exact), "usage");
  assertEquals(state.sizes, before);
  assertAlike(state.total().scatter(), stateOf(data, dim).scatter());
});

Deno.test("a group whose squares vanish is no error of the others", () => {
  for (const exact of [false, true]) {
    const state = jackknifeOf([batchOf(1, 1e-200, 0, 2e-200, 0, 3e-200, 2)], { groups: 2, exact });
    assertAlmostEquals(state.total().spectrum().eigenvalues[0], 4, 1e-14);
    const [first, second] = state.without();
    assertAlmostEquals(first.spectrum().eigenvalues[0], 4, 1e-14);
    assertEquals(assertRefused(() => second.spectrum(), "range").place, {});
  }
});

Deno.test("nothing is known of no rows, and there are no fewer than two groups", () => {
  const state = new JackknifeCovariance(referenceBackend);
  assertEquals([state.groups, state.count, state.dim], [16, 0, 0]);
  assertEquals(state.update(batchOf(3)).count, 0);
  assertEquals(state.merge(new JackknifeCovariance(referenceBackend)).count, 0);
  assertEquals(state.total().count, 0);
  assertRefused(() => state.lengthKurtosis(), "empty");
  for (const groups of [1, 0, 2.5, NaN, -3]) {
    assertRefused(() => new JackknifeCovariance(referenceBackend, { groups }), "usage");
  }
});
