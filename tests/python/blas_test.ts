import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { EmbeddingData } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import type { Accumulator, Backend, ShiftedSums } from "../../src/linalg/backend.ts";
import { openBlas } from "../../src/linalg/blas/open_blas.ts";
import { panelRowsOf } from "../../src/linalg/blas/accumulator.ts";
import { eigenvalues } from "../../src/linalg/eigenvalues.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { gaussian, integers, symmetric } from "../linalg/matrices.ts";
import { jsonOf, ROOT, startPython } from "./python.ts";

const DIMS = Array.from({ length: 70 }, (_, i) => i + 1).concat(383, 385);

/** The OpenBLAS inside NumPy, found as it would be in an environment that is switched on. */
function numpyBlas(threads: number, fallback = referenceBackend): Backend {
  const before = Deno.env.get("VIRTUAL_ENV");
  Deno.env.set("VIRTUAL_ENV", new URL(".venv", ROOT).pathname);
  try {
    const { backend, tried } = openBlas({ threads, fallback });
    if (backend?.library?.includes("openblas")) return backend;
    throw new Error(`NumPy's OpenBLAS was not found: ${JSON.stringify(tried)}`);
  } finally {
    if (before === undefined) Deno.env.delete("VIRTUAL_ENV");
    else Deno.env.set("VIRTUAL_ENV", before);
  }
}

/** A test with the library on so many threads. */
function testBlas(name: string, fn: (blas: Backend) => void | Promise<void>, threads = 2): void {
  Deno.test(name, async () => {
    const blas = numpyBlas(threads);
    try {
      await fn(blas);
    } finally {
      blas.release();
    }
  });
}

function sumsOf(backend: Backend, pivot: Float64Array, rows: EmbeddingData): ShiftedSums {
  const accumulator = backend.accumulator(pivot);
  accumulator.add(rows);
  return accumulator.sums();
}

function addInChunks(to: Accumulator, rows: Float64Array, chunk: number): void {
  for (let at = 0; at < rows.length; at += chunk) to.add(rows.subarray(at, at + chunk));
}

function lowerTriangle({ scatter, stride, dim }: ShiftedSums): Float64Array {
  const lower = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    lower.set(scatter.subarray(i * stride, i * stride + i + 1), i * dim);
  }
  return lower;
}

/** The same bits: for whole numbers, whose sums round nowhere, and other exact cases. */
function assertSameSums(actual: ShiftedSums, expected: ShiftedSums, message: string): void {
  assertEquals(actual.sum, expected.sum, `sum: ${message}`);
  assertEquals(lowerTriangle(actual), lowerTriangle(expected), `scatter: ${message}`);
}

testBlas("a library that was found says what it is", (blas) => {
  assertEquals(blas.name, "blas");
  assertEquals(/^libscipy_openblas64_-\w+\.\w+ \(OpenBLAS .+\)$/.test(blas.library!), true);
});

for (const threads of [1, 2, 3, 4]) {
  testBlas(`sums of whole numbers are exact in every shape, on ${threads} threads`, (blas) => {
    assertEquals(blas.threads, threads);
    for (const dim of DIMS) {
      const full = panelRowsOf(dim, threads);
      const counts = threads === 1 || dim > 70 || dim % 10 === 0
        ? [0, 1, full - 1, full, full + 1]
        : [0, 1, 130];
      const most = Math.max(...counts);
      const rows = integers(dim, most * dim, 100), pivot = integers(dim + 1, dim, 100);
      for (const count of counts) {
        const some = rows.subarray((most - count) * dim);
        const expected = sumsOf(referenceBackend, pivot, some);
        assertSameSums(sumsOf(blas, pivot, some), expected, `${count} × ${dim}`);
      }
    }
  }, threads);
}

