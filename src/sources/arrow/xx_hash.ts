/*
 * xxHash32 as the LZ4 frame format uses it, with seed 0. The names are those of its specification.
 */

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;
/** Four lanes of four bytes. */
const STRIPE_BYTES = 16;

/**
 * The xxHash32 of some bytes.
 *
 * @param bytes The bytes.
 * @returns A number from 0 to 2³² − 1.
 */
export function xxHash32(bytes: Uint8Array): number {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let at = 0;
  let hash = PRIME_5;
  if (length >= STRIPE_BYTES) {
    let a = PRIME_1 + PRIME_2 | 0, b = PRIME_2 | 0, c = 0, d = -PRIME_1 | 0;
    for (; at <= length - STRIPE_BYTES; at += STRIPE_BYTES) {
      a = round(a, view.getInt32(at, true));
      b = round(b, view.getInt32(at + 4, true));
      c = round(c, view.getInt32(at + 8, true));
      d = round(d, view.getInt32(at + 12, true));
    }
    hash = rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18);
  }
  hash = hash + length | 0;
  for (; at <= length - 4; at += 4) {
    hash = Math.imul(rotated(hash + Math.imul(view.getInt32(at, true), PRIME_3), 17), PRIME_4);
  }
  for (; at < length; at++) {
    hash = Math.imul(rotated(hash + Math.imul(bytes[at], PRIME_5), 11), PRIME_1);
  }
  hash = Math.imul(hash ^ hash >>> 15, PRIME_2);
  hash = Math.imul(hash ^ hash >>> 13, PRIME_3);
  return (hash ^ hash >>> 16) >>> 0;
}

function round(lane: number, word: number): number {
  return Math.imul(rotated(lane + Math.imul(word, PRIME_2), 13), PRIME_1);
}

function rotated(word: number, bits: number): number {
  return word << bits | word >>> 32 - bits;
}
