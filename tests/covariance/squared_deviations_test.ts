import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { RankMeError } from "../../src/errors.ts";
import { gaussian } from "../linalg/matrices.ts";
import { recordingBackend } from "./recording_backend.ts";
import { batchesOf, exactScatterTimesRows, exactStateOf, type StateOf, stateOf } from "./rows.ts";

const MAKERS: { readonly [kind: string]: StateOf } = { scatter: stateOf, exact: exactStateOf };

function assertRefused(action: () => unknown, code: string): void {
  assertEquals(assertThrows(action, RankMeError).code, code);
}

for (const [kind, stateOf] of Object.entries(MAKERS)) {
  Deno.test(`squared deviations are the diagonal of the scatter, by whole numbers (${kind})`, () => {
    const shapes = fc.record({
      dim: fc.integer({ min: 1, max: 8 }),
      rows: fc.integer({ min: 1, max: 20 }),
      size: fc.integer({ min: 1, max: 20 }),
      mean: fc.constantFrom(0, 1000),
    });
    const numbers = fc.infiniteStream(fc.integer({ min: -9, max: 9 }));
    fc.assert(fc.property(shapes, numbers, ({ dim, rows, size, mean }, numbers) => {
      const data = Float64Array.from({ length: rows * dim }, () => numbers.next().value! + mean);
      const exact = exactScatterTimesRows(data, dim);
      const squares = stateOf(data, dim, size).squaredDeviations();
      assertEquals(squares.length, dim);
      for (let i = 0; i < dim; i++) {
        const expected = Number(exact[i * (dim + 1)]) / rows;
        assertAlmostEquals(squares[i], expected, 1e-13 * expected + 1e-20, `dimension ${i}`);
      }
    }));
  });

  Deno.test(`squared deviations are 0 exactly where all rows are equal, and nowhere else (${kind})`, () => {
    const constants = [0, 0.1, -1e8, 1e-30, 1 / 3];
    const dim = 2 * constants.length;
    for (const rows of [2, dim - 1, dim, 500]) {
      const noise = gaussian(rows, rows * dim);
      const data = noise.map((x, at) => at % 2 ? 1e6 + 1e-5 * x : constants[at % dim / 2]);
      const whole = stateOf(data, dim, 7);
      const parts = batchesOf(data, dim, 3, 40, 1).map(({ data }) => stateOf(data, dim));
      const merged = parts.reduce(
        (all, part) => all.merge(part),
        stateOf(data.subarray(0, dim), dim),
      );
      for (const state of [whole, merged, merged.clone()]) {
        state.squaredDeviations().forEach((value, i) => assertEquals(value === 0, i % 2 === 0));
      }
    }
  });

  Deno.test(`squared deviations of merged states are those of all rows (${kind})`, () => {
    const dim = 6;
    const data = gaussian(3, 300 * dim).map((x, at) => x + (at < 100 * dim ? 50 : -7));
    const whole = stateOf(data, dim).squaredDeviations();
    for (const sizes of [[150], [4, 90], [3], [299, 1]]) {
      const parts = batchesOf(data, dim, ...sizes).map(({ data }) => stateOf(data, dim));
      const merged = parts.reduce((all, part) => all.merge(part)).squaredDeviations();
      merged.forEach((value, i) => assertAlmostEquals(value, whole[i], 1e-12 * whole[i]));
    }
  });

  Deno.test(`squared deviations of rows that are held need no matrix (${kind})`, () => {
    const { backend, accumulated, decomposed } = recordingBackend();
    const state = new OnlineCovariance(backend, { exact: kind === "exact" });
    const data = gaussian(4, 3 * 5000);
    for (const batch of batchesOf(data, 5000, 1)) state.update(batch);
    const squares = state.squaredDeviations();
    assertEquals(squares.length, 5000);
    assert(squares.every((value) => value > 0));
    assertEquals([accumulated, decomposed], [[], []]);
  });

  Deno.test(`one row deviates by nothing (${kind})`, () => {
    assertEquals(stateOf(Float64Array.of(3, 0, -1), 3).squaredDeviations(), new Float64Array(3));
  });

  Deno.test(`squared deviations of no rows, or beyond float64, are refused (${kind})`, () => {
    const none = new OnlineCovariance(undefined, { exact: kind === "exact" });
    assertRefused(() => none.squaredDeviations(), "empty");
    for (const rows of [[1e200, 1, -1e200, 1], [1e200, 1, -1e200, 1, 0, 2]]) {
      const state = () => stateOf(Float64Array.from(rows), 2).squaredDeviations();
      assertRefused(state, "range");
    }
    const held = stateOf(Float64Array.of(1e200, 1, 2, -1e200, 1, 2), 3);
    assertRefused(() => held.squaredDeviations(), "range");
  });
}