testBlas("the type of the numbers changes nothing where it can hold them", (blas) => {
  for (const dim of [1, 2, 7, 64, 385]) {
    const rows = integers(dim, 200 * dim, 2048), pivot = integers(dim + 1, dim, 100);
    const expected = sumsOf(referenceBackend, pivot, rows);
    for (const data of [Float32Array.from(rows), Float16Array.from(rows)]) {
      assertSameSums(sumsOf(blas, pivot, data), expected, `D = ${dim}`);
    }
  }
});

testBlas("the size of the chunks changes nothing", (blas) => {
  const dim = 96, count = panelRowsOf(dim, 2) + 1000;
  const rows = integers(1, count * dim, 100), pivot = integers(2, dim, 100);
  const expected = sumsOf(referenceBackend, pivot, rows);
  for (const chunk of [1, 2, 3, 127, 128, 129, 1000, 5000]) {
    const accumulator = blas.accumulator(pivot);
    addInChunks(accumulator, rows, chunk * dim);
    assertSameSums(accumulator.sums(), expected, `chunks of ${chunk}`);
  }
});

testBlas("rows may begin anywhere in memory, and nothing is written to them", (blas) => {
  const dim = 13;
  const memory = integers(3, 100 * dim + 1, 100), before = memory.slice();
  const rows = memory.subarray(1), pivot = integers(4, dim, 100);
  assertSameSums(
    sumsOf(blas, pivot, rows),
    sumsOf(referenceBackend, pivot, rows.slice()),
    "a view",
  );
  assertEquals(memory, before);
});

testBlas("fractions of any size agree to rounding", (blas) => {
  for (const scale of [1, 1e150, 1e-150, 1e-140]) {
    for (const [count, dim] of [[1000, 10], [129, 65], [3, 385], [1500, 70]]) {
      const rows = gaussian(count, count * dim).map((x) => x * scale);
      const pivot = gaussian(dim, dim).map((x) => x * scale);
      const actual = sumsOf(blas, pivot, rows), expected = sumsOf(referenceBackend, pivot, rows);
      const lengths = Array.from(
        { length: dim },
        (_, i) => Math.sqrt(expected.scatter[i * expected.stride + i]),
      );
      // Each sums `count` numbers, which rounds it as often at most; by Cauchy and Schwarz the sum
      // of their sizes is no more than the product of the lengths.
      const rounding = 4 * count * Number.EPSILON;
      for (let i = 0; i < dim; i++) {
        const tolerance = rounding * Math.sqrt(count) * lengths[i];
        assertAlmostEquals(actual.sum[i], expected.sum[i], tolerance);
        for (let j = 0; j <= i; j++) {
          assertAlmostEquals(
            actual.scatter[i * actual.stride + j],
            expected.scatter[i * expected.stride + j],
            rounding * lengths[i] * lengths[j],
          );
        }
      }
    }
  }
});

testBlas(
  "the pivot is subtracted in float64, also from float32 rows, without loss to a large mean",
  (blas) => {
    // 16777217 is no float32: the difference must not be rounded to 0.
    const near = sumsOf(blas, Float64Array.of(16777217), Float32Array.of(16777216, 16777216));
    assertEquals([near.sum[0], near.scatter[0]], [-2, 2]);
    const far = sumsOf(blas, Float64Array.of(1e8), Float64Array.of(1e8 - 1, 1e8, 1e8 + 1));
    assertEquals([far.sum[0], far.scatter[0]], [0, 2]);
  },
);

testBlas("−0 is 0, and denormal numbers are kept", (blas) => {
  const tiny = Number.MIN_VALUE;
  const rows = Float64Array.of(-0, tiny, 2 ** 60, 2, 3 * tiny, 2 ** 60);
  const pivot = Float64Array.of(-0, 0, 0);
  const { sum, scatter, stride } = sumsOf(blas, pivot, rows);
  assertEquals([...sum], [2, 4 * tiny, 2 ** 61]);
  assertEquals([scatter[0], scatter[stride], scatter[stride + 1]], [4, 6 * tiny, 0]);
  assertEquals([...scatter.subarray(2 * stride)], [2 ** 61, 4 * tiny * 2 ** 60, 2 ** 121]);
});

