/** Plain arithmetic on symmetric matrices of which only the lower triangle is kept. */

/** Adds factor·vvᵀ. */
export function addOuterProduct(
  to: Float64Array,
  stride: number,
  v: Float64Array,
  factor: number,
): void {
  for (let i = 0; i < v.length; i++) {
    const weight = factor * v[i];
    for (let j = 0; j <= i; j++) to[i * stride + j] += weight * v[j];
  }
}

/** The sum of the diagonal of D numbers. */
export function traceOf(matrix: Float64Array, stride: number, dim: number): number {
  let sum = 0;
  for (let i = 0; i < dim; i++) sum += matrix[i * (stride + 1)];
  return sum;
}

/** Copies the lower triangle of a D×D matrix to the upper. */
export function mirrorLowerTriangle(matrix: Float64Array, dim: number): Float64Array {
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < i; j++) matrix[j * dim + i] = matrix[i * dim + j];
  }
  return matrix;
}

/** The squared length of a vector. */
export function squaredNorm(v: Float64Array): number {
  return v.reduce((sum, value) => sum + value * value, 0);
}

/** Whether a vector is 0. */
export function isZero(v: Float64Array): boolean {
  return v.every((value) => value === 0);
}
