import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RankMeError } from "../../src/errors.ts";
import { eigenvalues } from "../../src/linalg/eigenvalues.ts";
import { mathjsEigenvalues } from "../../src/linalg/reference/mathjs_eigenvalues.ts";
import { countingBackend } from "./counting_backend.ts";
import {
  bisectedEigenvalues,
  diagonal,
  gaussian,
  orthogonal,
  product,
  symmetric,
  transpose,
  tridiagonal,
} from "./matrices.ts";

/** Every value within `ulps` units of 2⁻⁵² of the largest, which is what the doc promises. */
function assertEigenvalues(actual: Float64Array, expected: ArrayLike<number>, ulps: number): void {
  assertEquals(actual.length, expected.length);
  const largest = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  actual.forEach((value, k) => {
    assertAlmostEquals(value, expected[k], ulps * Number.EPSILON * largest, `eigenvalue ${k}`);
  });
}

function descending(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort().reverse();
}

Deno.test("eigenvalues() of no rows are none, and of one row its entry", () => {
  assertEquals(eigenvalues(new Float64Array(0), 0), new Float64Array(0));
  assertEquals(eigenvalues(Float64Array.of(-7.25), 1), Float64Array.of(-7.25));
});

Deno.test("eigenvalues() of a matrix of zeros are zeros", () => {
  for (const dim of [1, 2, 5, 33]) {
    assertEquals(eigenvalues(new Float64Array(dim * dim), dim), new Float64Array(dim));
  }
});

Deno.test("eigenvalues() of a diagonal matrix are its diagonal, exactly, largest first", () => {
  const values = [3, -1, 0, 1 / 3, 1e-5, 3, -8.5, 12345.678];
  assertEquals(eigenvalues(diagonal(values), values.length), descending(values));
});

Deno.test("eigenvalues() of a 2×2 matrix are the roots of its quadratic", () => {
  // (a − λ)(c − λ) = b² with a = 1, b = 2, c = 4: λ² − 5λ = 0.
  assertEigenvalues(eigenvalues(Float64Array.of(1, 2, 2, 4), 2), [5, 0], 4);
  assertEigenvalues(eigenvalues(Float64Array.of(0, 1, 1, 0), 2), [1, -1], 4);
});

Deno.test("eigenvalues() of the 1-2-1 matrix are 2 − 2cos(kπ/(n+1))", () => {
  for (const dim of [2, 3, 10, 64, 101]) {
    const matrix = tridiagonal(new Float64Array(dim).fill(2), new Float64Array(dim).fill(-1));
    const expected = Array.from(
      { length: dim },
      (_, k) => 4 * Math.sin((dim - k) * Math.PI / (2 * (dim + 1))) ** 2,
    );
    assertEigenvalues(eigenvalues(matrix, dim), expected, 16);
  }
});

Deno.test("eigenvalues() of Wilkinson's W21+ agree with the published pair and with bisection", () => {
  const middle = Array.from({ length: 21 }, (_, i) => Math.abs(i - 10));
  const beside = new Array(20).fill(1);
  const values = eigenvalues(tridiagonal(middle, beside), 21);
  // Wilkinson, The Algebraic Eigenvalue Problem, 1965, p. 309.
  assertAlmostEquals(values[0], 10.746194182903393, 1e-14);
  assertAlmostEquals(values[1], 10.746194182903322, 1e-14);
  assertEigenvalues(values, bisectedEigenvalues(middle, beside), 16);
});

Deno.test("eigenvalues() of a Hilbert matrix have its trace and its determinant", () => {
  // The determinants are 1/1, 1/12, 1/2160, …: OEIS A005249.
  const inverseDeterminants = [1, 12, 2160, 6048000, 266716800000, 186313420339200000];
  inverseDeterminants.forEach((inverse, index) => {
    const dim = index + 1;
    const hilbert = Float64Array.from(
      { length: dim * dim },
      (_, at) => 1 / (Math.floor(at / dim) + at % dim + 1),
    );
    const values = eigenvalues(hilbert, dim);
    const trace = Array.from({ length: dim }, (_, i) => 1 / (2 * i + 1)).reduce((a, b) => a + b);
    assertAlmostEquals(values.reduce((a, b) => a + b), trace, 1e-15 * trace);
    // The smallest of H₆ is 1.1e-7: its absolute error of 1e-15 is 1e-8 of the product.
    assertAlmostEquals(values.reduce((a, b) => a * b) * inverse, 1, 1e-7);
  });
});

