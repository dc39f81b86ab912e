/** Rows for tests, cut into batches, and states and ranks made from them. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { EmbeddingBatch, type EmbeddingData } from "../../src/batch.ts";
import {
  OnlineCovariance,
  type OnlineCovarianceOptions,
} from "../../src/covariance/online_covariance.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { CONVENTIONS } from "../../src/metrics/conventions.ts";
import { rankMe } from "../../src/metrics/rank_me.ts";

/** A batch of some numbers. */
export function batchOf(dim: number, ...numbers: number[]): EmbeddingBatch {
  return new EmbeddingBatch({ data: Float64Array.from(numbers), dim });
}

/** All rows, cut into batches of the given sizes in turn. */
export function batchesOf(
  data: EmbeddingData,
  dim: number,
  ...sizes: number[]
): EmbeddingBatch[] {
  const whole = new EmbeddingBatch({ data, dim });
  const batches: EmbeddingBatch[] = [];
  for (let start = 0, i = 0; start < whole.rows; start += sizes[i++ % sizes.length]) {
    batches.push(whole.slice(start, Math.min(whole.rows, start + sizes[i % sizes.length])));
  }
  return batches;
}

/** Takes rows in, in batches of the given sizes; one batch by default. */
export type StateOf = (data: EmbeddingData, dim: number, ...sizes: number[]) => OnlineCovariance;

function stateMaker(options: OnlineCovarianceOptions): StateOf {
  return (data, dim, ...sizes) => {
    const state = new OnlineCovariance(referenceBackend, options);
    for (const batch of batchesOf(data, dim, ...sizes.length ? sizes : [Infinity])) {
      state.update(batch);
    }
    return state;
  };
}

/** The state after all rows. */
export const stateOf: StateOf = stateMaker({});

/** The exact state after all rows. */
export const exactStateOf: StateOf = stateMaker({ exact: true });

/** RankMe of what a state has seen, under the paper's convention or with the mean subtracted. */
export function rankOf(state: OnlineCovariance, centered = false): number {
  return rankMe(state.spectrum({ centered }), CONVENTIONS.paper);
}

/** Σ(x−μ)(x−μ)ᵀ by two passes over the rows: first the mean, then the products. */
export function twoPassScatter(data: EmbeddingData, dim: number): Float64Array {
  const rows = data.length / dim;
  const mean = new Float64Array(dim);
  for (let at = 0; at < data.length; at++) mean[at % dim] += data[at] / rows;
  const scatter = new Float64Array(dim * dim);
  for (let at = 0; at < data.length; at += dim) {
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j < dim; j++) {
        scatter[i * dim + j] += (data[at + i] - mean[i]) * (data[at + j] - mean[j]);
      }
    }
  }
  return scatter;
}

/** N·Σ(x−μ)(x−μ)ᵀ = NΣxxᵀ − ΣxΣxᵀ of whole numbers, without any rounding. */
export function exactScatterTimesRows(data: EmbeddingData, dim: number): bigint[] {
  const rows = BigInt(data.length / dim);
  const sum = new Array<bigint>(dim).fill(0n);
  const products = new Array<bigint>(dim * dim).fill(0n);
  for (let at = 0; at < data.length; at += dim) {
    const row = Array.from(data.subarray(at, at + dim), BigInt);
    for (let i = 0; i < dim; i++) {
      sum[i] += row[i];
      for (let j = 0; j < dim; j++) products[i * dim + j] += row[i] * row[j];
    }
  }
  return products.map((value, at) => rows * value - sum[Math.floor(at / dim)] * sum[at % dim]);
}

/** Its rows in another order. */
export function permuted<T extends EmbeddingData>(
  data: T,
  dim: number,
  order: readonly number[],
): T {
  const out = data.slice() as T;
  order.forEach((from, to) => out.set(data.subarray(from * dim, (from + 1) * dim), to * dim));
  return out;
}

/** The same answers, but for the rounding of sums that were added up in another order. */
export function assertAlike(actual: unknown, expected: unknown): void {
  const [ours, theirs] = [numbersIn(actual), numbersIn(expected)];
  assertEquals(ours.length, theirs.length);
  const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  ours.forEach((value, at) => assertAlmostEquals(value, theirs[at], 1e-13 * largest));
}

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value ? Object.values(value).flatMap(numbersIn) : [];
}
