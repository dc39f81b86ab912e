import type { EmbeddingData } from "../../batch.ts";
import type { ShiftedSums } from "../backend.ts";

/** Edge of the square tile whose products are held in local variables. */
const TILE = 4;
/** Rows packed at a time: a panel of 2048 columns then fills 2 MB, about a core's L2 cache. */
export const PANEL_ROWS = 128;

/**
 * Symmetric rank-k update in plain TypeScript: the definition that faster backends are held to.
 *
 * Rows are packed into a panel with the pivot already subtracted (so that nothing cancels later,
 * whatever the mean), then each tile of the lower triangle takes the panel's products.
 *
 * @param sums What to add to.
 * @param rows Whole rows of `sums.dim` finite numbers, row-major.
 */
export function rankKUpdate(sums: ShiftedSums, rows: EmbeddingData): void {
  const { dim } = sums;
  const count = rows.length / dim;
  const paddedDim = Math.ceil(dim / TILE) * TILE;
  const panel = new Float64Array(paddedDim * Math.min(PANEL_ROWS, count));
  for (let start = 0; start < count; start += PANEL_ROWS) {
    const panelRows = Math.min(PANEL_ROWS, count - start);
    packPanel(panel, sums, rows.subarray(start * dim, (start + panelRows) * dim), panelRows);
    addPanel(sums, panel, panelRows);
  }
}

/** Writes x−c so that the TILE columns of one tile lie side by side, and adds x−c to the sum. */
function packPanel(
  panel: Float64Array,
  { dim, pivot, sum }: ShiftedSums,
  rows: EmbeddingData,
  panelRows: number,
): void {
  for (let column = 0; column < dim; column++) {
    const center = pivot[column];
    let to = Math.floor(column / TILE) * TILE * panelRows + column % TILE;
    let total = 0;
    for (let from = column; from < rows.length; from += dim, to += TILE) {
      const value = rows[from] - center;
      panel[to] = value;
      total += value;
    }
    sum[column] += total;
  }
}

function addPanel(
  { scatter, stride, dim }: ShiftedSums,
  panel: Float64Array,
  panelRows: number,
): void {
  const tileProducts = new Float64Array(TILE * TILE);
  for (let i = 0; i < dim; i += TILE) {
    for (let j = 0; j <= i; j += TILE) {
      multiplyTile(tileProducts, panel, i * panelRows, j * panelRows, panelRows);
      const height = Math.min(TILE, dim - i);
      const width = Math.min(TILE, dim - j);
      for (let r = 0; r < height; r++) {
        for (let s = 0; s < width; s++) {
          scatter[(i + r) * stride + j + s] += tileProducts[r * TILE + s];
        }
      }
    }
  }
}

/** tile[r][s] = Σₖ a[k][r]·b[k][s], each sum in a local variable. */
function multiplyTile(
  tile: Float64Array,
  panel: Float64Array,
  a: number,
  b: number,
  panelRows: number,
): void {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0;
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0;
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0;
  let s30 = 0, s31 = 0, s32 = 0, s33 = 0;
  for (const end = a + panelRows * TILE; a < end; a += TILE, b += TILE) {
    const b0 = panel[b], b1 = panel[b + 1], b2 = panel[b + 2], b3 = panel[b + 3];
    const a0 = panel[a];
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    const a1 = panel[a + 1];
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    const a2 = panel[a + 2];
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
    const a3 = panel[a + 3];
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    s33 += a3 * b3;
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
