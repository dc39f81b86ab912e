// Householder reduction of a symmetric matrix to tridiagonal form, from the last row up, in blocks of
// BLOCK rows: within a block reflections are kept as A − VWᵀ − WVᵀ and applied to a row only when its
// turn comes; at its end they are applied to all rows that are left, by the micro-kernel. Source:
// Dongarra, Sorensen & Hammarling, "Block reduction of matrices to condensed forms", 1989.

import { addBlock, blockCount } from "./blocks.as";
import {
  MATRIX,
  ORDER,
  PARTIALS,
  PARTS,
  PRODUCTS,
  REFLECTIONS,
  STRIDE,
  UPDATE_A,
  UPDATE_B,
  UPDATE_PAIR_BYTES,
  VECTORS_V,
  VECTORS_W,
} from "./layout.as";
import { addSymmetricProduct } from "./symmetric_multiply.as";
import { add, combine, dot, subtractTwo } from "./vectors.as";

/** Beside entries near 1, a row whose squares make no more than this is a row of zeros. */
const NEGLIGIBLE: f64 = 1e-200;
/** Columns that one task of packing works on. */
const PACK_COLUMNS: i32 = 240;

export const MULTIPLY: i32 = 1;
export const PACK_UPDATE: i32 = 2;
export const UPDATE: i32 = 3;

// @ts-ignore: decorator
@inline
function rowBytes(): usize {
  return <usize> load<i32>(STRIDE) << 3;
}

// @ts-ignore: decorator
@inline
function vectorV(index: i32): usize {
  return <usize> load<i32>(VECTORS_V) + <usize> index * rowBytes();
}

// @ts-ignore: decorator
@inline
function vectorW(index: i32): usize {
  return <usize> load<i32>(VECTORS_W) + <usize> index * rowBytes();
}

// @ts-ignore: decorator
@inline
function row(index: i32): usize {
  return <usize> load<i32>(MATRIX) + <usize> index * rowBytes();
}

/**
 * Brings a row up to date and finds the reflection that leaves only its last number but one: vᵀ is
 * put after the others, its last number 1.
 *
 * @param order How many numbers the row has before its diagonal.
 * @param reflections How many reflections of the block came before.
 * @returns β of I − βvvᵀ; 0 where there is nothing to reflect. The diagonal and what stands beside it
 * are where they were in the row.
 */
export function reflect(order: i32, reflections: i32): f64 {
  const x = row(order);
  for (let q = 0; q < reflections; q++) {
    const v = vectorV(q), w = vectorW(q);
    const at = <usize> order << 3;
    subtractTwo(x, order + 1, load<f64>(v + at), w, load<f64>(w + at), v);
  }
  const v = vectorV(reflections);
  memory.fill(v, 0, rowBytes());
  memory.fill(vectorW(reflections), 0, rowBytes());
  const last = <usize> (order - 1) << 3;
  const alpha = load<f64>(x + last);
  memory.copy(v, x, last);
  const squares = dot(v, v, order);
  if (squares <= NEGLIGIBLE) {
    memory.fill(v, 0, last);
    return 0;
  }
  const norm = sqrt(alpha * alpha + squares);
  // The sign that makes the subtraction an addition.
  const beside = alpha > 0 ? -norm : norm;
  combine(v, order, 1 / (alpha - beside), 0, v);
  store<f64>(v + last, 1);
  store<f64>(x + last, beside);
  return (beside - alpha) / beside;
}

/**
 * How many tasks the product Av is: each takes as many entries of the triangle, and the last one the
 * products with the block's vectors.
 *
 * @param order The order of A.
 * @param reflections How many reflections of the block came before that of v.
 * @param parts Into how many parts to cut the triangle.
 */
export function beginMultiply(order: i32, reflections: i32, parts: i32): i32 {
  store<i32>(ORDER, order);
  store<i32>(REFLECTIONS, reflections);
  store<i32>(PARTS, parts);
  return parts + 1;
}

function multiply(task: i32): void {
  const order = load<i32>(ORDER), reflections = load<i32>(REFLECTIONS), parts = load<i32>(PARTS);
  const v = vectorV(reflections);
  if (task == parts) {
    const products = <usize> load<i32>(PRODUCTS);
    for (let q = 0; q < reflections; q++) {
      store<f64>(products + (<usize> q << 4), dot(v, vectorW(q), order));
      store<f64>(products + (<usize> q << 4), dot(v, vectorV(q), order), 8);
    }
    return;
  }
  const out = partial(task);
  memory.fill(out, 0, rowBytes());
  const first = partStart(task, parts, order), last = partStart(task + 1, parts, order);
  addSymmetricProduct(<usize> load<i32>(MATRIX), rowBytes(), first, last, v, out);
}

