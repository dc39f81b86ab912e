/** Fewer rows than dimensions, and the moment when there are no longer. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EmbeddingBatch, type EmbeddingData } from "../../src/batch.ts";
import { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { RankMeError } from "../../src/errors.ts";
import { eigenvalues } from "../../src/linalg/eigenvalues.ts";
import { gaussian, integers, uniform } from "../linalg/matrices.ts";
import { recordingBackend } from "./recording_backend.ts";
import {
  assertAlike,
  batchesOf,
  batchOf,
  exactStateOf,
  permuted,
  rankOf,
  stateOf,
  twoPassScatter,
} from "./rows.ts";

const MAKERS = [
  { kind: "scatter", exact: false, stateOf },
  { kind: "exact", exact: true, stateOf: exactStateOf },
] as const;

function assertRefused(action: () => unknown, code: string): RankMeError {
  const error = assertThrows(action, RankMeError);
  assertEquals(error.code, code);
  return error;
}

/** Everything that can be asked of a state. */
function answers(state: OnlineCovariance): unknown {
  const { count, dim, mean } = state;
  return { count, dim, mean, spectrum: state.spectrum(), scatter: state.scatter() };
}

for (const { kind, exact, stateOf } of MAKERS) {
  Deno.test(`three rows of 16,384 dimensions need no matrix of that size (${kind})`, () => {
    const { backend, accumulated, decomposed } = recordingBackend();
    const state = new OnlineCovariance(backend, { exact });
    const data = new Float32Array(3 * 16_384);
    // Orthogonal rows of lengths 1, 2 and 3, the last in two dimensions far apart.
    data[7] = 1;
    data[16_384 + 9000] = 2;
    data[2 * 16_384] = data[3 * 16_384 - 1] = Math.fround(Math.sqrt(4.5));
    for (const batch of batchesOf(data, 16_384, 1)) state.update(batch);
    const { singularValues, rows, dim, centered } = state.spectrum();
    assertEquals([rows, dim, centered], [3, 16_384, false]);
    assertEquals(singularValues.length, 3);
    [3, 2, 1].forEach((value, k) => assertAlmostEquals(singularValues[k], value, 2e-7));
    const about = state.spectrum({ centered: true });
    // About their mean: half the sum of the squared distances over three, and one value less.
    const squares = about.eigenvalues.reduce((sum, value) => sum + value, 0);
    assertAlmostEquals(squares, (5 + 10 + 13) / 3, 2e-6);
    assertAlmostEquals(about.eigenvalues[2], 0, 1e-14);
    assert([...accumulated, ...decomposed].every((size) => size <= 7), `${accumulated}`);
  });

  Deno.test(`fewer rows than dimensions have the spectrum of their D×D products (${kind})`, () => {
    for (const [rows, dim] of [[1, 2], [1, 9], [5, 9], [8, 9], [30, 40], [69, 70]]) {
      const data = gaussian(rows, rows * dim).map((x) => x + 3);
      const products = twoPassScatter(data, dim);
      for (const centered of [true, false]) {
        if (!centered) {
          products.fill(0);
          for (let at = 0; at < data.length; at += dim) {
            for (let i = 0; i < dim * dim; i++) {
              products[i] += data[at + Math.floor(i / dim)] * data[at + i % dim];
            }
          }
        }
        const expected = eigenvalues(products, dim);
        for (const sizes of [[rows], [1], [2, 3]]) {
          const spectrum = stateOf(data, dim, ...sizes).spectrum({ centered });
          assertEquals(spectrum.eigenvalues.length, rows);
          spectrum.eigenvalues.forEach((value, k) =>
            assertAlmostEquals(value, expected[k], 1e-13 * expected[0])
          );
        }
      }
    }
  });

  Deno.test(`rows become a summary when they are as many as dimensions (${kind})`, () => {
    const dim = 9, data = gaussian(2, 12 * dim).map((x) => x - 5);
    const { backend, accumulated } = recordingBackend();
    const state = new OnlineCovariance(backend, { exact });
    for (let rows = 1; rows <= 12; rows++) {
      state.update(batchOf(dim, ...data.subarray((rows - 1) * dim, rows * dim)));
      assertEquals(accumulated.includes(dim), !exact && rows >= dim);
      const seen = data.subarray(0, rows * dim);
      state.mean.forEach((value, i) => {
        const sum = seen.reduce((sum, x, at) => at % dim === i ? sum + x : sum, 0);
        assertAlmostEquals(value, sum / rows, 1e-13);
      });
      const { eigenvalues: values } = state.spectrum({ centered: true });
      const expected = eigenvalues(twoPassScatter(seen, dim), dim);
      assertEquals(values.length, Math.min(rows, dim));
      values.forEach((value, k) => assertAlmostEquals(value, expected[k], 1e-13 * expected[0]));
    }
  });

  Deno.test(`the scatter, covariance and second moment of few rows are there to be asked for (${kind})`, () => {
    // Rows (1, 0, 2) and (3, 0, −2): mean (2, 0, 0), deviations ∓(1, 0, −2).
    const state = stateOf(Float64Array.of(1, 0, 2, 3, 0, -2), 3);
    const scatter = [2, 0, -4, 0, 0, 0, -4, 0, 8];
    state.scatter().forEach((value, at) => assertAlmostEquals(value, scatter[at], 1e-14));
    state.covariance().forEach((value, at) => assertAlmostEquals(value, scatter[at], 1e-14));
    const moment = [10, 0, -4, 0, 0, 0, -4, 0, 8];
    state.secondMoment().forEach((value, at) => assertAlmostEquals(value, moment[at], 1e-14));
    assertEquals(state.spectrum().eigenvalues.length, 2, "the rows are still held");
  });

  Deno.test(`rows of several float types are held as they are (${kind})`, () => {
    const dim = 7;
    const types = [Float16Array, Float32Array, Float64Array] as const;
    const batches = types.map((Type, k) => Type.from(gaussian(k, 2 * dim)) as EmbeddingData);
    const mixed = new OnlineCovariance(undefined, { exact });
    for (const data of batches) mixed.update(new EmbeddingBatch({ data, dim }));
    const wide = Float64Array.from(batches.flatMap((data) => [...data]));
    assertAlike(answers(mixed), answers(stateOf(wide, dim, 2)));
  });

  Deno.test(`held rows are copies (${kind})`, () => {
    const data = gaussian(3, 40);
    const state = stateOf(data, 20);
    const before = answers(state);
    data.fill(1e9);
    assertEquals(answers(state), before);
  });

  Deno.test(`a copy of held rows and its original go their own ways (${kind})`, () => {
    const state = stateOf(gaussian(4, 40), 20);
    const copy = state.clone();
    const before = answers(state);
    copy.update(new EmbeddingBatch({ data: gaussian(5, 20), dim: 20 }));
    assertEquals(answers(state), before);
    const later = answers(copy);
    state.update(new EmbeddingBatch({ data: gaussian(6, 20 * 20), dim: 20 }));
    assertEquals(answers(copy), later);
    assertEquals([state.count, copy.count], [22, 3]);
  });

  Deno.test(`merging gives the state of all rows, wherever N = D lies (${kind})`, () => {
    const dim = 10, data = gaussian(7, 60 * dim);
    const rows = (start: number, end: number) =>
      stateOf(data.subarray(start * dim, end * dim), dim, 4);
    for (const [a, b] of [[0, 3], [3, 4], [4, 6], [9, 1], [3, 57], [57, 3], [30, 30], [9, 9]]) {
      const left = rows(0, a), right = rows(a, a + b), whole = rows(0, a + b);
      const before = answers(right);
      left.merge(right);
      assertEquals(left.count, a + b);
      assertAlmostEquals(rankOf(left), rankOf(whole), 1e-10);
      const expected = whole.scatter();
      left.scatter().forEach((value, at) => assertAlmostEquals(value, expected[at], 1e-12));
      assertEquals(answers(right), before);
    }
  });

  Deno.test(`held rows merged with themselves are there twice (${kind})`, () => {
    const data = integers(8, 3 * 5, 9);
    const twice = stateOf(data, 5);
    twice.merge(twice);
    assertEquals(twice.count, 6);
    const expected = stateOf(Float64Array.of(...data, ...data), 5).scatter();
    twice.scatter().forEach((value, at) => assertAlmostEquals(value, expected[at], 1e-11));
  });

  Deno.test(`batches, order and shards leave RankMe of few rows alone to 1e-12 (${kind})`, () => {
    const wide = fc.record({
      seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      rows: fc.integer({ min: 2, max: 8 }),
      sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
      cut: fc.nat(),
    });
    fc.assert(fc.property(wide, ({ seed, rows, sizes, cut }) => {
      const dim = 5 * rows, data = gaussian(seed, rows * dim);
      const expected = rankOf(stateOf(data, dim));
      const random = uniform(seed);
      const order = Array.from({ length: rows }, (_, row) => ({ row, key: random() }))
        .sort((a, b) => a.key - b.key)
        .map(({ row }) => row);
      const at = cut % rows * dim;
      const merged = stateOf(data.subarray(at), dim, ...sizes)
        .merge(stateOf(data.subarray(0, at), dim));
      const others = [
        stateOf(data, dim, ...sizes),
        stateOf(permuted(data, dim, order), dim),
        merged,
      ];
      for (const other of others) {
        assertAlmostEquals(rankOf(other), expected, 1e-12 * expected);
      }
    }));
  });

  Deno.test(`a mean of 2²⁰ leaves the centred spectrum of few rows alone (${kind})`, () => {
    const dim = 30, data = integers(9, 7 * dim, 50);
    const expected = stateOf(data, dim).spectrum({ centered: true }).eigenvalues;
    const moved = stateOf(data.map((x, at) => x + 2 ** 20 * (at % dim)), dim, 3);
    const { eigenvalues: values, singularValues } = moved.spectrum({ centered: true });
    values.forEach((value, k) => assertAlmostEquals(value, expected[k], 1e-14 * expected[0]));
    // Were the mean rounded to its own size, the last would be √(7·30)·1e-9.
    if (exact) assertAlmostEquals(singularValues[6], 0, 1e-14 * singularValues[0]);
  });

  Deno.test(`few equal rows leave exactly nothing after centring (${kind})`, () => {
    const row = [0.1, 1 / 3, -1e5 / 7, 12345.678, 0.7, 1e-9];
    const data = Float64Array.from({ length: 5 * 6 }, (_, at) => row[at % 6]);
    for (const state of [stateOf(data, 6), stateOf(data, 6, 1)]) {
      assertEquals(state.mean, Float64Array.from(row));
      assertEquals(state.spectrum({ centered: true }).eigenvalues, new Float64Array(5));
    }
  });

  // --- Refusing. ---

  Deno.test(`few rows whose squares vanish or overflow are refused, never scored (${kind})`, () => {
    for (const size of [1e-150, 1e-200, Number.MIN_VALUE, 1e155, 1e300]) {
      for (const numbers of [[1, 2, 3, 5, 7, 8], [1, -1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]]) {
        const state = stateOf(Float64Array.from(numbers, (x) => x * size), 3);
        const error = assertRefused(() => state.spectrum(), "range");
        assert(error.message.includes(size < 1 ? "vanish" : "overflow"), error.message);
        assertRefused(() => state.spectrum({ centered: true }), "range");
      }
    }
  });

  Deno.test(`equal rows whose squares vanish are nothing only about their mean (${kind})`, () => {
    const state = stateOf(Float64Array.of(1e-200, -1e-200, 0, 1e-200, -1e-200, 0), 3);
    assertRefused(() => state.spectrum(), "range");
    assertEquals(state.spectrum({ centered: true }).singularValues, new Float64Array(2));
  });

  Deno.test(`tiny values in the first 131,072 dimensions are no reason to refuse others (${kind})`, () => {
    const dim = 2 ** 17 + 5;
    const data = new Float64Array(2 * dim).fill(1e-200);
    data[dim - 1] = 3;
    data[2 * dim - 2] = 4;
    const { singularValues } = stateOf(data, dim).spectrum();
    assertAlmostEquals(singularValues[0], 4, 1e-15);
    assertAlmostEquals(singularValues[1], 3, 1e-15);
  });

  Deno.test(`few rows of zeros have a spectrum of zeros (${kind})`, () => {
    const state = stateOf(new Float64Array(12), 4);
    for (const centered of [false, true]) {
      assertEquals(state.spectrum({ centered }).singularValues, new Float64Array(3));
    }
  });

  Deno.test(`rows of another dimension or with NaN are refused while few are held (${kind})`, () => {
    const state = stateOf(gaussian(10, 40), 20);
    const before = answers(state);
    assertRefused(() => state.update(batchOf(3, 1, 2, 3)), "dimension");
    assertRefused(() => state.merge(stateOf(gaussian(10, 40), 10)), "dimension");
    const data = gaussian(11, 20);
    data[3] = NaN;
    assertRefused(() => state.update(new EmbeddingBatch({ data, dim: 20 })), "non-finite");
    assertEquals(answers(state), before);
  });
}

Deno.test("rows that vanish beside those held are refused when read, unless larger ones have come", () => {
  const state = stateOf(new Float64Array(6), 3);
  state.update(batchOf(3, 0, 1e-200, 0));
  for (const read of [() => state.spectrum(), () => state.scatter(), () => state.covariance()]) {
    assertRefused(read, "range");
  }
  state.update(batchOf(3, 3, 0, 4));
  assertAlmostEquals(state.spectrum().singularValues[0], 5, 1e-15);
});
