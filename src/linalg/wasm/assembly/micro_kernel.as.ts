import { ROW_BYTES } from "./layout.as";
import { fused, swapped } from "./fused.as";

/**
 * Adds the products of a panel's columns to one tile of the scatter: the loop in which all the time
 * goes.
 *
 * Four columns of `a` meet six (four, where products are not fused) of `b`. Each column pair lies in
 * one vector, row after row, so that nothing is ever broadcast: a vector of `a` times one of `b` is
 * the diagonal of a 2×2 square, times the swapped one its other diagonal. See docs/kernels.md.
 *
 * Four rows of the panel a turn, so their number is a multiple of four. V8 checks every load against
 * the end of the memory less the load's offset, and computes that difference where it first needs it:
 * loads before the loop make it a constant inside. Each pair has a pointer of its own, so that there
 * are only four offsets. Each instruction that is saved counts where another thread runs on the same
 * core. Never inlined by hand into the loops around it: V8 compiles anew only what is called anew, so
 * one long call would stay in slow code.
 *
 * @param rows How many rows of the panel, a multiple of four.
 * @param a The first of two pairs of columns: rows of the tile.
 * @param b The first of three (two) pairs of columns: columns of the tile.
 * @param pairBytes From one pair to the next.
 * @param c Where the tile's first entry is.
 * @param rowBytes From one row of the scatter to the next.
 */
export function addTile(rows: i32, a: usize, b: usize, pairBytes: usize, c: usize, rowBytes: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) tile4x6(rows, a, b, pairBytes, c, rowBytes);
  else tile4x4(rows, a, b, pairBytes, c, rowBytes);
}

function tile4x6(rows: i32, a: usize, b: usize, pairBytes: usize, c: usize, rowBytes: usize): void {
  let s00 = f64x2.splat(0), x00 = f64x2.splat(0);
  let s01 = f64x2.splat(0), x01 = f64x2.splat(0);
  let s02 = f64x2.splat(0), x02 = f64x2.splat(0);
  let s10 = f64x2.splat(0), x10 = f64x2.splat(0);
  let s11 = f64x2.splat(0), x11 = f64x2.splat(0);
  let s12 = f64x2.splat(0), x12 = f64x2.splat(0);
  let nextA = a + pairBytes, nextB = b + pairBytes, lastB = nextB + pairBytes;
  // See above: bounds that are computed here are not computed anew in each turn.
  v128.load(a);
  v128.load(a, ROW_BYTES);
  v128.load(a, 2 * ROW_BYTES);
  v128.load(a, 3 * ROW_BYTES);
  const end = a + <usize> rows * ROW_BYTES;
  while (a < end) {
    let a0 = v128.load(a);
    let a1 = v128.load(nextA);
    let b0 = v128.load(b);
    s00 = fused(a0, b0, s00);
    s10 = fused(a1, b0, s10);
    b0 = swapped(b0);
    x00 = fused(a0, b0, x00);
    x10 = fused(a1, b0, x10);
    b0 = v128.load(nextB);
    s01 = fused(a0, b0, s01);
    s11 = fused(a1, b0, s11);
    b0 = swapped(b0);
    x01 = fused(a0, b0, x01);
    x11 = fused(a1, b0, x11);
    b0 = v128.load(lastB);
    s02 = fused(a0, b0, s02);
    s12 = fused(a1, b0, s12);
    b0 = swapped(b0);
    x02 = fused(a0, b0, x02);
    x12 = fused(a1, b0, x12);
    a0 = v128.load(a, ROW_BYTES);
    a1 = v128.load(nextA, ROW_BYTES);
    b0 = v128.load(b, ROW_BYTES);
    s00 = fused(a0, b0, s00);
    s10 = fused(a1, b0, s10);
    b0 = swapped(b0);
    x00 = fused(a0, b0, x00);
    x10 = fused(a1, b0, x10);
    b0 = v128.load(nextB, ROW_BYTES);
    s01 = fused(a0, b0, s01);
    s11 = fused(a1, b0, s11);
    b0 = swapped(b0);
    x01 = fused(a0, b0, x01);
    x11 = fused(a1, b0, x11);
    b0 = v128.load(lastB, ROW_BYTES);
    s02 = fused(a0, b0, s02);
    s12 = fused(a1, b0, s12);
    b0 = swapped(b0);
    x02 = fused(a0, b0, x02);
    x12 = fused(a1, b0, x12);
    a0 = v128.load(a, 2 * ROW_BYTES);
    a1 = v128.load(nextA, 2 * ROW_BYTES);
    b0 = v128.load(b, 2 * ROW_BYTES);
    s00 = fused(a0, b0, s00);
    s10 = fused(a1, b0, s10);
    b0 = swapped(b0);
    x00 = fused(a0, b0, x00);
    x10 = fused(a1, b0, x10);
    b0 = v128.load(nextB, 2 * ROW_BYTES);
    s01 = fused(a0, b0, s01);
    s11 = fused(a1, b0, s11);
    b0 = swapped(b0);
    x01 = fused(a0, b0, x01);
    x11 = fused(a1, b0, x11);
    b0 = v128.load(lastB, 2 * ROW_BYTES);
    s02 = fused(a0, b0, s02);
    s12 = fused(a1, b0, s12);
    b0 = swapped(b0);
    x02 = fused(a0, b0, x02);
    x12 = fused(a1, b0, x12);
    a0 = v128.load(a, 3 * ROW_BYTES);
    a1 = v128.load(nextA, 3 * ROW_BYTES);
    b0 = v128.load(b, 3 * ROW_BYTES);
    s00 = fused(a0, b0, s00);
    s10 = fused(a1, b0, s10);
    b0 = swapped(b0);
    x00 = fused(a0, b0, x00);
    x10 = fused(a1, b0, x10);
    b0 = v128.load(nextB, 3 * ROW_BYTES);
    s01 = fused(a0, b0, s01);
    s11 = fused(a1, b0, s11);
    b0 = swapped(b0);
    x01 = fused(a0, b0, x01);
    x11 = fused(a1, b0, x11);
    b0 = v128.load(lastB, 3 * ROW_BYTES);
    s02 = fused(a0, b0, s02);
    s12 = fused(a1, b0, s12);
    b0 = swapped(b0);
    x02 = fused(a0, b0, x02);
    x12 = fused(a1, b0, x12);
    a += 4 * ROW_BYTES;
    b += 4 * ROW_BYTES;
    nextA += 4 * ROW_BYTES;
    nextB += 4 * ROW_BYTES;
    lastB += 4 * ROW_BYTES;
  }
  addSquare(c, rowBytes, s00, x00);
  addSquare(c + 16, rowBytes, s01, x01);
  addSquare(c + 32, rowBytes, s02, x02);
  addSquare(c + 2 * rowBytes, rowBytes, s10, x10);
  addSquare(c + 2 * rowBytes + 16, rowBytes, s11, x11);
  addSquare(c + 2 * rowBytes + 32, rowBytes, s12, x12);
}

