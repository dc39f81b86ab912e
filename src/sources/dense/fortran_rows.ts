import type { EmbeddingData } from "../../batch.ts";
import { allocating } from "../../errors.ts";
import type { RandomAccess } from "../bytes/random_access.ts";
import type { RowBlock } from "../row_block.ts";
import { type DenseMatrix, rowsOfBlock } from "./dense_rows.ts";

/** Bytes of a column that a read should give at least: of fewer, each takes as long (200 MB/s of these). */
const RUN_BYTES = 32 << 10;
/** How many bytes of numbers are held to be turned into rows, and how many at most for longer runs. */
const PANEL_BYTES = { usual: 4 << 20, most: 32 << 20 };
/** Columns whose numbers are put into rows together, so that a row's are written side by side. */
const TILE = 16;

/**
 * Reads the rows of a matrix whose columns follow each other: some rows of every column at a time.
 *
 * @param file Where it is.
 * @param start Where it begins.
 * @param matrix The matrix.
 * @returns Its rows.
 */
export async function* fortranRows(
  file: RandomAccess,
  start: number,
  matrix: DenseMatrix,
): AsyncGenerator<RowBlock, void, void> {
  const { rows, dim, dtype, origin, unproven } = matrix;
  const most = rowsOfPanel(matrix);
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    const run = count * dtype.size;
    const bytes = allocating(dim * run, "a part of the file", () => new Uint8Array(dim * run));
    for (let d = 0; d < dim; d++) {
      const position = start + (d * rows + first) * dtype.size;
      await file.fill(position, bytes.subarray(d * run, (d + 1) * run));
    }
    const panel = dtype.numbers(bytes);
    for (let row = 0; row < count; row += rowsOfBlock(matrix)) {
      const data = transposed(panel, dim, row, Math.min(row + rowsOfBlock(matrix), count));
      yield {
        rows: data.length / dim,
        dim,
        data,
        ...origin !== undefined && { origin },
        ...unproven && { unproven },
        memory: data.buffer as ArrayBuffer,
      };
    }
    (panel.buffer as ArrayBuffer).transfer(0);
  }
}

function rowsOfPanel({ dim, dtype }: DenseMatrix): number {
  const rowBytes = dim * dtype.numberSize;
  const wanted = Math.max(PANEL_BYTES.usual / rowBytes, RUN_BYTES / dtype.size);
  return Math.max(1, Math.floor(Math.min(wanted, PANEL_BYTES.most / rowBytes)));
}

/** Rows `first` to `end` − 1 of a panel of `dim` columns. */
function transposed(
  panel: EmbeddingData,
  dim: number,
  first: number,
  end: number,
): EmbeddingData {
  const Numbers = panel.constructor as new (length: number) => EmbeddingData;
  const rows = new Numbers((end - first) * dim);
  for (let tile = 0; tile < dim; tile += TILE) {
    transposeTile(panel, dim, first, end, tile, rows);
  }
  return rows;
}

function transposeTile(
  panel: EmbeddingData,
  dim: number,
  first: number,
  end: number,
  tile: number,
  rows: EmbeddingData,
): void {
  const height = panel.length / dim;
  const tileEnd = Math.min(tile + TILE, dim);
  for (let row = first; row < end; row++) {
    const at = (row - first) * dim;
    for (let d = tile; d < tileEnd; d++) rows[at + d] = panel[d * height + row];
  }
}