Deno.test("eigenvalues() of vvᵀ are |v|² and zeros", () => {
  for (const dim of [2, 7, 40]) {
    const v = gaussian(dim, dim);
    const length2 = v.reduce((sum, x) => sum + x * x, 0);
    const expected = new Float64Array(dim);
    expected[0] = length2;
    assertEigenvalues(eigenvalues(product(v, 1, v), dim), expected, 32);
  }
});

Deno.test("eigenvalues() of QΛQᵀ are Λ, whatever their spacing", () => {
  const spacings: Record<string, (k: number, dim: number) => number> = {
    "evenly spaced": (k, dim) => dim - k,
    "of both signs": (k, dim) => dim / 2 - k,
    "all the same but one": (k) => k === 0 ? 2 : 1,
    "in a cluster of width 1e-9": (k) => 1 - k * 1e-9,
    "two clusters": (k) => (k % 2) + k * 1e-13,
    "falling to 1e-40": (k, dim) => 10 ** (-40 * k / dim),
    "of rank three": (k) => k < 3 ? 3 - k : 0,
  };
  for (const [name, spacing] of Object.entries(spacings)) {
    for (const dim of [2, 3, 17, 48]) {
      const values = Float64Array.from({ length: dim }, (_, k) => spacing(k, dim));
      const q = orthogonal(dim, dim);
      const matrix = product(product(q, dim, diagonal(values)), dim, transpose(q, dim));
      const actual = eigenvalues(matrix, dim);
      // The matrix itself has been rounded: some D of its own units.
      const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      descending(values).forEach((value, k) =>
        assertAlmostEquals(actual[k], value, 4 * dim * Number.EPSILON * largest, `${name}, ${k}`)
      );
    }
  }
});

Deno.test("eigenvalues() are not blind to a coupling far smaller than its neighbours", () => {
  // det(A − λ) = (1−λ)(λ²−1) + δ²λ, so λ = 1 ± δ/√2 to first order: a coupling δ with δ² < 2⁻⁵³
  // vanishes in a sum of squares with its neighbour 1, yet it moves two eigenvalues by 7e-10.
  const δ = 1e-9;
  const values = eigenvalues(Float64Array.of(1, 0, δ, 0, 0, 1, δ, 1, 0), 3);
  assertAlmostEquals(values[0] - 1, δ / Math.SQRT2, 1e-15);
  assertAlmostEquals(values[1] - 1, -δ / Math.SQRT2, 1e-15);
  assertAlmostEquals(values[2], -1, 1e-15);
});

Deno.test("eigenvalues() agree with mathjs on random matrices", async () => {
  for (const dim of [1, 2, 3, 4, 5, 8, 13, 16, 21, 24]) {
    const matrix = symmetric(dim, dim);
    assertEigenvalues(eigenvalues(matrix, dim), await mathjsEigenvalues(matrix, dim), 200);
  }
});

Deno.test("eigenvalues() agree with mathjs on any small symmetric matrix", async () => {
  const entry = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.double({ min: -10, max: 10, noNaN: true }).map((x) => Math.abs(x) < 1e-6 ? 0 : x),
  );
  const square = fc.integer({ min: 1, max: 6 }).chain((dim) =>
    fc.array(entry, { minLength: dim * dim, maxLength: dim * dim }).map((entries) => {
      const at = (i: number, j: number) => entries[Math.max(i, j) * dim + Math.min(i, j)];
      return {
        dim,
        matrix: Float64Array.from(
          { length: dim * dim },
          (_, k) => at(Math.floor(k / dim), k % dim),
        ),
      };
    })
  );
  await fc.assert(
    fc.asyncProperty(square, async ({ dim, matrix }) => {
      const expected = await mathjsEigenvalues(matrix, dim);
      const largest = Math.max(...expected.map(Math.abs));
      eigenvalues(matrix, dim).forEach((value, k) =>
        assertAlmostEquals(value, expected[k], 1e-13 * largest)
      );
    }),
    { numRuns: 300 },
  );
});

