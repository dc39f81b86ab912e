/**
 * Where things lie in the memory of the kernels, as assembly/layout.as.ts has it: a test compares.
 */
export const LAYOUT = {
  /** Words that the kernels read what to work on from; 32 bits each. */
  DIM: 576,
  STRIDE: 580,
  PIVOT: 584,
  SUM: 588,
  SCATTER: 592,
  PANELS: 596,
  ADDED: 600,
  MATRIX: 640,
  VECTORS_V: 648,
  VECTORS_W: 652,
  PARTIALS: 664,
  PRODUCTS: 668,
  UPDATE_A: 672,
  UPDATE_B: 676,
  /** How many panels can be handed in that are not yet completed. */
  QUEUE_LENGTH: 64,
  /** Rows of a panel. */
  PANEL_ROWS: 256,
  /** Rows and columns of a block of the scatter. */
  BLOCK_ROWS: 192,
  BLOCK_COLUMNS: 48,
  /** From one pair of columns in a panel to the next. */
  PAIR_BYTES: 256 * 16 + 64,
  /** The same in the panels of a tridiagonalisation. */
  UPDATE_PAIR_BYTES: 64 * 16 + 64,
} as const;

/** Where the words of the kernels end and their data may begin. */
export const DATA_START = 4096;
/** Rows of a matrix are as long as a multiple of both sides of a tile, which is computed whole. */
const STRIDE_MULTIPLE = 12;
/** A page of WebAssembly memory, which is also the alignment of everything in it. */
export const PAGE_BYTES = 65536;
/** Each part begins on a cache line of its own. */
const ALIGNMENT = 64;

/**
 * From one row of a D×D matrix to the next.
 *
 * @param dim D.
 * @returns The stride, in numbers.
 */
export function strideOf(dim: number): number {
  return Math.ceil(dim / STRIDE_MULTIPLE) * STRIDE_MULTIPLE;
}

/** Gives out parts of a memory one after the other. */
export class Parts {
  #end = DATA_START;

  /** How many bytes have been given out, with all that comes before them. */
  get end(): number {
    return this.#end;
  }

  /**
   * The next part.
   *
   * @param bytes How large.
   * @returns Its address.
   */
  take(bytes: number): number {
    const start = this.#end;
    this.#end = Math.ceil((start + bytes) / ALIGNMENT) * ALIGNMENT;
    return start;
  }
}
