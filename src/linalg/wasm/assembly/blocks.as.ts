import { BLOCK_COLUMNS, BLOCK_ROWS, TILE_COLUMNS, TILE_ROWS } from "./layout.as";
import { addTile } from "./micro_kernel.as";

// The lower triangle of a matrix, cut into blocks that touch no common entry: one is one task.

/**
 * How many blocks there are.
 *
 * @param order Rows of the triangle, a multiple of both sides of a tile.
 */
export function blockCount(order: i32): i32 {
  let count = 0;
  for (let top = 0; top < order; top += BLOCK_ROWS) count += blocksBeside(top, order);
  return count;
}

function blocksBeside(top: i32, order: i32): i32 {
  return (min(top + BLOCK_ROWS, order) + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
}

/**
 * Adds the products of two panels' columns to one block. Tiles above the diagonal are left out; those
 * across it are computed whole, so entries above the diagonal mean nothing.
 *
 * @param task Which block. The longest rows come first, so that little is left for the end.
 * @param order Rows of the triangle.
 * @param rows Rows of the panels, a multiple of four.
 * @param a The panel whose columns are rows of the matrix.
 * @param b The panel whose columns are columns of the matrix; may be the same.
 * @param pairBytes From one pair of columns to the next, in both.
 * @param matrix Row 0.
 * @param rowBytes From one row of the matrix to the next.
 */
export function addBlock(
  task: i32,
  order: i32,
  rows: i32,
  a: usize,
  b: usize,
  pairBytes: usize,
  matrix: usize,
  rowBytes: usize,
): void {
  let top = (order - 1) / BLOCK_ROWS * BLOCK_ROWS;
  let beside = blocksBeside(top, order);
  while (task >= beside) {
    task -= beside;
    top -= BLOCK_ROWS;
    beside = blocksBeside(top, order);
  }
  const bottom = min(top + BLOCK_ROWS, order);
  const left = task * BLOCK_COLUMNS;
  const right = min(left + BLOCK_COLUMNS, bottom);
  for (let column = left; column < right; column += TILE_COLUMNS) {
    const row = max(top, column / TILE_ROWS * TILE_ROWS);
    addTiles(
      (bottom - row) / TILE_ROWS,
      rows,
      a + <usize> (row >> 1) * pairBytes,
      b + <usize> (column >> 1) * pairBytes,
      pairBytes,
      matrix + <usize> row * rowBytes + (<usize> column << 3),
      rowBytes,
    );
  }
}

/** Tiles one below the other: the columns of `b` stay in the L1 cache. */
function addTiles(
  count: i32,
  rows: i32,
  a: usize,
  b: usize,
  pairBytes: usize,
  c: usize,
  rowBytes: usize,
): void {
  for (; count > 0; count--) {
    addTile(rows, a, b, pairBytes, c, rowBytes);
    a += <usize> (TILE_ROWS / 2) * pairBytes;
    c += <usize> TILE_ROWS * rowBytes;
  }
}
