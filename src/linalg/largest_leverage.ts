import type { EmbeddingBatch } from "../batch.ts";
import { allocating } from "../errors.ts";
import { TriangularFactor } from "./triangular_factor.ts";

/** How much of the fit of a row is its own doing, at the most. */
export interface Leverage {
  /** The largest leverage of a row, in (0, 1]; 0 for a matrix of zeros. */
  readonly largest: number;
  /** The rank of the matrix, which is what the leverages of all rows add up to. */
  readonly rank: number;
}

/** Rows solved for at a time, so that each number of the factor is loaded once for all of them. */
const ROWS = 4;

/**
 * The largest leverage of a row of a matrix Z: the largest squared row length of U in Z = UΣVᵀ.
 *
 * The leverage of a row x is xᵀ(ZᵀZ)⁺x. ZᵀZ is not formed, as that would lose whatever is below
 * 1e-8·σ₁: with ZΠ = QR, columns ordered by what is left of them, and R₁ the r leading rows and columns
 * of R, it is |R₁⁻ᵀ(Πᵀx)₁…ᵣ|². The rank r counts what is longer than max(N, D)·2⁻⁵²·‖Z‖_F. Source: Golub
 * & Van Loan, Matrix Computations, 4th ed., §5.4.2 (pivoting).
 *
 * The work is 2·N·D² for R and N·D² for the leverages, in plain TypeScript.
 *
 * @param batches The rows, all of one dimension; they are read three times.
 * @returns The largest leverage, and the rank.
 * @throws {RankMeError} `memory`, when 2·D² numbers cannot be had.
 *
 * @example A row that alone has the second direction
 * ```ts
 * import { EmbeddingBatch } from "@rankme/rankme/batch";
 * import { largestLeverage } from "@rankme/rankme/linalg";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const rows = new EmbeddingBatch({ data: Float64Array.of(1, 0, 2, 0, 2, 0, 0, 5), dim: 2 });
 * const { largest, rank } = largestLeverage([rows]);
 * assertAlmostEquals(largest, 1, 1e-15);
 * assertEquals(rank, 2);
 * ```
 */
export function largestLeverage(batches: readonly EmbeddingBatch[]): Leverage {
  // Near 1, where no square overflows or vanishes.
  const unit = 2 ** Math.min(Math.ceil(Math.log2(largestNumber(batches))), 1023);
  if (unit === 0) return { largest: 0, rank: 0 };
  const factor = factorOf(batches, unit);
  const largest = batches.reduce(
    (most, batch) => Math.max(most, largestIn(batch, factor, unit)),
    0,
  );
  return { largest: Math.min(largest, 1), rank: factor.order.length };
}

function largestNumber(batches: readonly EmbeddingBatch[]): number {
  let largest = 0;
  for (const { data } of batches) {
    for (const value of data) largest = Math.max(largest, Math.abs(value));
  }
  return largest;
}

/** The leading rows and columns of R in ZΠ = QR. */
interface PivotedFactor {
  /** R₁ by columns, each `dim` numbers apart. */
  readonly columns: Float64Array;
  readonly dim: number;
  /** Which columns of Z come first, as many as the rank is. */
  readonly order: readonly number[];
}

/** Factors Z/unit row by row, and what is left of it with its columns in order. */
function factorOf(batches: readonly EmbeddingBatch[], unit: number): PivotedFactor {
  const { dim } = batches[0];
  const factor = new TriangularFactor(dim);
  const row = new Float64Array(dim);
  let rows = 0;
  for (const { data } of batches) {
    for (let at = 0; at < data.length; at += dim, rows++) {
      for (let j = 0; j < dim; j++) row[j] = data[at + j] / unit;
      factor.add(row);
    }
  }
  const purpose = `the pivoted factor of ${dim} columns`;
  const columns = allocating(dim * dim * 8, purpose, () => new Float64Array(dim * dim));
  const triangle = factor.triangle();
  for (let i = 0; i < dim; i++) {
    for (let j = i; j < dim; j++) columns[j * dim + i] = triangle[i * factor.stride + j];
  }
  return pivoted(columns, dim, Math.max(rows, dim) * 2 ** -52);
}