function tile4x4(rows: i32, a: usize, b: usize, pairBytes: usize, c: usize, rowBytes: usize): void {
  let s00 = f64x2.splat(0), x00 = f64x2.splat(0);
  let s01 = f64x2.splat(0), x01 = f64x2.splat(0);
  let s10 = f64x2.splat(0), x10 = f64x2.splat(0);
  let s11 = f64x2.splat(0), x11 = f64x2.splat(0);
  let nextA = a + pairBytes, nextB = b + pairBytes;
  // See above: bounds that are computed here are not computed anew in each turn.
  v128.load(a);
  v128.load(a, ROW_BYTES);
  v128.load(a, 2 * ROW_BYTES);
  v128.load(a, 3 * ROW_BYTES);
  const end = a + <usize> rows * ROW_BYTES;
  while (a < end) {
    let a0 = v128.load(a);
    let a1 = v128.load(nextA);
    let b0 = v128.load(b);
    s00 = fused(a0, b0, s00);
    s10 = fused(a1, b0, s10);
    b0 = swapped(b0);
    x00 = fused(a0, b0, x00);
    x10 = fused(a1, b0, x10);
    b0 = v128.load(nextB);
    s01 = fused(a0, b0, s01);
    s11 = fused(a1, b0, s11);
    b0 = swapped(b0);
    x01 = fused(a0, b0, x01);
    x11 = fused(a1, b0, x11);
    a0 = v128.load(a, ROW_BYTES);
    a1 = v128.load(nextA, ROW_BYTES);
    b0 = v128.load(b, ROW_BYTES);
    s00 = fused(a0, b0, s00);
    s10 = fused(a1, b0, s10);
    b0 = swapped(b0);
    x00 = fused(a0, b0, x00);
    x10 = fused(a1, b0, x10);
    b0 = v128.load(nextB, ROW_BYTES);
    s01 = fused(a0, b0, s01);
    s11 = fused(a1, b0, s11);
    b0 = swapped(b0);
    x01 = fused(a0, b0, x01);
    x11 = fused(a1, b0, x11);
    a0 = v128.load(a, 2 * ROW_BYTES);
    a1 = v128.load(nextA, 2 * ROW_BYTES);
    b0 = v128.load(b, 2 * ROW_BYTES);
    s00 = fused(a0, b0, s00);
    s10 = fused(a1, b0, s10);
    b0 = swapped(b0);
    x00 = fused(a0, b0, x00);
    x10 = fused(a1, b0, x10);
    b0 = v128.load(nextB, 2 * ROW_BYTES);
    s01 = fused(a0, b0, s01);
    s11 = fused(a1, b0, s11);
    b0 = swapped(b0);
    x01 = fused(a0, b0, x01);
    x11 = fused(a1, b0, x11);
    a0 = v128.load(a, 3 * ROW_BYTES);
    a1 = v128.load(nextA, 3 * ROW_BYTES);
    b0 = v128.load(b, 3 * ROW_BYTES);
    s00 = fused(a0, b0, s00);
    s10 = fused(a1, b0, s10);
    b0 = swapped(b0);
    x00 = fused(a0, b0, x00);
    x10 = fused(a1, b0, x10);
    b0 = v128.load(nextB, 3 * ROW_BYTES);
    s01 = fused(a0, b0, s01);
    s11 = fused(a1, b0, s11);
    b0 = swapped(b0);
    x01 = fused(a0, b0, x01);
    x11 = fused(a1, b0, x11);
    a += 4 * ROW_BYTES;
    b += 4 * ROW_BYTES;
    nextA += 4 * ROW_BYTES;
    nextB += 4 * ROW_BYTES;
  }
  addSquare(c, rowBytes, s00, x00);
  addSquare(c + 16, rowBytes, s01, x01);
  addSquare(c + 2 * rowBytes, rowBytes, s10, x10);
  addSquare(c + 2 * rowBytes + 16, rowBytes, s11, x11);
}

/**
 * Adds a 2×2 square: `s` holds its diagonal (00, 11), `x` the products with `b` swapped (01, 10).
 */
// @ts-ignore: decorator
@inline
function addSquare(c: usize, rowBytes: usize, s: v128, x: v128): void {
  v128.store(c, f64x2.add(v128.load(c), v128.shuffle<f64>(s, x, 0, 2)));
  const below = c + rowBytes;
  v128.store(below, f64x2.add(v128.load(below), v128.shuffle<f64>(x, s, 1, 3)));
}
