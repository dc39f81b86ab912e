/** Edge of the square tiles whose products stay in local variables. */
const TILE = 4;
/** Rows that are divided by the same rows of the factor while these are in a cache. */
const BLOCK_ROWS = 32;

/**
 * A pivot must be so many times its own rounding error: with less, fewer than three of its digits
 * would be right, and of all that is divided by it.
 */
const PIVOT_MARGIN = 1e3;

/**
 * The Cholesky factor of a symmetric positive definite matrix W: a lower triangle L with LLᵀ = W.
 *
 * By products of rows with rows, so that every inner loop runs along them; D³/6 multiplications at
 * 1.8 a nanosecond. Source: Golub & Van Loan, Matrix Computations, 4th ed., §4.2.
 *
 * @param w W: D×D numbers, row-major, of which the lower triangle is read; L is written over it.
 * @param dim D.
 * @returns Whether W is positive definite as far as float64 can tell. When not, W is spoilt.
 */
export function factorize(w: Float64Array, dim: number): boolean {
  const tile = new Float64Array(TILE * TILE);
  // Each subtraction from an entry of the diagonal rounds by 2⁻⁵³ of that entry at the most.
  const errors = Float64Array.from(
    { length: dim },
    (_, i) => PIVOT_MARGIN * (i + 1) * 2 ** -53 * w[i * dim + i],
  );
  for (let top = 0; top < dim; top += BLOCK_ROWS) {
    const bottom = Math.min(top + BLOCK_ROWS, dim);
    for (let left = 0; left < bottom; left += TILE) {
      for (let first = Math.max(top, left); first < bottom; first += TILE) {
        const place = { first, left, dim };
        multiplyRows(tile, w, w, place);
        if (first > left) divideTile(tile, w, w, place);
        else if (!factorizeTile(tile, w, errors, place)) return false;
      }
    }
  }
  return true;
}

/**
 * ML⁻ᵀ, for a lower triangle L: D³/2 multiplications, or D³/6 where its lower triangle is enough.
 *
 * @param matrix M: D×D numbers, row-major; the result is written over it.
 * @param factor L: only its lower triangle is read.
 * @param dim D.
 * @param part Whether only the lower triangle of the result is wanted; M is then read there only.
 */
export function divideRows(
  matrix: Float64Array,
  factor: Float64Array,
  dim: number,
  part: "all" | "lower",
): void {
  const tile = new Float64Array(TILE * TILE);
  for (let top = 0; top < dim; top += BLOCK_ROWS) {
    const bottom = Math.min(top + BLOCK_ROWS, dim);
    const right = part === "all" ? dim : bottom;
    for (let left = 0; left < right; left += TILE) {
      const above = part === "all" ? top : Math.max(top, left);
      for (let first = above; first < bottom; first += TILE) {
        const place = { first, left, dim };
        multiplyRows(tile, matrix, factor, place);
        divideTile(tile, matrix, factor, place);
      }
    }
  }
}

/** Which tile: its first row and column, in matrices of D×D numbers. */
interface TilePlace {
  readonly first: number;
  readonly left: number;
  readonly dim: number;
}

/** Finishes a tile of ML⁻ᵀ, of which all to its left is there. */
function divideTile(
  tile: Float64Array,
  matrix: Float64Array,
  factor: Float64Array,
  { first, left, dim }: TilePlace,
): void {
  const bottom = Math.min(first + TILE, dim), right = Math.min(left + TILE, dim);
  for (let i = first, at = 0; i < bottom; i++, at += TILE) {
    for (let j = left; j < right; j++) {
      let value = matrix[i * dim + j] - tile[at + j - left];
      for (let k = left; k < j; k++) value -= matrix[i * dim + k] * factor[j * dim + k];
      matrix[i * dim + j] = value / factor[j * dim + j];
    }
  }
}

/** Finishes a tile on the diagonal of L; false where a pivot is not above its error. */
function factorizeTile(
  tile: Float64Array,
  w: Float64Array,
  errors: Float64Array,
  { first, dim }: TilePlace,
): boolean {
  const bottom = Math.min(first + TILE, dim);
  for (let i = first, at = 0; i < bottom; i++, at += TILE) {
    for (let j = first; j <= i; j++) {
      let value = w[i * dim + j] - tile[at + j - first];
      for (let k = first; k < j; k++) value -= w[i * dim + k] * w[j * dim + k];
      if (i === j && !(value > errors[i])) return false;
      w[i * dim + j] = i === j ? Math.sqrt(value) : value / w[j * dim + j];
    }
  }
  return true;
}

/**
 * tile ← ABᵀ, for four rows of A and four of B up to the tile's first column. Past the last row, the
 * last one is taken again, and what comes of it is for nobody.
 */
function multiplyRows(
  tile: Float64Array,
  a: Float64Array,
  b: Float64Array,
  { first, left, dim }: TilePlace,
): void {
  const last = dim - 1;
  const a0 = first * dim, a1 = Math.min(first + 1, last) * dim;
  const a2 = Math.min(first + 2, last) * dim, a3 = Math.min(first + 3, last) * dim;
  const b0 = left * dim, b1 = Math.min(left + 1, last) * dim;
  const b2 = Math.min(left + 2, last) * dim, b3 = Math.min(left + 3, last) * dim;
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0;
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0;
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0;
  let s30 = 0, s31 = 0, s32 = 0, s33 = 0;
  for (let k = 0; k < left; k++) {
    const v0 = b[b0 + k], v1 = b[b1 + k], v2 = b[b2 + k], v3 = b[b3 + k];
    const u0 = a[a0 + k];
    s00 += u0 * v0;
    s01 += u0 * v1;
    s02 += u0 * v2;
    s03 += u0 * v3;
    const u1 = a[a1 + k];
    s10 += u1 * v0;
    s11 += u1 * v1;
    s12 += u1 * v2;
    s13 += u1 * v3;
    const u2 = a[a2 + k];
    s20 += u2 * v0;
    s21 += u2 * v1;
    s22 += u2 * v2;
    s23 += u2 * v3;
    const u3 = a[a3 + k];
    s30 += u3 * v0;
    s31 += u3 * v1;
    s32 += u3 * v2;
    s33 += u3 * v3;
  }
  tile[0] = s00;
  tile[1] = s01;
  tile[2] = s02;
  tile[3] = s03;
  tile[4] = s10;
  tile[5] = s11;
  tile[6] = s12;
  tile[7] = s13;
  tile[8] = s20;
  tile[9] = s21;
  tile[10] = s22;
  tile[11] = s23;
  tile[12] = s30;
  tile[13] = s31;
  tile[14] = s32;
  tile[15] = s33;
}
