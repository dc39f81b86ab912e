import { fused, lanes } from "./fused.as";

// Vectors of float64, padded with zeros to a multiple of four numbers.

/** xᵀy over the first n numbers. */
export function dot(x: usize, y: usize, n: i32): f64 {
  let s = f64x2.splat(0), t = f64x2.splat(0);
  const end = x + (<usize> ((n + 3) & ~3) << 3);
  for (; x < end; x += 32, y += 32) {
    s = fused(v128.load(x), v128.load(y), s);
    t = fused(v128.load(x, 16), v128.load(y, 16), t);
  }
  return lanes(f64x2.add(s, t));
}

/** y ← y − a·x − b·z over the first n numbers. */
export function subtractTwo(y: usize, n: i32, a: f64, x: usize, b: f64, z: usize): void {
  const minusA = f64x2.splat(-a), minusB = f64x2.splat(-b);
  const end = y + (<usize> ((n + 3) & ~3) << 3);
  for (; y < end; y += 32, x += 32, z += 32) {
    const low = fused(minusB, v128.load(z), v128.load(y));
    const high = fused(minusB, v128.load(z, 16), v128.load(y, 16));
    v128.store(y, fused(minusA, v128.load(x), low));
    v128.store(y, fused(minusA, v128.load(x, 16), high), 16);
  }
}

/** y ← y + x over the first n numbers. */
export function add(y: usize, x: usize, n: i32): void {
  const end = y + (<usize> ((n + 3) & ~3) << 3);
  for (; y < end; y += 32, x += 32) {
    v128.store(y, f64x2.add(v128.load(y), v128.load(x)));
    v128.store(y, f64x2.add(v128.load(y, 16), v128.load(x, 16)), 16);
  }
}

/** y ← a·y + b·x over the first n numbers. */
export function combine(y: usize, n: i32, a: f64, b: f64, x: usize): void {
  const va = f64x2.splat(a), vb = f64x2.splat(b);
  const end = y + (<usize> ((n + 3) & ~3) << 3);
  for (; y < end; y += 32, x += 32) {
    v128.store(y, fused(vb, v128.load(x), f64x2.mul(va, v128.load(y))));
    v128.store(y, fused(vb, v128.load(x, 16), f64x2.mul(va, v128.load(y, 16))), 16);
  }
}
