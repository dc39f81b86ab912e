import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { EmbeddingBatch, type EmbeddingData } from "../../src/batch.ts";
import { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { fastestBackend } from "../../src/linalg/fastest_backend.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import type { Spectrum } from "../../src/linalg/spectrum.ts";
import { CONVENTIONS } from "../../src/metrics/conventions.ts";
import { rankMe } from "../../src/metrics/rank_me.ts";
import { rankMeErrorBound } from "../../src/metrics/rank_me_error_bound.ts";
import { goldenConventions } from "../golden/conventions.ts";
import { golden, type GoldenConvention } from "../golden/golden.ts";
import { goldenMatrix } from "../golden/matrices.ts";
import { gaussian, orthogonal, product } from "../linalg/matrices.ts";

/** A bound that is this much larger than the error is of no use to anybody. */
const USELESS = 1e3;
/** What NumPy's own float64 SVD is off by, relatively: no error is known to be smaller. */
const KNOWN = 2e-15;

function spectrumOf(
  data: EmbeddingData,
  dim: number,
  { exact = false, centered = false, batch = Infinity } = {},
): Spectrum {
  const state = new OnlineCovariance(fastestBackend(), { exact });
  const all = new EmbeddingBatch({ data, dim });
  for (let start = 0; start < all.rows; start += batch) {
    state.update(all.slice(start, Math.min(start + batch, all.rows)));
  }
  return state.spectrum({ centered });
}

// --- A true bound. ---

for (const { name, expected } of golden) {
  Deno.test(`the bound of golden ${name} holds against NumPy, under every convention`, () => {
    const { data, dim } = goldenMatrix(name);
    for (const [convention, { value }] of Object.entries(expected)) {
      const { centered, ...how } = goldenConventions[convention as GoldenConvention];
      for (const exact of [false, true]) {
        const spectrum = spectrumOf(data, dim, { exact, centered });
        const error = Math.abs(rankMe(spectrum, how) - value);
        const bound = rankMeErrorBound(spectrum, how);
        assertLess(error, bound + KNOWN * value, `${convention}, exact: ${exact}`);
      }
    }
  });
}

/** Rows for which rounding is at its worst, each with the size of its batches. */
const ADVERSARIAL: readonly (readonly [string, () => Float64Array, number, number?])[] = [
  // Every product is the same number, so that every addition rounds to the same side.
  ["the same square again and again", () =>
    Float64Array.from(
      { length: 2 * 200_000 },
      (_, i) => i % 2 === 0 ? (i % 4 < 2 ? 0.1 : -0.1) : (i % 8 < 4 ? 1e-6 : -1e-6),
    ), 2],
  // The pivot is the mean of the first rows, and theirs alone.
  [
    "first rows far from all others",
    () => {
      const data = gaussian(1, 20_000 * 4);
      return data.map((value, i) => i < 16 ? 1e6 + value : value * [1, 1e-2, 1e-4, 1e-6][i % 4]);
    },
    4,
    4,
  ],
  ["a mean of 1e7 standard deviations", () => gaussian(2, 4000 * 8).map((value) => 1e7 + value), 8],
  ["a rank of one in fifty dimensions", () => {
    const direction = gaussian(3, 50);
    return product(gaussian(4, 1000), 1, direction);
  }, 50],
  ["directions from 1 down to 1e-15", () => {
    const scaled = gaussian(5, 2000 * 16).map((value, i) => value * 10 ** -(i % 16));
    return product(scaled, 16, orthogonal(6, 16));
  }, 16],
  ["fewer rows than dimensions, all alike", () => {
    const row = gaussian(7, 300);
    return gaussian(8, 40 * 300).map((value, i) => row[i % 300] + 1e-9 * value);
  }, 300],
  [
    "numbers near the end of float16",
    () => gaussian(9, 3000 * 6).map((x) => Math.round(x) * 65504),
    6,
  ],
];

for (const [name, make, dim, batch] of ADVERSARIAL) {
  Deno.test(`the bound holds against a triangular factor for ${name}`, () => {
    const data = make();
    for (const convention of Object.values(CONVENTIONS)) {
      const { centered, ...how } = convention;
      const exact = spectrumOf(data, dim, { exact: true, centered });
      const gram = spectrumOf(data, dim, { centered, batch });
      const error = Math.abs(rankMe(gram, how) - rankMe(exact, how));
      assertLess(error, rankMeErrorBound(gram, how) + rankMeErrorBound(exact, how));
    }
  });
}

// --- A bound that is of use. ---

/** Rows like the representations that are scored: 2048 × 96. */
const TYPICAL: readonly (readonly [string, () => Float64Array])[] = [
  ["normal numbers", () => gaussian(11, 2048 * 96)],
  ["σₖ = 1/k", () => withSpectrum((k) => 1 / k, 0)],
  ["rank 24 and noise of 1e-4", () => withSpectrum((k) => k <= 24 ? 1 : 1e-4, 0)],
  ["rank 24 and noise of 1e-6", () => withSpectrum((k) => k <= 24 ? 1 : 1e-6, 0)],
  ["rank 24 and noise of 1e-8", () => withSpectrum((k) => k <= 24 ? 1 : 1e-8, 0)],
  ["rank 24, noise of 1e-8, mean 3", () => withSpectrum((k) => k <= 24 ? 1 : 1e-8, 3)],
];

function withSpectrum(sigma: (k: number) => number, mean: number): Float64Array {
  const dim = 96;
  const scaled = gaussian(12, 2048 * dim).map((value, i) => value * sigma(i % dim + 1));
  return product(scaled, dim, orthogonal(13, dim)).map((value) => value + mean);
}

for (const [name, make] of TYPICAL) {
  Deno.test(`the bound for ${name} is within a thousand times the error`, () => {
    const data = make();
    const gram = spectrumOf(data, 96), exact = spectrumOf(data, 96, { exact: true });
    const rank = rankMe(exact);
    const error = Math.max(Math.abs(rankMe(gram) - rank), KNOWN * rank);
    assertLess(rankMeErrorBound(gram), USELESS * error);
    assertLess(error, rankMeErrorBound(gram) + KNOWN * rank);
    // The exact one is worth its time.
    assertLess(rankMeErrorBound(exact), 1e-11 * rank);
  });
}

// --- The formula. ---

/** A spectrum of these singular values, with as much error as was added up. */
function spectrumWith(singularValues: number[], magnitude: number): Spectrum {
  const values = Float64Array.from(singularValues);
  const dim = values.length;
  return {
    singularValues: values,
    eigenvalues: values.map((value) => value * value),
    rows: 1000,
    dim,
    centered: false,
    computation: { method: "gram", magnitude },
  };
}

Deno.test("the bound covers every way in which values may move within their errors", () => {
  // δ = u·(…)·λ₁ by the formula in the doc of spectrumError, here by hand for N = 1000, D = 3.
  const magnitude = 1e12;
  const largest = 9, sum = 9 + 1 + 1e-8;
  const added = largest + magnitude - sum;
  const delta = 2 ** -53 * (Math.sqrt(1000 / 128 + 256) / 2 * Math.sqrt(added * magnitude) +
    1000 / 256 * added + 128 * (magnitude - sum) + (6 * Math.sqrt(3) + 10) * largest);
  const spectrum = spectrumWith([3, 1, 1e-4], magnitude);
  const bound = rankMeErrorBound(spectrum);
  const rank = rankMe(spectrum);
  let most = 0;
  for (const a of [-1, 0, 1]) {
    for (const b of [-1, 0, 1]) {
      for (const c of [-1, 0, 1]) {
        const eigenvalues = spectrum.eigenvalues.map((value, k) =>
          Math.max(value + [a, b, c][k] * delta, 0)
        );
        const moved = rankMe({ eigenvalues, singularValues: eigenvalues.map(Math.sqrt) });
        most = Math.max(most, Math.abs(moved - rank));
      }
    }
  }
  assert(most > 1e-3, "the errors are large enough to be seen");
  assertGreater(bound, most);
  assertLess(bound, 4 * most);
});

Deno.test("a spectrum that was not computed from rows is only rounded by the formula", () => {
  const { computation: _, ...spectrum } = spectrumWith([3, 2, 1e-9], 0);
  assertLess(rankMeErrorBound(spectrum), 1e-13);
});

Deno.test("zeros that large squares cancelled to are not known to be zeros", () => {
  assertEquals(rankMeErrorBound(spectrumWith([0, 0, 0], 1)), 3);
  assertEquals(rankMeErrorBound(spectrumWith([0, 0, 0], 0)), 0);
});

Deno.test("no bound exceeds what could be wrong at all", () => {
  assertEquals(rankMeErrorBound(spectrumWith([1, 1e-3], 1e40)), 2);
});

Deno.test("a matrix of zeros has no error", () => {
  const data = new Float64Array(40);
  const state = new OnlineCovariance(referenceBackend).update(new EmbeddingBatch({ data, dim: 4 }));
  assertEquals(rankMeErrorBound(state.spectrum()), 0);
});
