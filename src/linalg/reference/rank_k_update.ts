import type { EmbeddingData } from "../../batch.ts";
import type { ShiftedSums } from "../backend.ts";
import { multiplyTransposed, PANEL_ROWS, TILE } from "../panel_tiles.ts";

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
  const panel = new Float64Array(paddedDim * PANEL_ROWS);
  for (let start = 0; start < count; start += PANEL_ROWS) {
    const panelRows = Math.min(PANEL_ROWS, count - start);
    packPanel(panel, sums, rows.subarray(start * dim, (start + panelRows) * dim));
    addPanel(sums, panel, panelRows);
  }
}

/** Writes x−c by columns, and adds it to the sum. */
function packPanel(
  panel: Float64Array,
  { dim, pivot, sum }: ShiftedSums,
  rows: EmbeddingData,
): void {
  for (let column = 0; column < dim; column++) {
    const center = pivot[column];
    let total = 0;
    for (let from = column, to = column * PANEL_ROWS; from < rows.length; from += dim, to++) {
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
  const products = new Float64Array(TILE * TILE);
  for (let i = 0; i < dim; i += TILE) {
    for (let j = 0; j <= i; j += TILE) {
      multiplyTransposed(products, panel, i * PANEL_ROWS, j * PANEL_ROWS, panelRows);
      const height = Math.min(TILE, dim - i);
      const width = Math.min(TILE, dim - j);
      for (let r = 0; r < height; r++) {
        for (let s = 0; s < width; s++) {
          scatter[(i + r) * stride + j + s] += products[r * TILE + s];
        }
      }
    }
  }
}
