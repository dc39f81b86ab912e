import { allocating } from "../errors.ts";
import { multiplyTransposed, PANEL_ROWS, subtractProduct, TILE } from "./panel_tiles.ts";

/**
 * A column whose squares sum to less is taken for zeros: beside entries near 1 its length of 2⁻⁴⁸⁰
 * means nothing, and its squares may have lost digits to underflow.
 */
const NEGLIGIBLE_SQUARES = 2 ** -960;

/**
 * The upper triangle R with RᵀR = AᵀA, of a matrix A whose rows come one after another.
 *
 * A panel of rows is gathered beneath the triangle, and reflected into it four columns at a time.
 * Nothing is squared, so R has the singular values of A to a few 2⁻⁵³·σ₁, however small they are.
 * Sources: Golub & Van Loan, Matrix Computations, 4th ed., §5.2.3 (several reflections at a time) and
 * §6.5.3 (rows appended).
 */
export class TriangularFactor {
  /** n: the number of columns of A. */
  readonly columns: number;
  /** From one row of R to the next; at least n. */
  readonly stride: number;
  readonly #triangle: Float64Array;
  readonly #panel: Float64Array;
  #pending = 0;

  /**
   * The factor of no rows, which is 0.
   *
   * @param columns n, at least 1.
   * @throws {RankMeError} `memory`, when n² numbers cannot be had.
   */
  constructor(columns: number) {
    this.columns = columns;
    // Whole tiles: the columns that fill the last one hold zeros and stay so.
    this.stride = Math.ceil(columns / TILE) * TILE;
    const square = this.stride ** 2, length = square + this.stride * PANEL_ROWS;
    const purpose = `the triangular factor of ${columns} columns`;
    const numbers = allocating(length * 8, purpose, () => new Float64Array(length));
    this.#triangle = numbers.subarray(0, square);
    this.#panel = numbers.subarray(square);
  }

  /**
   * Adds a row of A.
   *
   * @param row n numbers, the largest of all rows near 1 in size; copied.
   */
  add(row: Float64Array): void {
    for (let j = 0, to = this.#pending; j < this.columns; j++, to += PANEL_ROWS) {
      this.#panel[to] = row[j];
    }
    if (++this.#pending === PANEL_ROWS) this.#reduce();
  }

  /**
   * R for all rows added so far.
   *
   * @returns R itself and not a copy: what is written to it counts. Row i begins at i ×
   * {@linkcode stride}; what stands below the diagonal is 0. Not to be used any more once further
   * rows were added.
   */
  triangle(): Float64Array {
    if (this.#pending > 0) this.#reduce();
    return this.#triangle;
  }

  #reduce(): void {
    const { stride } = this;
    const coupling = new Float64Array(TILE * TILE), tile = new Float64Array(TILE * TILE);
    const stack = { triangle: this.#triangle, stride, panel: this.#panel, rows: this.#pending };
    for (let first = 0; first < stride; first += TILE) {
      reduceColumns(stack, first, coupling);
      for (let j = first + TILE; j < stride; j += TILE) {
        reflectColumns(stack, first, coupling, tile, j);
      }
    }
    this.#pending = 0;
  }
}

/** A triangle and, beneath it, the first `rows` rows of a panel that is held by columns. */
interface Stack {
  readonly triangle: Float64Array;
  readonly stride: number;
  readonly panel: Float64Array;
  readonly rows: number;
}

/**
 * Reflects the panel's part of TILE columns to 0, and leaves the reflections' vectors V there.
 *
 * @param coupling The upper triangle T is written here, with which one reflection after the other is
 * I − (1; V)T(1; V)ᵀ.
 */
function reduceColumns(stack: Stack, first: number, coupling: Float64Array): void {
  const { triangle, stride, panel, rows } = stack;
  const column = (j: number) => panel.subarray(j * PANEL_ROWS, j * PANEL_ROWS + rows);
  for (let k = 0; k < TILE; k++) {
    const v = column(first + k);
    const row = (first + k) * stride + first;
    const { tau, norm } = reflect(v, triangle[row + k]);
    triangle[row + k] = norm;
    for (let j = k + 1; j < TILE; j++) {
      const b = column(first + j);
      const weight = tau * (triangle[row + j] + dot(v, b));
      triangle[row + j] -= weight;
      for (let r = 0; r < rows; r++) b[r] -= weight * v[r];
    }
    // T grows by the column (−τ·T·Vᵀv; τ).
    const products = Array.from({ length: k }, (_, i) => dot(column(first + i), v));
    for (let i = 0; i < k; i++) {
      let sum = 0;
      for (let l = i; l < k; l++) sum += coupling[i * TILE + l] * products[l];
      coupling[i * TILE + k] = -tau * sum;
    }
    coupling[k * TILE + k] = tau;
  }
}

/** Applies the reflections of TILE columns to TILE others: B ← B − (1; V)Tᵀ(1; V)ᵀB. */
function reflectColumns(
  { triangle, stride, panel, rows }: Stack,
  first: number,
  coupling: Float64Array,
  tile: Float64Array,
  j: number,
): void {
  const v = first * PANEL_ROWS, b = j * PANEL_ROWS;
  multiplyTransposed(tile, panel, v, b, rows);
  for (let s = 0; s < TILE; s++) {
    for (let i = 0; i < TILE; i++) {
      tile[i * TILE + s] += triangle[(first + i) * stride + j + s];
    }
    // From the last row up, so that nothing is overwritten that Tᵀ still needs.
    for (let i = TILE - 1; i >= 0; i--) {
      let sum = 0;
      for (let l = 0; l <= i; l++) sum += coupling[l * TILE + i] * tile[l * TILE + s];
      tile[i * TILE + s] = sum;
      triangle[(first + i) * stride + j + s] -= sum;
    }
  }
  subtractProduct(tile, panel, v, b, rows);
}

/**
 * The reflection I − τ(1; v)(1; v)ᵀ that sends (head; column) to (norm; 0). The column becomes v;
 * where there is nothing to do τ is 0, and v may be anything.
 */
function reflect(column: Float64Array, head: number): { tau: number; norm: number } {
  const squares = dot(column, column);
  if (squares < NEGLIGIBLE_SQUARES) return { tau: 0, norm: head };
  const length = Math.sqrt(head * head + squares);
  // The sign that makes the subtraction an addition.
  const norm = head > 0 ? -length : length;
  const divisor = head - norm;
  for (let r = 0; r < column.length; r++) column[r] /= divisor;
  return { tau: -divisor / norm, norm };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
