/** A symmetric tridiagonal matrix. */
export interface Tridiagonal {
  /** The diagonal: D numbers. */
  readonly diagonal: Float64Array;
  /** What stands beside the diagonal: `offDiagonal[i]` couples i and i+1; the last is 0. */
  readonly offDiagonal: Float64Array;
}

/**
 * Householder reduction of a symmetric matrix to tridiagonal form, eigenvalues only.
 *
 * Works from the last row up, so that both passes over the lower triangle run along rows. Source:
 * Golub & Van Loan, Matrix Computations, 4th ed., algorithm 8.3.1, mirrored.
 *
 * @param matrix D×D row-major; only the lower triangle is read; overwritten.
 * @param dim D.
 * @returns A tridiagonal matrix with the same eigenvalues.
 */
export function tridiagonalize(matrix: Float64Array, dim: number): Tridiagonal {
  const diagonal = new Float64Array(dim);
  const offDiagonal = new Float64Array(dim);
  const product = new Float64Array(dim);
  for (let last = dim - 1; last > 0; last--) {
    const reflector = matrix.subarray(last * dim, last * dim + last);
    diagonal[last] = matrix[last * dim + last];
    const { beta, norm } = householder(reflector);
    offDiagonal[last - 1] = norm;
    if (beta === 0) continue;
    symmetricMultiply(product, matrix, dim, reflector);
    let dot = 0;
    for (let i = 0; i < last; i++) dot += product[i] * reflector[i];
    // A ← HAH = A − v wᵀ − w vᵀ with w = βAv − (β²vᵀAv/2)v.
    const shift = beta * beta * dot / 2;
    for (let i = 0; i < last; i++) product[i] = beta * product[i] - shift * reflector[i];
    subtractRankTwo(matrix, dim, reflector, product);
  }
  if (dim > 0) diagonal[0] = matrix[0];
  return { diagonal, offDiagonal };
}

/**
 * Overwrites x with the v of the reflection H = I − βvvᵀ that sends x to (0, …, 0, norm).
 * β is 0 where there is nothing to do.
 */
function householder(x: Float64Array): { beta: number; norm: number } {
  const last = x.length - 1;
  // However small the others are, they count: where eigenvalues coincide, they part them.
  if (x.subarray(0, last).every((value) => value === 0)) return { beta: 0, norm: x[last] };
  let largest = 0;
  for (const value of x) largest = Math.max(largest, Math.abs(value));
  // In units of the largest, so that neither squares nor the length lose digits to underflow.
  let squares = 0;
  for (let i = 0; i <= last; i++) {
    x[i] /= largest;
    squares += x[i] * x[i];
  }
  // The sign that makes the subtraction an addition.
  const norm = x[last] > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
  const head = x[last] - norm;
  for (let i = 0; i < last; i++) x[i] /= head;
  x[last] = 1;
  return { beta: -head / norm, norm: norm * largest };
}

/** out ← Av for the leading v.length rows and columns, from the lower triangle, in one pass. */
function symmetricMultiply(
  out: Float64Array,
  matrix: Float64Array,
  dim: number,
  v: Float64Array,
): void {
  for (let i = 0; i < v.length; i++) {
    const row = i * dim;
    const vi = v[i];
    let dot = 0;
    for (let j = 0; j < i; j++) {
      const entry = matrix[row + j];
      dot += entry * v[j];
      out[j] += entry * vi;
    }
    out[i] = dot + matrix[row + i] * vi;
  }
}

function subtractRankTwo(
  matrix: Float64Array,
  dim: number,
  v: Float64Array,
  w: Float64Array,
): void {
  for (let i = 0; i < v.length; i++) {
    const row = i * dim;
    const vi = v[i], wi = w[i];
    for (let j = 0; j <= i; j++) matrix[row + j] -= vi * w[j] + wi * v[j];
  }
}
