/** The metrics that are a formula of eigenvalues alone, by hand; metrics_test.ts has them against NumPy. */
import { assert, assertAlmostEquals, assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import { explainedVariance } from "../../src/metrics/explained_variance.ts";
import { isotropy } from "../../src/metrics/isotropy.ts";
import { nesum } from "../../src/metrics/nesum.ts";
import { participationRatio } from "../../src/metrics/participation_ratio.ts";
import { spectralEntropy } from "../../src/metrics/spectral_entropy.ts";
import { stableRank } from "../../src/metrics/stable_rank.ts";

function of(...eigenvalues: number[]): { readonly eigenvalues: Float64Array } {
  return { eigenvalues: Float64Array.from(eigenvalues) };
}

Deno.test("the participation ratio is (Σλ)²/Σλ²", () => {
  // 6²/(9 + 4 + 1).
  assertAlmostEquals(participationRatio(of(3, 2, 1)), 36 / 14, 1e-14);
  assertEquals(participationRatio(of(5, 0, 0)), 1);
  assertAlmostEquals(participationRatio(of(...new Array(300).fill(0.1))), 300, 1e-10);
  assertEquals(participationRatio(of(0, 0)), 0);
});

Deno.test("the stable rank and NESum are Σλ/λ₁", () => {
  for (const sum of [stableRank, nesum]) {
    assertAlmostEquals(sum(of(3, 2, 1)), 2, 1e-14);
    assertEquals(sum(of(5, 0, 0)), 1);
    assertEquals(sum(of(0, 0)), 0);
  }
});

Deno.test("the spectral entropy is −Σp ln p in nats, with 0·ln 0 = 0", () => {
  // p = ½, ¼, ¼: one and a half bits.
  assertAlmostEquals(spectralEntropy(of(2, 1, 1, 0))!, 1.5 * Math.LN2, 1e-14);
  assertEquals(spectralEntropy(of(7, 0)), 0);
  assertEquals(spectralEntropy(of(0, 0)), undefined);
});

Deno.test("the spectral entropy lies between those that the participation ratio and rank allow", () => {
  // Rényi's entropies fall with their order: of order 2 is ln PR, of order 0 the logarithm of the rank.
  const values = fc.array(fc.double({ min: 1e-6, max: 1e3, noNaN: true }), { minLength: 1 });
  fc.assert(fc.property(values, (values) => {
    const entropy = spectralEntropy(of(...values))!;
    assertGreater(entropy, Math.log(participationRatio(of(...values))) - 1e-12);
    assert(entropy <= Math.log(values.length) + 1e-12);
  }));
});

Deno.test("explained variance counts directions up to the share and no further", () => {
  const spectrum = of(50, 40, 5, 4, 1);
  const counts = [0.5, 0.51, 0.9, 0.95, 0.951, 0.99, 1].map((share) =>
    explainedVariance(spectrum, share)
  );
  assertEquals(counts, [1, 2, 2, 3, 4, 4, 5]);
  // No share at all is still held by the first.
  assertEquals(explainedVariance(spectrum, 0), 1);
  assertEquals(explainedVariance(of(0, 0), 0.5), 0);
});

Deno.test("explained variance asks for no direction because of rounding", () => {
  for (const count of [3, 7, 10, 49, 100, 1000]) {
    const flat = of(...new Array(count).fill(0.1));
    for (let d = 1; d <= count; d++) assertEquals(explainedVariance(flat, d / count), d);
  }
});

/** The steps of Rudman et al. 2022, as they are written down, for variances along principal axes. */
function isoScoreByItsSteps(variances: readonly number[]): number {
  const n = variances.length;
  const length = Math.hypot(...variances);
  const normalized = variances.map((value) => Math.sqrt(n) * value / length);
  const defect = Math.hypot(...normalized.map((value) => value - 1)) /
    Math.sqrt(2 * (n - Math.sqrt(n)));
  const fraction = (n - defect ** 2 * (n - Math.sqrt(n))) ** 2 / n ** 2;
  return (n * fraction - 1) / (n - 1);
}

Deno.test("isotropy is IsoScore, step by step", () => {
  const values = fc.array(fc.double({ min: 1e-6, max: 1e3, noNaN: true }), {
    minLength: 2,
    maxLength: 40,
  });
  fc.assert(fc.property(values, (values) => {
    const score = isotropy({ ...of(...values), dim: values.length })!;
    assertAlmostEquals(score, isoScoreByItsSteps(values), 1e-12);
  }));
});

Deno.test("isotropy counts the dimensions that a short spectrum has no values for", () => {
  assertAlmostEquals(
    isotropy({ ...of(3, 2, 1), dim: 6 })!,
    isoScoreByItsSteps([3, 2, 1, 0, 0, 0]),
    1e-14,
  );
});

Deno.test("there is no isotropy of one dimension, nor of rows that are all equal", () => {
  assertEquals(isotropy({ ...of(3), dim: 1 }), undefined);
  assertEquals(isotropy({ ...of(0, 0), dim: 2 }), undefined);
});

Deno.test("no formula of eigenvalues overflows where they are near the end of float64's range", () => {
  const large = of(1.2e308, 1.2e308, 0.6e308), small = of(2e-320, 2e-320, 1e-320);
  const plain = of(2, 2, 1);
  for (const metric of [participationRatio, stableRank, nesum, spectralEntropy]) {
    assertAlmostEquals(metric(large)!, metric(plain)!, 1e-12);
    assertAlmostEquals(metric(small)!, metric(plain)!, 1e-12);
  }
  assertEquals(explainedVariance(large, 0.8), 2);
});