Deno.test("eigenvalues() agree with bisection on random tridiagonal matrices of any grading", () => {
  for (const [seed, dim] of [[1, 2], [2, 9], [3, 40], [4, 70]]) {
    for (const grading of [1, 0.5, 2, 0.01]) {
      const middle = gaussian(seed, dim).map((x, i) => x * grading ** (i % 30));
      const beside = gaussian(seed + 100, dim - 1).map((x, i) => x * grading ** (i % 30));
      assertEigenvalues(
        eigenvalues(tridiagonal(middle, beside), dim),
        bisectedEigenvalues(middle, beside),
        64,
      );
    }
  }
});

Deno.test("eigenvalues() of every dimension from 1 to 70 keep the trace and the Frobenius norm", () => {
  for (let dim = 1; dim <= 70; dim++) {
    const matrix = symmetric(1000 + dim, dim);
    const values = eigenvalues(matrix, dim);
    let trace = 0, size = 0;
    for (let i = 0; i < dim; i++) {
      trace += matrix[i * dim + i];
      size += Math.abs(matrix[i * dim + i]);
    }
    const squares = matrix.reduce((sum, x) => sum + x * x, 0);
    const sum = values.reduce((sum, x) => sum + x, 0);
    const squared = values.reduce((sum, x) => sum + x * x, 0);
    assertAlmostEquals(sum, trace, 4 * dim * Number.EPSILON * (size + Math.sqrt(squares)));
    assertAlmostEquals(squared, squares, 4 * dim * Number.EPSILON * squares);
    values.forEach((value, k) => k > 0 && assertEquals(value <= values[k - 1], true));
  }
});

Deno.test("eigenvalues() of entries of any size keep the trace and the Frobenius norm", () => {
  const entry = fc.oneof(
    fc.constantFrom(0, 1, -1),
    fc.integer({ min: -330, max: 0 }).map((exponent) => 10 ** exponent),
    fc.double({ min: -1, max: 1, noNaN: true }),
  );
  const square = fc.integer({ min: 1, max: 8 }).chain((dim) =>
    fc.array(entry, { minLength: dim * dim, maxLength: dim * dim })
  );
  fc.assert(
    fc.property(square, (entries) => {
      const matrix = Float64Array.from(entries), dim = Math.sqrt(entries.length);
      const values = eigenvalues(matrix, dim);
      let trace = 0, squares = 0;
      for (let i = 0; i < dim; i++) {
        trace += matrix[i * dim + i];
        for (let j = 0; j <= i; j++) squares += (i === j ? 1 : 2) * matrix[i * dim + j] ** 2;
      }
      const sum = values.reduce((sum, x) => sum + x, 0);
      const squared = values.reduce((sum, x) => sum + x * x, 0);
      const tolerance = 16 * dim * Number.EPSILON;
      assertAlmostEquals(sum, trace, tolerance * Math.sqrt(squares) + 1e-160);
      assertAlmostEquals(squared, squares, tolerance * squares + 1e-320);
    }),
    { numRuns: 500 },
  );
});

Deno.test("eigenvalues() of a matrix times a power of two are the eigenvalues times it", () => {
  for (const dim of [1, 3, 20]) {
    const matrix = symmetric(dim, dim);
    const values = eigenvalues(matrix, dim);
    for (const exponent of [-1000, -537, -1, 1, 511, 1000]) {
      const power = 2 ** exponent;
      // 2⁻¹⁰⁰⁰ still leaves every entry and value that matters a normal number.
      assertEquals(eigenvalues(matrix.map((x) => x * power), dim), values.map((x) => x * power));
    }
  }
});

