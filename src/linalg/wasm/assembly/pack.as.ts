import {
  DIM,
  FLOAT16,
  FLOAT32,
  PACK_COLUMNS,
  PAIR_BYTES,
  PIVOT,
  STRIDE,
  SUM,
} from "./layout.as";

/**
 * Packs some columns of some rows into the panel, as x−c in float64, and adds them to the sum.
 *
 * A panel is column pairs one after the other, each of them row after row: the order in which the
 * micro-kernel reads, as its `a` and as its `b`. Columns from D on, up to the stride, and the rows
 * that make the number a multiple of four, are zeros.
 *
 * @param task Which {@linkcode PACK_COLUMNS} columns.
 * @param rows How many rows, at most a panel's.
 * @param source The rows, one after the other.
 * @param type The type of the numbers, by its size in bytes.
 * @param panel Where the panel is.
 */
export function packColumns(task: i32, rows: i32, source: usize, type: i32, panel: usize): void {
  if (type == FLOAT16) pack<u16>(task, rows, source, panel);
  else if (type == FLOAT32) pack<f32>(task, rows, source, panel);
  else pack<f64>(task, rows, source, panel);
}

function pack<T>(task: i32, rows: i32, source: usize, panel: usize): void {
  const dim = load<i32>(DIM);
  const first = task * PACK_COLUMNS;
  const last = min(first + PACK_COLUMNS, load<i32>(STRIDE));
  const pivot = <usize> load<i32>(PIVOT);
  const rowBytes = <usize> dim * sizeof<T>();
  let column = first;
  const packed = panel + <usize> (first >> 1) * PAIR_BYTES;
  panel = packed;
  for (; column + 8 <= min(last, dim); column += 8) {
    packEight<T>(source + <usize> column * sizeof<T>(), rowBytes, rows, pivot + <usize> column * 8, panel);
    panel += 4 * PAIR_BYTES;
  }
  for (; column < last; column += 2) {
    packPair<T>(source, rowBytes, rows, column, dim, pivot, panel);
    panel += PAIR_BYTES;
  }
  addSums(first, min(last, dim), rows, packed);
}

/** Eight columns at a time: as many pivots as registers can hold. */
function packEight<T>(source: usize, rowBytes: usize, rows: i32, pivot: usize, panel: usize): void {
  const c0 = v128.load(pivot), c1 = v128.load(pivot, 16);
  const c2 = v128.load(pivot, 32), c3 = v128.load(pivot, 48);
  const end = panel + (<usize> rows << 4);
  while (panel < end) {
    v128.store(panel, f64x2.sub(loadPair<T>(source), c0));
    v128.store(panel, f64x2.sub(loadPair<T>(source + 2 * sizeof<T>()), c1), PAIR_BYTES);
    v128.store(panel, f64x2.sub(loadPair<T>(source + 4 * sizeof<T>()), c2), 2 * PAIR_BYTES);
    v128.store(panel, f64x2.sub(loadPair<T>(source + 6 * sizeof<T>()), c3), 3 * PAIR_BYTES);
    source += rowBytes;
    panel += 16;
  }
  for (; rows & 3; rows++, panel += 16) {
    v128.store(panel, f64x2.splat(0));
    v128.store(panel, f64x2.splat(0), PAIR_BYTES);
    v128.store(panel, f64x2.splat(0), 2 * PAIR_BYTES);
    v128.store(panel, f64x2.splat(0), 3 * PAIR_BYTES);
  }
}

/** Two columns near the right edge, of which one or both may lie beyond it. */
function packPair<T>(
  source: usize,
  rowBytes: usize,
  rows: i32,
  column: i32,
  dim: i32,
  pivot: usize,
  panel: usize,
): void {
  for (let lane = 0; lane < 2; lane++, column++) {
    let to = panel + <usize> lane * 8;
    const end = to + (<usize> ((rows + 3) & ~3) << 4);
    if (column < dim) {
      const center = load<f64>(pivot + <usize> column * 8);
      let from = source + <usize> column * sizeof<T>();
      for (const last = to + (<usize> rows << 4); to < last; to += 16, from += rowBytes) {
        store<f64>(to, loadOne<T>(from) - center);
      }
    }
    for (; to < end; to += 16) store<f64>(to, 0);
  }
}

/** Adds each packed column to its sum, over four runs so that additions need not wait. */
function addSums(first: i32, last: i32, rows: i32, packed: usize): void {
  const sum = <usize> load<i32>(SUM);
  for (let column = first; column < last; column += 2) {
    let at = packed + <usize> ((column - first) >> 1) * PAIR_BYTES;
    const end = at + (<usize> rows << 4);
    let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
    for (; at + 48 < end; at += 64) {
      s0 = f64x2.add(s0, v128.load(at));
      s1 = f64x2.add(s1, v128.load(at, 16));
      s2 = f64x2.add(s2, v128.load(at, 32));
      s3 = f64x2.add(s3, v128.load(at, 48));
    }
    for (; at < end; at += 16) s0 = f64x2.add(s0, v128.load(at));
    const total = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
    const to = sum + <usize> column * 8;
    v128.store(to, f64x2.add(v128.load(to), total));
  }
}

// @ts-ignore: decorator
@inline
function loadPair<T>(at: usize): v128 {
  if (sizeof<T>() == 8) return v128.load(at);
  if (sizeof<T>() == 4) return f64x2.promote_low_f32x4(v128.load_zero<u64>(at));
  return f64x2.promote_low_f32x4(widened(i32x4.extend_low_i16x8_u(v128.load_zero<u32>(at))));
}

// @ts-ignore: decorator
@inline
function loadOne<T>(at: usize): f64 {
  if (sizeof<T>() == 8) return load<f64>(at);
  if (sizeof<T>() == 4) return <f64> load<f32>(at);
  return <f64> f32x4.extract_lane(widened(i32x4.splat(load<u16>(at))), 0);
}

/**
 * Four finite float16 as float32, exactly: exponent and fraction shifted to where float32 has them
 * make 2⁻¹¹² of the number, also where it is subnormal.
 */
// @ts-ignore: decorator
@inline
function widened(bits: v128): v128 {
  const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16);
  const size = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13);
  return v128.or(f32x4.mul(size, f32x4.splat(reinterpret<f32>(0x77800000))), sign);
}
