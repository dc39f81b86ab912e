/** Matrices for tests, rebuilt from a seed, and the plainest arithmetic on them. */

/** Uniform numbers in [0, 1) by Steele, Lea and Flood's SplitMix, 32 bits each. */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = state;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return ((word ^ (word >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers by Box and Muller's formula. */
export function gaussian(seed: number, count: number): Float64Array<ArrayBuffer> {
  const next = uniform(seed);
  return Float64Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
}

/** Whole numbers from −limit to limit. */
export function integers(seed: number, count: number, limit: number): Float64Array<ArrayBuffer> {
  const next = uniform(seed);
  return Float64Array.from(
    { length: count },
    () => Math.floor(next() * (2 * limit + 1)) - limit,
  );
}

/** left · right, where `inner` is the number of columns of left and of rows of right. */
export function product(
  left: Float64Array,
  inner: number,
  right: Float64Array,
): Float64Array<ArrayBuffer> {
  const height = left.length / inner, width = right.length / inner;
  const out = new Float64Array(height * width);
  for (let i = 0; i < height; i++) {
    for (let k = 0; k < inner; k++) {
      for (let j = 0; j < width; j++) {
        out[i * width + j] += left[i * inner + k] * right[k * width + j];
      }
    }
  }
  return out;
}

/** The transpose of a matrix of so many columns. */
export function transpose(matrix: Float64Array, columns: number): Float64Array<ArrayBuffer> {
  const rows = matrix.length / columns;
  return Float64Array.from(
    { length: matrix.length },
    (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)],
  );
}

/** A square matrix with these numbers on its diagonal. */
export function diagonal(values: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const matrix = new Float64Array(values.length ** 2);
  for (let i = 0; i < values.length; i++) matrix[i * values.length + i] = values[i];
  return matrix;
}

/** A random orthogonal matrix: normal numbers, orthonormalised twice by Gram and Schmidt. */
export function orthogonal(seed: number, dim: number): Float64Array<ArrayBuffer> {
  const q = gaussian(seed, dim * dim);
  const row = (i: number) => q.subarray(i * dim, (i + 1) * dim);
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  for (let i = 0; i < dim; i++) {
    for (const _ of ["once", "twice is enough"]) {
      for (let j = 0; j < i; j++) {
        const share = dot(row(i), row(j));
        row(i).forEach((x, at) => row(i)[at] = x - share * row(j)[at]);
      }
      const length = Math.sqrt(dot(row(i), row(i)));
      row(i).forEach((x, at) => row(i)[at] = x / length);
    }
  }
  return q;
}

/**
 * A dense symmetric matrix of known eigenvalues: a diagonal one, reflected a few times. Takes D²
 * steps where a product with an orthogonal matrix takes D³.
 */
export function withEigenvalues(
  seed: number,
  values: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  const dim = values.length;
  const matrix = diagonal(values);
  for (let reflection = 0; reflection < 3; reflection++) {
    const v = gaussian(seed + reflection, dim);
    const β = 2 / v.reduce((sum, x) => sum + x * x, 0);
    const w = product(matrix, dim, v);
    const shift = β / 2 * w.reduce((sum, x, i) => sum + x * v[i], 0);
    for (let i = 0; i < dim; i++) w[i] = β * (w[i] - shift * v[i]);
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j < dim; j++) matrix[i * dim + j] -= v[i] * w[j] + w[i] * v[j];
    }
  }
  return matrix;
}

/** A random symmetric matrix. */
export function symmetric(seed: number, dim: number): Float64Array<ArrayBuffer> {
  const matrix = gaussian(seed, dim * dim);
  return matrix.map((value, at) => value + matrix[(at % dim) * dim + Math.floor(at / dim)]);
}

/** A symmetric tridiagonal matrix, in full. */
export function tridiagonal(
  middle: ArrayLike<number>,
  beside: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  const dim = middle.length;
  const matrix = diagonal(middle);
  for (let i = 0; i + 1 < dim; i++) {
    matrix[i * dim + i + 1] = matrix[(i + 1) * dim + i] = beside[i];
  }
  return matrix;
}

/**
 * Eigenvalues of a symmetric tridiagonal matrix by bisection, largest first: Sylvester's law of
 * inertia says how many lie below any number, and nothing here resembles a QL iteration.
 */
export function bisectedEigenvalues(
  middle: ArrayLike<number>,
  beside: ArrayLike<number>,
): Float64Array {
  const dim = middle.length;
  let bound = 0;
  for (let i = 0; i < dim; i++) {
    const radius = Math.abs(beside[i - 1] ?? 0) + Math.abs(i + 1 < dim ? beside[i] : 0);
    bound = Math.max(bound, Math.abs(middle[i]) + radius);
  }
  const countBelow = (x: number) => {
    let count = 0;
    let pivot = 1;
    for (let i = 0; i < dim; i++) {
      pivot = middle[i] - x - (i > 0 ? beside[i - 1] ** 2 / pivot : 0);
      if (pivot === 0) pivot = Number.EPSILON ** 2;
      if (pivot < 0) count++;
    }
    return count;
  };
  return Float64Array.from({ length: dim }, (_, k) => {
    let low = -bound, high = bound;
    for (let step = 0; step < 100; step++) {
      const middlePoint = (low + high) / 2;
      if (countBelow(middlePoint) >= dim - k) high = middlePoint;
      else low = middlePoint;
    }
    return (low + high) / 2;
  });
}