Deno.test("eigenvalues() take entries from 1e-300 to 1e300 in one matrix", () => {
  const values = Float64Array.from({ length: 61 }, (_, k) => 10 ** (300 - 10 * k));
  assertEigenvalues(eigenvalues(diagonal(values), 61), values, 1);
  const beside = values.map((value) => value / 3);
  assertEigenvalues(
    eigenvalues(tridiagonal(values, beside), 61),
    bisectedEigenvalues(values.map((x) => x / 1e300), beside.map((x) => x / 1e300))
      .map((x) => x * 1e300),
    16,
  );
});

Deno.test("eigenvalues() take rows whose squares vanish beside entries near 1", () => {
  for (const tiny of [1e-100, 1e-170, 1e-300, Number.MIN_VALUE]) {
    const matrix = Float64Array.of(1, 0, tiny, 0, 0.5, tiny, tiny, tiny, 0);
    assertEigenvalues(eigenvalues(matrix, 3), [1, 0.5, 0], 4);
  }
});

Deno.test("eigenvalues() reach both ends of float64's range", () => {
  const largest = Number.MAX_VALUE;
  assertEquals(eigenvalues(Float64Array.of(largest), 1), Float64Array.of(largest));
  assertEquals(
    eigenvalues(Float64Array.of(largest, 0, 0, -largest), 2),
    Float64Array.of(largest, -largest),
  );
  const smallest = Number.MIN_VALUE;
  assertEquals(
    eigenvalues(Float64Array.of(smallest, 0, 0, 0), 2),
    Float64Array.of(smallest, 0),
  );
  // [[3, 4], [4, −3]] has the eigenvalues ±5.
  assertEquals(
    eigenvalues(Float64Array.of(3, 4, 4, -3).map((x) => x * smallest), 2),
    Float64Array.of(5, -5).map((x) => x * smallest),
  );
});

Deno.test("eigenvalues() leave the matrix as it was and read its lower triangle only", () => {
  const dim = 9;
  const matrix = symmetric(5, dim);
  const expected = eigenvalues(matrix, dim);
  const lower = matrix.map((value, at) => at % dim > Math.floor(at / dim) ? NaN : value);
  const before = lower.slice();
  assertEquals(eigenvalues(lower, dim), expected);
  assertEquals(lower, before);
});

Deno.test("eigenvalues() refuse NaN and infinities and say where", () => {
  for (const [value, text] of [[NaN, "NaN"], [Infinity, "Infinity"], [-Infinity, "-Infinity"]]) {
    const matrix = diagonal([1, 2, 3]);
    matrix[2 * 3 + 1] = value as number;
    const error = assertThrows(() => eigenvalues(matrix, 3), RankMeError);
    assertEquals(error.code, "non-finite");
    assertEquals(error.message, `entry (2, 1) of the matrix is ${text}`);
  }
});

Deno.test("eigenvalues() refuse numbers that are not a square matrix", () => {
  for (const [length, dim] of [[6, 2], [3, 2], [0, 1], [1, 0], [4, -2], [2.25, 1.5]]) {
    const matrix = new Float64Array(length);
    const error = assertThrows(() => eigenvalues(matrix, dim), RankMeError);
    assertEquals(error.code, "dimension");
  }
});

Deno.test("eigenvalues() let another backend do the work, in whatever order it answers", () => {
  const matrix = new Float64Array(12);
  const { backend } = countingBackend({
    eigenvalues(_, write) {
      write(matrix, 4);
      return Float64Array.of(0.25, 1, 0.5);
    },
  });
  // The backend sees the matrix divided by 4, the power of two below its largest entry.
  const values = eigenvalues(diagonal([1, 7, 2]), 3, backend);
  assertEquals([...matrix], [0.25, 0, 0, 0, 0, 1.75, 0, 0, 0, 0, 0.5, 0]);
  assertEquals(values, Float64Array.of(4, 2, 1));
});
