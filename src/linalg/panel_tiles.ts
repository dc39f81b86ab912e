/**
 * The two products that take nearly all the time of plain TypeScript, in a rank-k update and in a QR
 * factorisation, each for four columns and four more, so that the 4×4 numbers between them stay in local variables.
 *
 * A panel is held by columns, {@linkcode PANEL_ROWS} numbers each. `v` and `b` say where the first
 * of four consecutive columns begins.
 */

/** How many columns are taken together. Eight are no faster, sixteen slower. */
export const TILE = 4;
/** Rows of a panel: 128 are faster than 64, and 256 are not faster than they. */
export const PANEL_ROWS = 128;

/**
 * tile ← VᵀB, for four columns of V and four of B.
 *
 * @param tile 16 numbers, row-major.
 * @param panel The columns.
 * @param v The first column of V.
 * @param b The first column of B.
 * @param rows How many numbers of each column count.
 */
export function multiplyTransposed(
  tile: Float64Array,
  panel: Float64Array,
  v: number,
  b: number,
  rows: number,
): void {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0;
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0;
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0;
  let s30 = 0, s31 = 0, s32 = 0, s33 = 0;
  for (const end = v + rows; v < end; v++, b++) {
    const b0 = panel[b], b1 = panel[b + PANEL_ROWS];
    const b2 = panel[b + 2 * PANEL_ROWS], b3 = panel[b + 3 * PANEL_ROWS];
    const v0 = panel[v];
    s00 += v0 * b0;
    s01 += v0 * b1;
    s02 += v0 * b2;
    s03 += v0 * b3;
    const v1 = panel[v + PANEL_ROWS];
    s10 += v1 * b0;
    s11 += v1 * b1;
    s12 += v1 * b2;
    s13 += v1 * b3;
    const v2 = panel[v + 2 * PANEL_ROWS];
    s20 += v2 * b0;
    s21 += v2 * b1;
    s22 += v2 * b2;
    s23 += v2 * b3;
    const v3 = panel[v + 3 * PANEL_ROWS];
    s30 += v3 * b0;
    s31 += v3 * b1;
    s32 += v3 * b2;
    s33 += v3 * b3;
  }
  tile[0] = s00;
  tile[1] = s01;
  tile[2] = s02;
  tile[3] = s03;
  tile[4] = s10;
  tile[5] = s11;
  tile[6] = s12;
  tile[7] = s13;
  tile[8] = s20;
  tile[9] = s21;
  tile[10] = s22;
  tile[11] = s23;
  tile[12] = s30;
  tile[13] = s31;
  tile[14] = s32;
  tile[15] = s33;
}

/**
 * B ← B − VW, for four columns of B and four of V.
 *
 * @param w W: 16 numbers, row-major.
 * @param panel The columns.
 * @param v The first column of V.
 * @param b The first column of B.
 * @param rows How many numbers of each column count.
 */
export function subtractProduct(
  w: Float64Array,
  panel: Float64Array,
  v: number,
  b: number,
  rows: number,
): void {
  const w00 = w[0], w01 = w[1], w02 = w[2], w03 = w[3];
  const w10 = w[4], w11 = w[5], w12 = w[6], w13 = w[7];
  const w20 = w[8], w21 = w[9], w22 = w[10], w23 = w[11];
  const w30 = w[12], w31 = w[13], w32 = w[14], w33 = w[15];
  for (const end = v + rows; v < end; v++, b++) {
    const v0 = panel[v], v1 = panel[v + PANEL_ROWS];
    const v2 = panel[v + 2 * PANEL_ROWS], v3 = panel[v + 3 * PANEL_ROWS];
    panel[b] -= v0 * w00 + v1 * w10 + v2 * w20 + v3 * w30;
    panel[b + PANEL_ROWS] -= v0 * w01 + v1 * w11 + v2 * w21 + v3 * w31;
    panel[b + 2 * PANEL_ROWS] -= v0 * w02 + v1 * w12 + v2 * w22 + v3 * w32;
    panel[b + 3 * PANEL_ROWS] -= v0 * w03 + v1 * w13 + v2 * w23 + v3 * w33;
  }
}
