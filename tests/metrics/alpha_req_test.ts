import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Spectrum } from "../../src/linalg/spectrum.ts";
import { alphaReq } from "../../src/metrics/alpha_req.ts";
import { exactStateOf, stateOf } from "../covariance/rows.ts";
import { gaussian, orthogonal, product } from "../linalg/matrices.ts";

function made(count: number, eigenvalue: (rank: number) => number): Spectrum {
  const eigenvalues = Float64Array.from({ length: count }, (_, k) => eigenvalue(k + 1));
  const singularValues = eigenvalues.map(Math.sqrt);
  return { eigenvalues, singularValues, rows: 10 * count, dim: count, centered: true };
}

Deno.test("a power law has its own α, and R² = 1", () => {
  for (const exponent of [0.3, 1, 2.5]) {
    const fit = alphaReq(made(512, (rank) => 7 * rank ** -exponent))!;
    assertAlmostEquals(fit.alpha, exponent, 1e-12);
    assertAlmostEquals(fit.r2!, 1, 1e-12);
    assertEquals([fit.from, fit.to], [11, 100]);
  }
});

Deno.test("ranks before 11 and after 100 play no part", () => {
  const law = made(512, (rank) => 1 / rank);
  const bent = made(512, (rank) => rank < 11 ? 5 : rank > 100 ? 1e-3 / rank : 1 / rank);
  assertAlmostEquals(alphaReq(bent)!.alpha, alphaReq(law)!.alpha, 1e-13);
  const at = (rank: number) => alphaReq(made(512, (k) => k === rank ? 1.01 / k : 1 / k))!.alpha;
  assert(Math.abs(at(11) - 1) > 1e-5, "the first counts");
  assert(Math.abs(at(100) - 1) > 1e-5, "the last counts");
});

Deno.test("the fit is the one with the least weighted squares, each rank k with the weight 1/k", () => {
  const spectrum = made(100, (rank) => rank ** -1.5 * (1 + 0.3 * Math.sin(rank)));
  const { alpha } = alphaReq(spectrum)!;
  const loss = (alpha: number, offset: number) => {
    let sum = 0;
    for (let k = 11; k <= 100; k++) {
      sum += (Math.log(spectrum.eigenvalues[k - 1]) - offset + alpha * Math.log(k)) ** 2 / k;
    }
    return sum;
  };
  // For each α the best offset, found without any formula: the loss is a parabola in it.
  const best = (alpha: number) => {
    const [a, b, c] = [-1, 0, 1].map((offset) => loss(alpha, offset));
    return loss(alpha, (a - c) / (2 * (a - 2 * b + c)));
  };
  for (const step of [-1e-3, 1e-3]) assert(best(alpha + step) > best(alpha));
  const [a, b, c] = [-1, 0, 1].map((step) => best(alpha + step));
  assertAlmostEquals((a - c) / (2 * (a - 2 * b + c)), 0, 1e-10);
});

Deno.test("the range ends where the spectrum does, and says so", () => {
  const { alpha, from, to } = alphaReq(made(40, (rank) => 1 / rank))!;
  assertAlmostEquals(alpha, 1, 1e-12);
  assertEquals([from, to], [11, 40]);
});

Deno.test("the range ends before the first value that is 0", () => {
  const fit = alphaReq(made(60, (rank) => rank <= 30 ? 1 / rank : 0))!;
  assertAlmostEquals(fit.alpha, 1, 1e-12);
  assertEquals(fit.to, 30);
});

Deno.test("nothing is fitted to fewer than three ranks", () => {
  const law = (rank: number) => 1 / rank;
  assertEquals(alphaReq(made(12, law)), undefined);
  assertEquals(alphaReq(made(13, law))!.to, 13);
  assertEquals(alphaReq(made(60, (rank) => rank <= 12 ? 1 : 0)), undefined);
  assertEquals(alphaReq(made(60, () => 0)), undefined);
});

Deno.test("other ranks can be asked for", () => {
  const spectrum = made(50, (rank) => rank <= 5 ? 1 / rank : 0.2);
  const { alpha, from, to } = alphaReq(spectrum, { from: 1, to: 5 })!;
  assertAlmostEquals(alpha, 1, 1e-12);
  assertEquals([from, to], [1, 5]);
});

Deno.test("a flat spectrum has α = 0, and no R² as there is nothing to explain", () => {
  const fit = alphaReq(made(64, () => 1))!;
  assertEquals(fit, { alpha: 0, from: 11, to: 64 });
});

Deno.test("the unit of embeddings does not matter", () => {
  const seeds = fc.integer({ min: 0, max: 1e6 });
  fc.assert(fc.property(seeds, fc.constantFrom(1e-200, 1e-3, 1e200), (seed, unit) => {
    const noise = gaussian(seed, 80);
    const of = (unit: number) =>
      alphaReq(made(80, (rank) => unit * Math.exp(noise[rank - 1] / 10) / rank))!;
    assertAlmostEquals(of(unit).alpha, of(1).alpha, 1e-10);
    assertAlmostEquals(of(unit).r2!, of(1).r2!, 1e-10);
  }));
});

Deno.test("noise of a covariance is left out of the fit, and is no noise of an exact state", () => {
  // 20 directions of 1/k, and 30 that are 1e-9 as long: λ = 1e-18 is far below what a Gram resolves.
  const dim = 50;
  const scaled = gaussian(9, 2000 * dim).map((x, at) =>
    x * (at % dim < 20 ? 1 / (at % dim + 1) : 1e-9)
  );
  const data = product(scaled, dim, orthogonal(10, dim));
  const fit = (of: typeof stateOf) => alphaReq(of(data, dim).spectrum({ centered: true }))!;
  assertEquals(fit(stateOf).to, 20);
  assertAlmostEquals(fit(stateOf).alpha, 2, 0.2);
  assertEquals(fit(exactStateOf).to, 50);
});