testBlas("what is written to the sums counts, and rows are added to it", (blas) => {
  const accumulator = blas.accumulator(Float64Array.of(1));
  accumulator.add(Float64Array.of(3));
  const sums = accumulator.sums();
  sums.sum[0] += 10;
  sums.scatter[0] += 100;
  accumulator.add(Float64Array.of(4));
  const { sum, scatter } = accumulator.sums();
  assertEquals([sum[0], scatter[0]], [15, 113]);
});

testBlas("it goes on after release()", (blas) => {
  blas.release();
  assertEquals(sumsOf(blas, new Float64Array(1), Float64Array.of(3)).scatter[0], 9);
  assertEquals(eigenvalues(Float64Array.of(3, 0, 0, 5), 2, blas), Float64Array.of(5, 3));
  blas.release();
  blas.release();
});

Deno.test({
  name: "a library that is refused is let go of",
  ignore: Deno.build.os !== "linux",
  fn() {
    // Deno's own check of resources sees to the rest.
    const named = { path: "libm.so.6", threads: 1, fallback: referenceBackend };
    assertThrows(
      () => openBlas(named),
      RankMeError,
      "it lacks cblas_dsyrk, cblas_dgemm, cblas_dger, cblas_dgemv",
    );
  },
});

Deno.test("release() lets go of the fallback too", () => {
  let released = 0;
  numpyBlas(1, { ...referenceBackend, release: () => released++ }).release();
  assertEquals(released, 1);
});

for (const threads of [1, 4]) {
  testBlas(`eigenvalues agree with the reference's, on ${threads} threads`, (blas) => {
    // More threads than cores wait for each other: a few shapes must do.
    for (const dim of threads === 1 ? DIMS : [1, 2, 33, 70, 385]) {
      const matrix = symmetric(dim, dim);
      assertEigenvalues(
        eigenvalues(matrix, dim, blas),
        eigenvalues(matrix, dim),
        `D = ${dim}`,
      );
    }
  }, threads);
}

/** Within some roundings of the largest: each of the two is a few away from the truth. */
function assertEigenvalues(actual: Float64Array, expected: Float64Array, message: string): void {
  assertEquals(actual.length, expected.length);
  const largest = Math.max(Math.abs(expected[0]), Math.abs(expected.at(-1)!));
  expected.forEach((value, k) =>
    assertAlmostEquals(actual[k], value, 128 * 2 ** -53 * largest, `${message}, value ${k}`)
  );
}

testBlas("eigenvalues of entries of any size agree with the reference's", (blas) => {
  for (const scale of [Number.MIN_VALUE * 2 ** 30, 1e-300, 1e-150, 1e150, 1e300]) {
    for (const dim of [1, 2, 33]) {
      const matrix = symmetric(dim, dim).map((x) => x * scale);
      assertEigenvalues(
        eigenvalues(matrix, dim, blas),
        eigenvalues(matrix, dim),
        `${scale} at D = ${dim}`,
      );
    }
  }
  const zeros = new Float64Array(25);
  assertEquals(eigenvalues(zeros, 5, blas), new Float64Array(5));
});

testBlas("eigenvalues are those that NumPy computes of the same matrix", async (blas) => {
  const { dim, values } = await jsonOf<{ dim: number; values: number[] }>(
    startPython("tests/python/blas_eigenvalues.py"),
  );
  // The matrix of the script: (i·j mod 97) / 64.
  const matrix = Float64Array.from(
    { length: dim * dim },
    (_, at) => (Math.floor(at / dim) * (at % dim)) % 97 / 64,
  );
  assertEigenvalues(
    eigenvalues(matrix, dim, blas),
    Float64Array.from(values),
    "(i·j mod 97) / 64",
  );
});
