import { fused } from "./fused.as";

/** Multiply-adds in one turn of the loop below, each on two lanes. */
export const CHAINS: i32 = 12;

/**
 * Multiply-adds that wait for nothing but themselves: how fast this machine can be with vectors of
 * 128 bits. Twelve chains, as in the micro-kernel, and no memory.
 *
 * @param turns How often each chain is extended.
 * @returns Something that depends on all of them.
 */
export function multiplyAddPeak(turns: i32): f64 {
  const a = f64x2.splat(0.999), b = f64x2.splat(1e-3);
  let c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b;
  let c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
  for (let turn = 0; turn < turns; turn++) {
    c0 = fused(a, b, c0);
    c1 = fused(a, b, c1);
    c2 = fused(a, b, c2);
    c3 = fused(a, b, c3);
    c4 = fused(a, b, c4);
    c5 = fused(a, b, c5);
    c6 = fused(a, b, c6);
    c7 = fused(a, b, c7);
    c8 = fused(a, b, c8);
    c9 = fused(a, b, c9);
    c10 = fused(a, b, c10);
    c11 = fused(a, b, c11);
  }
  c0 = f64x2.add(f64x2.add(f64x2.add(c0, c1), f64x2.add(c2, c3)), f64x2.add(c4, c5));
  c6 = f64x2.add(f64x2.add(f64x2.add(c6, c7), f64x2.add(c8, c9)), f64x2.add(c10, c11));
  return f64x2.extract_lane(f64x2.add(c0, c6), 0);
}
