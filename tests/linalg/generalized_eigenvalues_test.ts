import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RankMeError } from "../../src/errors.ts";
import { divideRows, factorize } from "../../src/linalg/cholesky.ts";
import { generalizedEigenvalues } from "../../src/linalg/generalized_eigenvalues.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { gaussian as goldenGaussian } from "../golden/matrices.ts";
import { generalizedCases } from "../golden/objects.ts";
import { diagonal, gaussian, product, symmetric, transpose } from "./matrices.ts";

/** AAᵀ + I: positive definite. */
function definite(root: Float64Array, dim: number): Float64Array<ArrayBuffer> {
  const matrix = product(root, dim, transpose(root, dim));
  for (let i = 0; i < dim; i++) matrix[i * dim + i]++;
  return matrix;
}

/** The eigenvalues of copies. */
function solve(dim: number, b: Float64Array, w: Float64Array): Float64Array {
  return generalizedEigenvalues(dim, b.slice(), w.slice(), referenceBackend)!;
}

/** The factor with zeros above its diagonal. */
function lower(matrix: Float64Array, dim: number): Float64Array {
  return matrix.map((value, at) => at % dim > Math.floor(at / dim) ? 0 : value);
}

function assertNear(actual: Float64Array, expected: ArrayLike<number>, relative: number): void {
  assertEquals(actual.length, expected.length);
  const largest = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  actual.forEach((value, at) => assertAlmostEquals(value, expected[at], relative * largest));
}

/** Orders on both sides of the edges of tiles and blocks. */
const ORDERS = [1, 2, 3, 4, 5, 7, 8, 31, 32, 33, 65, 70];

for (const { dim, eigenvalues } of generalizedCases) {
  Deno.test(`${dim} × ${dim}: the eigenvalues are NumPy's`, () => {
    const half = goldenGaussian(500 + dim, dim * dim), across = transpose(half, dim);
    const b = half.map((value, at) => value + across[at]);
    assertNear(
      solve(dim, b, definite(goldenGaussian(600 + dim, dim * dim), dim)),
      eigenvalues,
      1e-12,
    );
  });
}

Deno.test("L is a lower triangle with LLᵀ = W, whatever stands above the diagonal of W", () => {
  for (const dim of ORDERS) {
    const w = definite(gaussian(dim, dim * dim), dim);
    const spoilt = w.map((value, at) => at % dim > Math.floor(at / dim) ? NaN : value);
    assertEquals(factorize(spoilt, dim), true);
    const factor = lower(spoilt, dim);
    assertNear(product(factor, dim, transpose(factor, dim)), w, 1e-14);
  }
});

Deno.test("dividing the rows of M by L, and multiplying by L again, gives M", () => {
  for (const dim of ORDERS) {
    const factor = definite(gaussian(dim, dim * dim), dim);
    factorize(factor, dim);
    const matrix = gaussian(dim + 1, dim * dim);
    const all = matrix.slice(), part = matrix.slice();
    divideRows(all, factor, dim, "all");
    assertNear(product(all, dim, transpose(lower(factor, dim), dim)), matrix, 1e-13);
    divideRows(part, factor, dim, "lower");
    assertEquals(lower(part, dim), lower(all, dim));
  }
});

Deno.test("a congruence leaves the eigenvalues alone", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 12 }), (seed, dim) => {
      const b = symmetric(seed, dim), w = definite(gaussian(seed + 1, dim * dim), dim);
      const change = definite(gaussian(seed + 2, dim * dim), dim);
      const congruent = (m: Float64Array) =>
        product(product(change, dim, m), dim, transpose(change, dim));
      assertNear(solve(dim, congruent(b), congruent(w)), solve(dim, b, w), 1e-8);
    }),
    { numRuns: 50 },
  );
});

Deno.test("with W = I they are the eigenvalues of B, and with W = B all are 1", () => {
  const b = definite(gaussian(3, 81), 9);
  const identity = diagonal(new Array(9).fill(1));
  const own = solve(9, b, identity);
  assertAlmostEquals(
    own.reduce((a, x) => a + x),
    b.reduce((a, x, at) => at % 10 ? a : a + x),
    1e-11,
  );
  assertNear(solve(9, b, b), new Array(9).fill(1), 1e-13);
});

Deno.test("scales from 1e-140 to 1e140 of either matrix come back in the eigenvalues", () => {
  const b = symmetric(1, 6), w = definite(gaussian(2, 36), 6);
  const expected = solve(6, b, w);
  for (const scale of [1e-140, 1e140]) {
    assertNear(solve(6, b.map((x) => x * scale), w), expected.map((x) => x * scale), 1e-12);
    assertNear(solve(6, b, w.map((x) => x * scale)), expected.map((x) => x / scale), 1e-12);
  }
});

Deno.test("a W that float64 cannot tell from a singular one gives nothing, and no numbers", () => {
  const b = symmetric(1, 5);
  const rankTwo = product(gaussian(1, 10), 2, gaussian(2, 10));
  const singular = product(rankTwo, 5, transpose(rankTwo, 5));
  const indefinite = diagonal([1, 2, -1e-3, 1, 1]);
  const barely = singular.slice();
  for (let i = 0; i < 5; i++) barely[i * 5 + i] += 1e-14;
  for (
    const w of [singular, indefinite, barely, new Float64Array(25), diagonal([1, 1, NaN, 1, 1])]
  ) {
    assertEquals(generalizedEigenvalues(5, b.slice(), w.slice(), referenceBackend), undefined);
  }
  for (let i = 0; i < 5; i++) singular[i * 5 + i] += 1e-6;
  assert(generalizedEigenvalues(5, b, singular, referenceBackend)!.every(Number.isFinite));
});

Deno.test("eigenvalues that overflow are an error", () => {
  assertThrows(
    () => solve(1, Float64Array.of(1e200), Float64Array.of(1e-200)),
    RankMeError,
    "Infinity",
  );
});
