/**
 * What bad input has to end in, whatever it is: an error of ours or rows, soon, and in little memory.
 *
 * @module
 */

import { assert, assertInstanceOf, assertLess } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import type { Read } from "./inputs.ts";

/** No small input may take longer, in milliseconds: some hundred times what it does take. */
const PATIENCE = 5000;
/** No test of small inputs may take more memory than it had before, in bytes. */
const ALLOWANCE = 800e6;

/** How reading ended. */
export type Ending = Read | RankMeError;

/** Reads something that may be bad; anything but a result and errors of ours fails the test. */
export async function ending<T = Read>(read: () => Promise<T>): Promise<T | RankMeError> {
  const start = performance.now();
  try {
    return await read();
  } catch (error) {
    assertInstanceOf(error, RankMeError);
    return error;
  } finally {
    assertLess(performance.now() - start, PATIENCE);
  }
}

/** Bytes that this isolate holds, garbage included; tests that run beside it do not count. */
export function memoryHeld(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** Runs a test that may not take much memory, garbage included. */
export async function inLittleMemory<T>(
  run: () => Promise<T>,
  allowance = ALLOWANCE,
): Promise<T> {
  const before = memoryHeld();
  const result = await run();
  assertLess(memoryHeld() - before, allowance);
  return result;
}

/** What the flips of all bits of an input came to. */
export interface Flips {
  /** Flips that made an error. */
  readonly errors: number;
  /** Flips that made rows, all of them right. */
  readonly harmless: number;
  /** Flips that made rows of which one number was another. */
  readonly oneNumber: number;
}

/**
 * Flips each bit of an input by itself. Where there are no checksums, a flip in a number makes another
 * number; but no flip may lose a row, move one or change more than one number.
 *
 * @param bytes The input.
 * @param read Reads it.
 * @param expected Its rows.
 * @returns What came of it.
 */
export async function flipEveryBit(
  bytes: Uint8Array<ArrayBuffer>,
  read: (bytes: Uint8Array<ArrayBuffer>) => Promise<Read>,
  expected: readonly number[][],
): Promise<Flips> {
  const count = { errors: 0, harmless: 0, oneNumber: 0 };
  const numbers = expected.flat();
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    const end = await ending(() => read(flipped));
    if (end instanceof RankMeError) {
      count.errors++;
      continue;
    }
    const where = `bit ${bit & 7} of byte ${bit >> 3}`;
    const found = end.rows.flat();
    assert(end.rows.length === expected.length, `${where}: ${end.rows.length} rows`);
    assert(found.length === numbers.length, `${where}: ${found.length} numbers`);
    const wrong = numbers.filter((number, i) => number !== found[i]).length;
    assert(wrong <= 1, `${where}: ${wrong} numbers are wrong`);
    if (wrong === 0) count.harmless++;
    else count.oneNumber++;
  }
  return count;
}

/** Numbers below 2³² from a seed, by xorshift. */
export function randomWords(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Bytes from a seed. */
export function randomBytes(seed: number, length: number): Uint8Array<ArrayBuffer> {
  const next = randomWords(seed);
  return Uint8Array.from({ length }, () => next() >>> 24);
}