// @ts-ignore: decorator
@inline
function partial(part: i32): usize {
  return <usize> load<i32>(PARTIALS) + <usize> part * rowBytes();
}

/** Where a part begins if all are to have the same area of the triangle. */
function partStart(part: i32, parts: i32, order: i32): i32 {
  if (part == parts) return order;
  return <i32> (<f64> order * sqrt(<f64> part / <f64> parts)) & ~3;
}

/**
 * Makes w of the reflection, after its product: w = βAv − (β²vᵀAv/2)v with A as the block's earlier
 * reflections leave it.
 *
 * @param beta β.
 */
export function finishReflection(beta: f64): void {
  const order = load<i32>(ORDER), reflections = load<i32>(REFLECTIONS), parts = load<i32>(PARTS);
  const v = vectorV(reflections), w = vectorW(reflections);
  const products = <usize> load<i32>(PRODUCTS);
  for (let part = 0; part < parts; part++) add(w, partial(part), order);
  for (let q = 0; q < reflections; q++) {
    const at = products + (<usize> q << 4);
    subtractTwo(w, order, load<f64>(at), vectorV(q), load<f64>(at, 8), vectorW(q));
  }
  combine(w, order, beta, -0.5 * beta * beta * dot(w, v, order), v);
}

/**
 * How many tasks it is to pack the block's vectors for the micro-kernel.
 *
 * @param order How many rows are left.
 * @param reflections How many reflections the block has.
 */
export function beginPackUpdate(order: i32, reflections: i32): i32 {
  store<i32>(ORDER, order);
  store<i32>(REFLECTIONS, reflections);
  return (padded(order) + PACK_COLUMNS - 1) / PACK_COLUMNS;
}

// @ts-ignore: decorator
@inline
function padded(order: i32): i32 {
  return (order + 11) / 12 * 12;
}

/** A − VWᵀ − WVᵀ as A + [V W]·(−[W V])ᵀ: both factors as panels of 2 × reflections rows. */
function packUpdate(task: i32): void {
  const reflections = load<i32>(REFLECTIONS);
  const first = task * PACK_COLUMNS, last = min(first + PACK_COLUMNS, padded(load<i32>(ORDER)));
  const half = <usize> reflections << 4;
  for (let column = first; column < last; column += 2) {
    const offset = <usize> (column >> 1) * UPDATE_PAIR_BYTES;
    let a = <usize> load<i32>(UPDATE_A) + offset, b = <usize> load<i32>(UPDATE_B) + offset;
    for (let q = 0; q < reflections; q++, a += 16, b += 16) {
      const v = v128.load(vectorV(q) + (<usize> column << 3));
      const w = v128.load(vectorW(q) + (<usize> column << 3));
      v128.store(a, v);
      v128.store(a + half, w);
      v128.store(b, f64x2.neg(w));
      v128.store(b + half, f64x2.neg(v));
    }
    if (reflections & 1) {
      // Two rows of zeros after both halves make the number a multiple of four.
      v128.store(a + half, f64x2.splat(0));
      v128.store(a + half, f64x2.splat(0), 16);
      v128.store(b + half, f64x2.splat(0));
      v128.store(b + half, f64x2.splat(0), 16);
    }
  }
}

/** How many tasks it is to apply the block's reflections to what is left of the matrix. */
export function beginUpdate(): i32 {
  return blockCount(padded(load<i32>(ORDER)));
}

function update(task: i32): void {
  const a = <usize> load<i32>(UPDATE_A), b = <usize> load<i32>(UPDATE_B);
  const rows = (2 * load<i32>(REFLECTIONS) + 3) & ~3;
  addBlock(task, padded(load<i32>(ORDER)), rows, a, b, UPDATE_PAIR_BYTES, row(0), rowBytes());
}

/** Does a task of a tridiagonalisation. */
export function runTridiagonalTask(kind: i32, task: i32): void {
  if (kind == MULTIPLY) multiply(task);
  else if (kind == PACK_UPDATE) packUpdate(task);
  else update(task);
}
