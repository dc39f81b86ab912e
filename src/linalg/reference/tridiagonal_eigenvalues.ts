import type { Tridiagonal } from "./tridiagonalize.ts";

/** Implicit QL needs about two sweeps a value; this many means that something is not a number. */
const MAX_SWEEPS_PER_VALUE = 60;
/**
 * What is smaller is taken for 0: beside entries near 1 it means nothing, and its square, or a
 * quotient of such squares, would lose digits to underflow that do.
 */
const NEGLIGIBLE = 2 ** -100;

/**
 * Eigenvalues of a symmetric tridiagonal matrix by the root-free implicit QL iteration of Pal,
 * Walker and Kahan.
 *
 * Source: Parlett, The Symmetric Eigenvalue Problem, 1998, §8.15. Squares of the off-diagonal are
 * carried, so a sweep takes no square root.
 *
 * @param tridiagonal The matrix, with entries near 1 in size; its diagonal is overwritten.
 * @returns The eigenvalues, in no particular order.
 */
export function tridiagonalEigenvalues({ diagonal, offDiagonal }: Tridiagonal): Float64Array {
  const d = diagonal;
  const n = d.length;
  const squared = offDiagonal.map((value) => value * value);
  for (let low = 0; low < n; low++) {
    for (let sweep = 0;; sweep++) {
      const high = endOfBlock(d, squared, low);
      if (high === low) break;
      if (sweep === MAX_SWEEPS_PER_VALUE) throw new Error("the QL iteration does not converge");
      sweepBlock(d, squared, low, high);
    }
  }
  return d;
}

/** The last index of the unreduced block that begins at `low`; cuts it off from what follows. */
function endOfBlock(d: Float64Array, squared: Float64Array, low: number): number {
  const n = d.length;
  for (let i = low; i < n - 1; i++) {
    const tolerance = Number.EPSILON * Number.EPSILON * Math.abs(d[i] * d[i + 1]);
    if (squared[i] <= tolerance || squared[i] < NEGLIGIBLE * NEGLIGIBLE) {
      squared[i] = 0;
      return i;
    }
  }
  return n - 1;
}

function sweepBlock(d: Float64Array, squared: Float64Array, low: number, high: number): void {
  const shift = wilkinsonShift(d[low], d[low + 1], Math.sqrt(squared[low]));
  let cosine2 = 1, sine2 = 0;
  let gamma = orZero(d[high] - shift);
  let p = gamma * gamma;
  for (let i = high - 1; i >= low; i--) {
    const r = p + squared[i];
    if (i !== high - 1) squared[i + 1] = sine2 * r;
    const previousCosine2 = cosine2, previousGamma = gamma;
    cosine2 = p / r;
    sine2 = squared[i] / r;
    gamma = orZero(cosine2 * (d[i] - shift) - sine2 * previousGamma);
    d[i + 1] = previousGamma + (d[i] - gamma);
    p = cosine2 !== 0 ? gamma * gamma / cosine2 : previousCosine2 * squared[i];
  }
  squared[low] = sine2 * p;
  d[low] = shift + gamma;
}

function orZero(difference: number): number {
  return Math.abs(difference) < NEGLIGIBLE ? 0 : difference;
}

/** The eigenvalue of [[a, e], [e, b]] nearer to a. */
function wilkinsonShift(a: number, b: number, e: number): number {
  const half = (b - a) / (2 * e);
  return a - e / (half + Math.sign(half || 1) * Math.hypot(half, 1));
}
