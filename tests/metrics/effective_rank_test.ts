import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { effectiveRank } from "../../src/metrics/effective_rank.ts";

function effectiveRankOf(...singularValues: number[]): number {
  return effectiveRank({ singularValues: Float64Array.from(singularValues) });
}

Deno.test("the effective rank of equal values is their number", () => {
  for (const count of [1, 2, 3, 10, 384]) {
    assertAlmostEquals(effectiveRankOf(...new Array(count).fill(0.3)), count, 1e-12 * count);
  }
});

Deno.test("the effective rank is Π pₖ^−pₖ, by hand", () => {
  // p = ½, ¼, ¼: √2 · √2 · √2.
  assertAlmostEquals(effectiveRankOf(2, 1, 1), 2 * Math.SQRT2, 1e-14);
  // p = ¾, ¼: (4/3)^¾ · 4^¼ = 4 / 3^¾.
  assertAlmostEquals(effectiveRankOf(3, 1), 4 / 3 ** 0.75, 1e-14);
  // p = ½, ¼, ⅛, ⅛: the entropy is 7/4 bits.
  assertAlmostEquals(effectiveRankOf(4, 2, 1, 1), 2 ** 1.75, 1e-14);
});

Deno.test("zeros add nothing to an effective rank", () => {
  assertEquals(effectiveRankOf(3, 1, 0, 0, 0), effectiveRankOf(3, 1));
  assertEquals(effectiveRankOf(5, 0, 0), 1);
});

Deno.test("the effective rank of zeros, and of nothing, is 0", () => {
  assertEquals(effectiveRankOf(0, 0, 0), 0);
  assertEquals(effectiveRankOf(), 0);
});

Deno.test("the effective rank does not care for the unit, from end to end of float64's range", () => {
  const expected = effectiveRankOf(4, 2, 1, 1);
  for (const exponent of [-1072, -500, 500, 1021]) {
    const unit = 2 ** exponent;
    assertAlmostEquals(effectiveRankOf(4 * unit, 2 * unit, unit, unit), expected, 1e-14);
  }
});

Deno.test("the effective rank of what is no number is no number", () => {
  assertEquals(effectiveRankOf(NaN), NaN);
  assertEquals(effectiveRankOf(1, NaN, 2), NaN);
  assertEquals(effectiveRankOf(Infinity, 1), NaN);
});

Deno.test("the effective rank of any values is from 1 to their number, whatever their order", () => {
  const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), {
    minLength: 1,
    maxLength: 40,
  }).filter((values) => values.some((value) => value > 0));
  fc.assert(fc.property(values, (values) => {
    const rank = effectiveRankOf(...values);
    assertEquals(rank >= 1 - 1e-12 && rank <= values.length * (1 + 1e-12), true, String(rank));
    assertAlmostEquals(effectiveRankOf(...values.toReversed()), rank, 1e-12 * rank);
  }));
});
