import { fused, lanes } from "./fused.as";

/** So many numbers of both vectors stay in the L1 cache while rows pass by. */
const STRIP: i32 = 1024;

/**
 * out ← out + Av for some rows of the lower triangle of A and their mirror image: each entry is read
 * once and used twice.
 *
 * Reading A is what takes the time. Four rows pass by together, so that `v` and `out` are read a
 * quarter as often.
 *
 * @param matrix Row 0 of A.
 * @param rowBytes From one row to the next.
 * @param first The first row, a multiple of 4.
 * @param last The row after the last: a multiple of 4, or the order of A.
 * @param v The vector, padded with zeros to a multiple of 4.
 * @param out What is added to, padded likewise.
 */
export function addSymmetricProduct(
  matrix: usize,
  rowBytes: usize,
  first: i32,
  last: i32,
  v: usize,
  out: usize,
): void {
  const wholeRows = first + ((last - first) & ~3);
  for (let strip = 0; strip < wholeRows; strip += STRIP) {
    for (let row = max(first, strip); row < wholeRows; row += 4) {
      const end = min(row, strip + STRIP);
      addFourRows(matrix, rowBytes, row, strip, end, v, out);
    }
  }
  for (let row = first; row < wholeRows; row += 4) addCorner(matrix, rowBytes, row, v, out);
  for (let row = wholeRows; row < last; row++) addOneRow(matrix, rowBytes, row, v, out);
}

/** Four rows, from column `start` to `end`, both multiples of 4. */
function addFourRows(
  matrix: usize,
  rowBytes: usize,
  row: i32,
  start: i32,
  end: i32,
  v: usize,
  out: usize,
): void {
  let a0 = matrix + <usize> row * rowBytes + (<usize> start << 3);
  let a1 = a0 + rowBytes, a2 = a1 + rowBytes, a3 = a2 + rowBytes;
  const at = v + (<usize> row << 3);
  const v0 = v128.load_splat<u64>(at), v1 = v128.load_splat<u64>(at, 8);
  const v2 = v128.load_splat<u64>(at, 16), v3 = v128.load_splat<u64>(at, 24);
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
  let x = v + (<usize> start << 3), y = out + (<usize> start << 3);
  const stop = v + (<usize> end << 3);
  while (x < stop) {
    let vx = v128.load(x), sum = v128.load(y);
    let entry = v128.load(a0);
    s0 = fused(entry, vx, s0);
    sum = fused(entry, v0, sum);
    entry = v128.load(a1);
    s1 = fused(entry, vx, s1);
    sum = fused(entry, v1, sum);
    entry = v128.load(a2);
    s2 = fused(entry, vx, s2);
    sum = fused(entry, v2, sum);
    entry = v128.load(a3);
    s3 = fused(entry, vx, s3);
    sum = fused(entry, v3, sum);
    v128.store(y, sum);
    vx = v128.load(x, 16);
    sum = v128.load(y, 16);
    entry = v128.load(a0, 16);
    s0 = fused(entry, vx, s0);
    sum = fused(entry, v0, sum);
    entry = v128.load(a1, 16);
    s1 = fused(entry, vx, s1);
    sum = fused(entry, v1, sum);
    entry = v128.load(a2, 16);
    s2 = fused(entry, vx, s2);
    sum = fused(entry, v2, sum);
    entry = v128.load(a3, 16);
    s3 = fused(entry, vx, s3);
    sum = fused(entry, v3, sum);
    v128.store(y, sum, 16);
    x += 32;
    y += 32;
    a0 += 32;
    a1 += 32;
    a2 += 32;
    a3 += 32;
  }
  const to = out + (<usize> row << 3);
  store<f64>(to, load<f64>(to) + lanes(s0));
  store<f64>(to, load<f64>(to, 8) + lanes(s1), 8);
  store<f64>(to, load<f64>(to, 16) + lanes(s2), 16);
  store<f64>(to, load<f64>(to, 24) + lanes(s3), 24);
}

/** The triangle of four rows on the diagonal. */
function addCorner(matrix: usize, rowBytes: usize, row: i32, v: usize, out: usize): void {
  for (let i = row; i < row + 4; i++) addEntries(matrix, rowBytes, i, row, v, out);
}

function addOneRow(matrix: usize, rowBytes: usize, row: i32, v: usize, out: usize): void {
  addEntries(matrix, rowBytes, row, 0, v, out);
}

/** One row from column `start` to its diagonal. */
function addEntries(
  matrix: usize,
  rowBytes: usize,
  row: i32,
  start: i32,
  v: usize,
  out: usize,
): void {
  const entries = matrix + <usize> row * rowBytes;
  const at = load<f64>(v + (<usize> row << 3));
  let sum = load<f64>(entries + (<usize> row << 3)) * at;
  for (let byte = <usize> start << 3; byte < (<usize> row << 3); byte += 8) {
    const entry = load<f64>(entries + byte);
    sum += entry * load<f64>(v + byte);
    store<f64>(out + byte, load<f64>(out + byte) + entry * at);
  }
  const to = out + (<usize> row << 3);
  store<f64>(to, load<f64>(to) + sum);
}
