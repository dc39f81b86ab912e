/**
 * a·b + c in both lanes: rounded once where relaxed SIMD is compiled in and the machine can, else
 * rounded twice.
 */
// @ts-ignore: decorator
@inline
export function fused(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(c, f64x2.mul(a, b));
}

/** The lanes in the other order. */
// @ts-ignore: decorator
@inline
export function swapped(a: v128): v128 {
  return v128.shuffle<f64>(a, a, 1, 0);
}

/** The sum of both lanes. */
// @ts-ignore: decorator
@inline
export function lanes(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}
