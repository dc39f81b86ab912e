import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CONVENTIONS } from "../../src/metrics/conventions.ts";
import { effectiveRank } from "../../src/metrics/effective_rank.ts";
import { rankMe } from "../../src/metrics/rank_me.ts";

function spectrumOf(...singularValues: number[]) {
  const σ = Float64Array.from(singularValues);
  return { singularValues: σ, eigenvalues: σ.map((value) => value * value) };
}

/** The formula once more, with powers in place of logarithms: Π (vₖ/Σv + ε)^−(vₖ/Σv + ε). */
function powersOf(values: ArrayLike<number>, epsilon: number): number {
  const list = Array.from(values);
  const total = list.reduce((sum, value) => sum + value, 0);
  return list
    .map((value) => value / total + epsilon)
    .reduce((rank, p) => rank * p ** -p, 1);
}

Deno.test("RankMe of equal values is (1/n + ε)^−(1 + nε)", () => {
  for (const count of [1, 2, 7, 100]) {
    const epsilon = 1e-7;
    const expected = (1 / count + epsilon) ** -(1 + count * epsilon);
    const rank = rankMe(spectrumOf(...new Array(count).fill(2.5)));
    assertAlmostEquals(rank, expected, 1e-13 * count);
  }
});

Deno.test("RankMe counts directions without weight at −ε ln ε each", () => {
  const epsilon = 1e-7;
  const alone = rankMe(spectrumOf(1));
  const among = rankMe(spectrumOf(1, 0, 0, 0));
  assertAlmostEquals(among / alone, Math.exp(-3 * epsilon * Math.log(epsilon)), 1e-15);
});

Deno.test("RankMe does not normalise again after ε is added", () => {
  // With ε = ½ and p = ½, ½ every pₖ + ε is 1 and the entropy 0; normalised it would be ln 2.
  assertEquals(rankMe(spectrumOf(3, 3), { values: "singular", epsilon: 0.5 }), 1);
});

Deno.test("RankMe takes singular values, or eigenvalues where the convention says so", () => {
  const spectrum = spectrumOf(2, 1, 1);
  const epsilon = 0;
  // σ: p = ½, ¼, ¼. λ = 4, 1, 1: p = ⅔, ⅙, ⅙, so (3/2)^⅔ · 6^⅓ = (27/2)^⅓.
  assertAlmostEquals(rankMe(spectrum, { values: "singular", epsilon }), 2 ** 1.5, 1e-14);
  assertAlmostEquals(rankMe(spectrum, { values: "eigen", epsilon }), 13.5 ** (1 / 3), 1e-14);
});

Deno.test("RankMe is the paper's unless told", () => {
  const spectrum = spectrumOf(5, 3, 1e-3);
  assertEquals(rankMe(spectrum), rankMe(spectrum, { values: "singular", epsilon: 1e-7 }));
});

Deno.test("RankMe without ε is the effective rank", () => {
  const spectrum = spectrumOf(5, 3, 1, 0);
  assertEquals(rankMe(spectrum, CONVENTIONS["roy-vetterli"]), effectiveRank(spectrum));
});

Deno.test("RankMe of zeros is 0 under every convention", () => {
  for (const convention of Object.values(CONVENTIONS)) {
    assertEquals(rankMe(spectrumOf(0, 0, 0), convention), 0);
  }
});

Deno.test("RankMe of what is no number is no number under every convention", () => {
  for (const convention of Object.values(CONVENTIONS)) {
    assertEquals(rankMe(spectrumOf(2, NaN, 1), convention), NaN);
    assertEquals(rankMe(spectrumOf(Infinity, 2), convention), NaN);
  }
});

Deno.test("RankMe of eigenvalues whose sum overflows is that of the same values scaled down", () => {
  const values = Float64Array.of(1.2e308, 1e308, 1e308);
  const of = (eigenvalues: Float64Array) =>
    rankMe({ eigenvalues, singularValues: eigenvalues.map(Math.sqrt) }, CONVENTIONS.reptrix);
  assertAlmostEquals(of(values), of(values.map((value) => value * 1e-300)), 1e-13);
});

Deno.test("RankMe of any values is the product of powers, under every convention", () => {
  const values = fc.array(fc.double({ min: 0, max: 1e3, noNaN: true }), {
    minLength: 1,
    maxLength: 30,
  }).map((values) => spectrumOf(...values.map((value) => value < 1e-9 ? 0 : value), 1));
  fc.assert(fc.property(values, (spectrum) => {
    for (const convention of Object.values(CONVENTIONS)) {
      const { singularValues, eigenvalues } = spectrum;
      const expected = powersOf(
        convention.values === "eigen" ? eigenvalues : singularValues,
        convention.epsilon,
      );
      assertAlmostEquals(rankMe(spectrum, convention), expected, 1e-12 * expected);
    }
  }));
});
