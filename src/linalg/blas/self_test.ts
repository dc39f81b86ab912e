import type { Backend } from "../backend.ts";

/** Large enough for every loop of a kernel and its ends, small enough to take no time. */
const DIM = 50;
/** Relative to the largest eigenvalue. Those of libraries that work are a hundred times nearer. */
const TOLERANCE = 1e-13;

/**
 * Checks a backend against numbers that are known in closed form.
 *
 * Rows e_k = (0, …, 0, 1, …, 1), the first 1 at k = 1…D, have Σ e_k e_kᵀ = (min(i, j)), whose
 * eigenvalues are 1 / (4 sin²((2k − 1)π / (4D + 2))), because its inverse is the 1-2-1 matrix with a 1
 * in the last corner. The former is of whole numbers, so that nothing may be rounded.
 *
 * @param backend What to check.
 * @returns What is wrong with it, or nothing.
 */
export function selfTest(backend: Backend): string | undefined {
  const pivot = Float64Array.from({ length: DIM }, (_, i) => i - 7);
  const rows = Float64Array.from({ length: DIM * DIM }, (_, at) => {
    const k = Math.floor(at / DIM), i = at % DIM;
    return pivot[i] + (i >= k ? 1 : 0);
  });
  const accumulator = backend.accumulator(pivot);
  // In two parts, the second of which must be added to the first.
  accumulator.add(rows.subarray(0, 13 * DIM));
  accumulator.sums();
  accumulator.add(rows.subarray(13 * DIM));
  const { sum, scatter, stride } = accumulator.sums();
  for (let i = 0; i < DIM; i++) {
    if (sum[i] !== i + 1) return `it sums column ${i} to ${sum[i]} instead of ${i + 1}`;
    for (let j = 0; j <= i; j++) {
      const product = scatter[i * stride + j];
      if (product !== j + 1) return `its product (${i}, ${j}) is ${product} instead of ${j + 1}`;
    }
  }
  return wrongEigenvalue(backend);
}

function wrongEigenvalue(backend: Backend): string | undefined {
  const expected = Array.from(
    { length: DIM },
    (_, k) => 1 / (4 * Math.sin((2 * k + 1) * Math.PI / (4 * DIM + 2)) ** 2),
  );
  const values = backend.eigenvalues(DIM, (matrix, stride) => {
    for (let i = 0; i < DIM; i++) {
      for (let j = 0; j <= i; j++) matrix[i * stride + j] = (j + 1) / expected[0];
    }
  }).sort().reverse();
  // A comparison with NaN is false, and a NaN is as wrong as any.
  const wrong = expected.findIndex((value, k) =>
    !(Math.abs(values[k] - value / expected[0]) <= TOLERANCE)
  );
  if (wrong < 0) return undefined;
  return `its eigenvalue ${wrong} is ${values[wrong]} instead of ${expected[wrong] / expected[0]}`;
}