/**
 * Householder's reflections, the longest column that is left first.
 *
 * @param columns The matrix by columns, of which each is `dim` numbers; R is written over it.
 * @param dim How many columns there are.
 * @param tolerance What is shorter than this times the length of the matrix is taken for 0.
 */
function pivoted(columns: Float64Array, dim: number, tolerance: number): PivotedFactor {
  const order = Array.from({ length: dim }, (_, j) => j);
  const column = (j: number) => columns.subarray(j * dim, (j + 1) * dim);
  const left = order.map((j) => squaresFrom(column(j), 0));
  const negligible = tolerance ** 2 * left.reduce((sum, value) => sum + value, 0);
  for (let k = 0; k < dim; k++) {
    const pivot = indexOfLargest(left, k);
    if (left[pivot] <= negligible) return { columns, dim, order: order.slice(0, k) };
    swap(order, k, pivot);
    swap(left, k, pivot);
    swapColumns(column(k), column(pivot));
    const v = column(k).slice(k);
    // The sign that makes the subtraction an addition.
    const norm = v[0] > 0 ? -Math.sqrt(left[k]) : Math.sqrt(left[k]);
    v[0] -= norm;
    const factor = -1 / (norm * v[0]);
    columns[k * dim + k] = norm;
    for (let j = k + 1; j < dim; j++) left[j] = reflect(column(j).subarray(k), v, factor);
  }
  return { columns, dim, order };
}

/** b ← b − factor·(vᵀb)·v; returns the squared length of what follows the first number. */
function reflect(b: Float64Array, v: Float64Array, factor: number): number {
  let product = 0;
  for (let i = 0; i < v.length; i++) product += v[i] * b[i];
  product *= factor;
  b[0] -= product * v[0];
  let squares = 0;
  for (let i = 1; i < v.length; i++) {
    const value = b[i] - product * v[i];
    b[i] = value;
    squares += value * value;
  }
  return squares;
}

/** The largest |R₁⁻ᵀ(Πᵀx)|² of the rows of a batch, {@linkcode ROWS} of them at a time. */
function largestIn(
  { data, rows, dim }: EmbeddingBatch,
  factor: PivotedFactor,
  unit: number,
): number {
  const { columns, order } = factor;
  const solved = new Float64Array(order.length * ROWS);
  let largest = 0;
  for (let first = 0; first < rows; first += ROWS) {
    // Where there are not so many left, the last row is taken again.
    const [a, b, c, d] = [0, 1, 2, 3].map((r) => Math.min(first + r, rows - 1) * dim);
    let sumA = 0, sumB = 0, sumC = 0, sumD = 0;
    for (let k = 0; k < order.length; k++) {
      const from = order[k], column = k * dim;
      let ya = data[a + from] / unit, yb = data[b + from] / unit;
      let yc = data[c + from] / unit, yd = data[d + from] / unit;
      for (let i = 0, at = 0; i < k; i++, at += ROWS) {
        const weight = columns[column + i];
        ya -= weight * solved[at];
        yb -= weight * solved[at + 1];
        yc -= weight * solved[at + 2];
        yd -= weight * solved[at + 3];
      }
      const diagonal = columns[column + k];
      sumA += (solved[k * ROWS] = ya / diagonal) ** 2;
      sumB += (solved[k * ROWS + 1] = yb / diagonal) ** 2;
      sumC += (solved[k * ROWS + 2] = yc / diagonal) ** 2;
      sumD += (solved[k * ROWS + 3] = yd / diagonal) ** 2;
    }
    largest = Math.max(largest, sumA, sumB, sumC, sumD);
  }
  return largest;
}

function squaresFrom(values: Float64Array, start: number): number {
  let sum = 0;
  for (let i = start; i < values.length; i++) sum += values[i] * values[i];
  return sum;
}

function indexOfLargest(values: readonly number[], start: number): number {
  let at = start;
  for (let i = start + 1; i < values.length; i++) if (values[i] > values[at]) at = i;
  return at;
}

function swap(values: number[], i: number, j: number): void {
  [values[i], values[j]] = [values[j], values[i]];
}

function swapColumns(a: Float64Array, b: Float64Array): void {
  const kept = a.slice();
  a.set(b);
  b.set(kept);
}
