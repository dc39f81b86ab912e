import type { Backend } from "../backend.ts";

/** Large enough for every loop of a kernel and its ends, small enough to take no time. */
const DIM = 50;
/** Wide enough to be cut into blocks, where there are threads to share them, and so few rows of it. */
const WIDE_DIM = 200, WIDE_STEP = 20;
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
  return wrongSum(backend, DIM, 1) ?? wrongSum(backend, WIDE_DIM, WIDE_STEP) ??
    wrongEigenvalue(backend);
}

/** Rows e_k for each k that is a multiple of `step`, from 0 on. */
function wrongSum(backend: Backend, dim: number, step: number): string | undefined {
  const pivot = Float64Array.from({ length: dim }, (_, i) => i - 7);
  const count = Math.ceil(dim / step);
  const rows = Float64Array.from({ length: count * dim }, (_, at) => {
    const k = Math.floor(at / dim) * step, i = at % dim;
    return pivot[i] + (i >= k ? 1 : 0);
  });
  const accumulator = backend.accumulator(pivot);
  // In two parts, the second of which must be added to the first.
  const first = Math.floor(count / 4) * dim;
  accumulator.add(rows.subarray(0, first));
  accumulator.sums();
  accumulator.add(rows.subarray(first));
  const { sum, scatter, stride } = accumulator.sums();
  for (let i = 0; i < dim; i++) {
    const ones = (j: number) => Math.floor(j / step) + 1;
    if (sum[i] !== ones(i)) return `it sums column ${i} to ${sum[i]} instead of ${ones(i)}`;
    for (let j = 0; j <= i; j++) {
      const product = scatter[i * stride + j];
      if (product !== ones(j)) {
        return `its product (${i}, ${j}) is ${product} instead of ${ones(j)}`;
      }
    }
  }
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
