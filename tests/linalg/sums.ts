/** Sums by their definition, to which those of every backend are compared. */
import { assertEquals } from "@std/assert";
import type { EmbeddingData } from "../../src/batch.ts";
import type { ShiftedSums } from "../../src/linalg/backend.ts";

/** Sums of no rows. */
export function zeroSums(pivot: Float64Array): ShiftedSums {
  const dim = pivot.length;
  return {
    dim,
    pivot,
    sum: new Float64Array(dim),
    scatter: new Float64Array(dim * dim),
    stride: dim,
  };
}

/** The definition: one row, one product at a time. */
export function naiveUpdate({ dim, pivot, sum, scatter }: ShiftedSums, rows: EmbeddingData): void {
  const x = new Float64Array(dim);
  for (let at = 0; at < rows.length; at += dim) {
    for (let i = 0; i < dim; i++) {
      x[i] = rows[at + i] - pivot[i];
      sum[i] += x[i];
      for (let j = 0; j <= i; j++) scatter[i * dim + j] += x[i] * x[j];
    }
  }
}

/** The sums of some rows by their definition. */
export function naiveSums(pivot: Float64Array, rows: EmbeddingData): ShiftedSums {
  const sums = zeroSums(pivot);
  naiveUpdate(sums, rows);
  return sums;
}

/** A D×D matrix without what is above its diagonal, which no one promises anything about. */
export function lowerTriangle({ scatter, dim, stride }: ShiftedSums): Float64Array<ArrayBuffer> {
  const triangle = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    triangle.set(scatter.subarray(i * stride, i * stride + i + 1), i * dim);
  }
  return triangle;
}

/** Sums that stay what they are when rows are added. */
export function copied(sums: ShiftedSums): ShiftedSums {
  const { dim, pivot, sum } = sums;
  return {
    dim,
    pivot: pivot.slice(),
    sum: sum.slice(),
    scatter: lowerTriangle(sums),
    stride: dim,
  };
}

/** Bit for bit, so that −0 is not 0. */
export function assertSameSums(actual: ShiftedSums, expected: ShiftedSums, what: string): void {
  assertEquals(actual.dim, expected.dim, what);
  assertSameBits(actual.pivot, expected.pivot, `pivot of ${what}`);
  assertSameBits(actual.sum, expected.sum, `sum of ${what}`);
  assertSameBits(lowerTriangle(actual), lowerTriangle(expected), `scatter of ${what}`);
}

/** The same numbers, bit for bit. */
export function assertSameBits(actual: Float64Array, expected: Float64Array, what: string): void {
  assertEquals(actual.length, expected.length, what);
  const at = actual.findIndex((value, index) => !Object.is(value, expected[index]));
  if (at >= 0) throw new Error(`${what}: number ${at} is ${actual[at]}, not ${expected[at]}`);
}
