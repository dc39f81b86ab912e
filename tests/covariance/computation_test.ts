/** What a spectrum says about how it was computed. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { gaussian } from "../linalg/matrices.ts";
import { exactStateOf, stateOf } from "./rows.ts";

const MAKERS = [
  { method: "gram", stateOf },
  { method: "qr", stateOf: exactStateOf },
] as const;

for (const { method, stateOf } of MAKERS) {
  const magnitudeOf = (state: ReturnType<typeof stateOf>, centered: boolean) => {
    const { computation } = state.spectrum({ centered });
    assertEquals(computation?.method, method);
    return computation!.magnitude;
  };

  Deno.test(`the magnitude of a first batch is that of the rows about their mean (${method})`, () => {
    // 1 and 3 about 2; put back, the mean adds 2·2².
    const state = stateOf(Float64Array.of(1, 3), 1);
    assertAlmostEquals(magnitudeOf(state, true), 2, 1e-14);
    assertAlmostEquals(magnitudeOf(state, false), 10, 1e-14);
  });

  Deno.test(`rows far from the pivot count by their distance from it (${method})`, () => {
    // The pivot is 0; 100 and 102 add 20404 about it, of which 20402·2/3 = 2·101²·2/3 is the mean's.
    const state = stateOf(Float64Array.of(0, 100, 102), 1, 1);
    const sum = 202, squares = 20_404, taken = sum * sum / 3;
    const sums = method === "gram" ? squares + taken : squares;
    assertAlmostEquals(magnitudeOf(state, true), sums, 1e-10);
    assertAlmostEquals(magnitudeOf(state, false), sums + taken, 1e-10);
  });

  Deno.test(`what had been accumulated before a merge still counts after it (${method})`, () => {
    const far = stateOf(Float64Array.of(0, 100, 102), 1, 1);
    const near = stateOf(Float64Array.of(68, 66), 1);
    const before = magnitudeOf(far, true) + magnitudeOf(near, true);
    const apart = (67 - 202 / 3) ** 2 * 3 * 2 / 5;
    assertAlmostEquals(magnitudeOf(far.merge(near), true), before + apart, 1e-10);
    assertAlmostEquals(magnitudeOf(far.clone(), true), before + apart, 1e-10);
  });

  Deno.test(`the magnitude of few rows is that of their squares (${method})`, () => {
    const state = stateOf(Float64Array.of(1, 2, 2, 3, 0, 4), 3);
    // The mean over D is taken off the transpose and put back: at most the squares once more.
    const uncentered = magnitudeOf(state, false);
    assert(uncentered >= 34 * (1 - 1e-15) && uncentered <= 3 * 34, `${uncentered}`);
    // Deviations ∓(1, −1, 1): squares of 6.
    const centered = magnitudeOf(state, true);
    assert(centered >= 6 * (1 - 1e-15) && centered <= 3 * 6, `${centered}`);
  });

  Deno.test(`no magnitude is below the sum of the eigenvalues (${method})`, () => {
    const data = gaussian(1, 40 * 6).map((x, at) => x + at % 7);
    for (const rows of [1, 4, 6, 40]) {
      for (const sizes of [[Infinity], [1], [7]]) {
        const state = stateOf(data.subarray(0, rows * 6), 6, ...sizes);
        for (const centered of [false, true]) {
          const { eigenvalues } = state.spectrum({ centered });
          const sum = eigenvalues.reduce((a, b) => a + b);
          assert(magnitudeOf(state, centered) >= sum * (1 - 1e-13));
        }
      }
    }
  });
}
