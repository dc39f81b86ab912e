import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Spectrum } from "../../src/linalg/spectrum.ts";
import { conditionNumber, pseudoConditionNumber } from "../../src/metrics/condition_number.ts";
import { numericalRank } from "../../src/metrics/numerical_rank.ts";
import { exactStateOf, stateOf } from "../covariance/rows.ts";
import { gaussian, integers, orthogonal, product } from "../linalg/matrices.ts";
import { ROUTES } from "./statistics_of.ts";

/** A spectrum that was made and not computed, so that it has no error. */
function made(rows: number, ...singularValues: number[]): Spectrum {
  const values = Float64Array.from(singularValues);
  const eigenvalues = values.map((value) => value * value);
  return { singularValues: values, eigenvalues, rows, dim: values.length, centered: false };
}

/** 256 rows of orthogonal directions with these lengths, to rounding. */
function withLengths(...lengths: number[]): Float64Array {
  const dim = lengths.length;
  // Columns of Sylvester's matrix of ±1, which are orthogonal.
  const sign = (row: number, column: number) => {
    let bits = row & column;
    for (const shift of [4, 2, 1]) bits ^= bits >> shift;
    return 1 - 2 * (bits & 1);
  };
  const scaled = Float64Array.from(
    { length: 256 * dim },
    (_, at) => sign(Math.floor(at / dim), 37 * (at % dim + 1) % 256) / 16 * lengths[at % dim],
  );
  return product(scaled, dim, orthogonal(6, dim));
}

// --- The rank. ---

Deno.test("without an error the rank counts what is above NumPy's tolerance", () => {
  // 1000·2⁻⁵² = 2.22e-13.
  assertEquals(numericalRank(made(1000, 1, 2.3e-13, 2.1e-13)), 2);
  assertEquals(numericalRank(made(2, 1, 2.3e-13, 2.1e-13, 1e-16, 0)), 3);
  assertEquals(numericalRank(made(3, 0, 0)), 0);
});

Deno.test("rounding noise is never counted, whatever the rows", () => {
  const shapes = fc.record({
    seed: fc.integer({ min: 0, max: 1e6 }),
    rank: fc.integer({ min: 1, max: 6 }),
    dim: fc.integer({ min: 7, max: 30 }),
    rows: fc.integer({ min: 7, max: 200 }),
    mean: fc.constantFrom(0, 1, 1e3, 1e6),
    scale: fc.constantFrom(1, 0.5, 2 ** -330, 2 ** 330),
  });
  fc.assert(fc.property(shapes, ({ seed, rank, dim, rows, mean, scale }) => {
    // Whole numbers times powers of two: nothing is rounded, and the rank is that of the product.
    const factors = integers(seed, rows * rank, 9), axes = integers(seed + 1, rank * dim, 9);
    const data = product(factors, rank, axes).map((x) => (x + mean) * scale);
    const most = rank + (mean === 0 ? 0 : 1);
    for (const [route, stateOf] of Object.entries(ROUTES)) {
      const state = stateOf(data, dim, 13);
      assert(numericalRank(state.spectrum()) <= most, route);
      assert(numericalRank(state.spectrum({ centered: true })) <= rank, `${route}, centred`);
    }
  }));
});

Deno.test("a covariance counts down to some 1e-7·σ₁, an exact state to NumPy's tolerance", () => {
  const count = (smallest: number) =>
    [stateOf, exactStateOf].map((of) =>
      numericalRank(of(withLengths(1, 0.5, 0.1, smallest), 4).spectrum())
    );
  assertEquals(count(1e-3), [4, 4]);
  assertEquals(count(2e-7), [4, 4]);
  assertEquals(count(1e-9), [3, 4]);
  assertEquals(count(3e-13), [3, 4]);
  // 256·2⁻⁵² = 5.7e-14.
  assertEquals(count(1e-14), [3, 3]);
  assertEquals(count(0), [3, 3]);
});

Deno.test("many rows about their mean have one direction less than there are", () => {
  const data = gaussian(3, 8 * 20);
  for (const stateOf of Object.values(ROUTES)) {
    const state = stateOf(data, 20);
    assertEquals(numericalRank(state.spectrum()), 8);
    assertEquals(numericalRank(state.spectrum({ centered: true })), 7);
  }
});

// --- The condition numbers. ---

Deno.test("the condition number is σ₁/σ_min, and the pseudo-condition number is the same", () => {
  for (const ratio of [conditionNumber, pseudoConditionNumber]) {
    assertEquals(ratio(made(10, 8, 4, 2)), 4);
    assertEquals(ratio(made(10, 8)), 1);
  }
});

Deno.test("with a direction of no length only the pseudo-condition number is left", () => {
  assertEquals(conditionNumber(made(10, 8, 4, 2, 0)), undefined);
  assertEquals(pseudoConditionNumber(made(10, 8, 4, 2, 0)), 4);
  assertEquals(conditionNumber(made(10, 8, 4, 2, 1e-16)), undefined);
  assertEquals(pseudoConditionNumber(made(10, 8, 4, 2, 1e-16)), 4);
});

Deno.test("zeros have neither", () => {
  assertEquals(conditionNumber(made(10, 0, 0)), undefined);
  assertEquals(pseudoConditionNumber(made(10, 0, 0)), undefined);
});

Deno.test("no condition number is told that is off by more than a hundredth", () => {
  const most = { gram: 0, exact: 0 };
  for (let exponent = -1; exponent >= -15; exponent -= 0.25) {
    const smallest = 10 ** exponent, data = withLengths(1, 0.5, smallest);
    for (const [route, of] of [["gram", stateOf], ["exact", exactStateOf]] as const) {
      const spectrum = of(data, 3).spectrum();
      const whole = conditionNumber(spectrum);
      if (whole !== undefined) {
        assertAlmostEquals(whole * smallest, 1, 0.01, `${route}, ${smallest}`);
        assertEquals(pseudoConditionNumber(spectrum), whole);
        most[route] = Math.max(most[route], whole);
      } else {
        // The last direction is either taken for none, or is one whose length is not known.
        const pseudo = numericalRank(spectrum) === 2 ? 2 : undefined;
        const actual = pseudoConditionNumber(spectrum);
        assertEquals(actual && Math.round(actual * 1e6) / 1e6, pseudo);
      }
    }
  }
  // And it is told where it can be.
  assert(most.gram > 1e6 && most.gram < 1e8, `${most.gram}`);
  assert(most.exact > 1e12, `${most.exact}`);
});
