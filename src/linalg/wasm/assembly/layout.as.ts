// Where things lie in a memory, and how large a tile and a panel are. The TypeScript side has its
// own copy of the addresses it needs in ../memory_layout.ts; a test compares the two.

/** Rows of the matrix that are packed into one panel: a panel's slivers then stay in the L1 cache. */
export const PANEL_ROWS: i32 = 256;
/**
 * From one pair of columns in a panel to the next, in bytes. The cache line more than the rows need
 * keeps pairs out of the same sets of the L1 cache.
 */
export const PAIR_BYTES: usize = 256 * 16 + 64;

/** The same in the panels of a tridiagonalisation, which have 64 rows at most. */
export const UPDATE_PAIR_BYTES: usize = 64 * 16 + 64;

/** From one row of a pair to the next, in bytes. */
export const ROW_BYTES: usize = 16;

/** Rows of the tile that the micro-kernel holds in registers. */
export const TILE_ROWS: i32 = 4;
/**
 * Columns of that tile. Fused multiply-add leaves room for 6 beside 15 usable registers; separate
 * products need registers of their own.
 */
export const TILE_COLUMNS: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

/** Rows of the scatter that one task of an update works on: their packed columns fill half an L2 cache. */
export const BLOCK_ROWS: i32 = 192;
/** Columns of the scatter that one such task works on. */
export const BLOCK_COLUMNS: i32 = 48;
/** Columns that one task of packing works on. */
export const PACK_COLUMNS: i32 = 32;

// --- The control block, a cache line for each word that several threads fight for. ---

/** i64: the step's number, how many tasks it has, and the next that no one has taken. */
export const CURSOR: usize = 64;
/** i32: how many tasks of the step are done. */
export const DONE: usize = 128;
/** i32: changes whenever there may be something new to do. */
export const DOORBELL: usize = 192;
/** i32: how many threads sleep at the doorbell. */
export const SLEEPERS: usize = 196;
/** i32: what the tasks of the step are. */
export const KIND: usize = 256;
/** i64: the panel that is being packed, and the next task of it that no one has taken. */
export const PACK_CURSOR: usize = 320;
/** i32: how many tasks of packing that panel are done. */
export const PACK_DONE: usize = 328;
/** i32: how many panels have been handed in. */
export const SUBMITTED: usize = 384;
/** i32: how many panels have been packed. */
export const PACKED: usize = 388;
/** i64: the panel that is being added, and the next block of the scatter that no one has taken. */
export const ADD_CURSOR: usize = 448;
/** i32: which engagement the helpers serve here; 0 when none. */
export const ENGAGEMENT: usize = 512;
/** i32: 1 when a helper broke down inside a task. */
export const FAILED: usize = 516;

// --- What the tasks work on; written before anything is submitted. ---

/** i32: D. */
export const DIM: usize = 576;
/** i32: from one row of the scatter to the next, in numbers; a multiple of both sides of a tile. */
export const STRIDE: usize = 580;
/** i32 addresses. */
export const PIVOT: usize = 584;
export const SUM: usize = 588;
export const SCATTER: usize = 592;
/** Two panels: one is packed while the other is added. */
export const PANELS: usize = 596;
/** i32 address of an i32 for each block of the scatter: how many panels it has. */
export const ADDED: usize = 600;
/** i32: how many blocks there are. */
export const BLOCKS: usize = 604;

// --- What the tasks of a tridiagonalisation work on. ---

/** i32 address of the matrix. */
export const MATRIX: usize = 640;
/** i32: rows that are left. */
export const ORDER: usize = 644;
/** i32 addresses of the block's vectors v and w, a stride each. */
export const VECTORS_V: usize = 648;
export const VECTORS_W: usize = 652;
/** i32: how many reflections the block has so far. */
export const REFLECTIONS: usize = 656;
/** i32: parts of the product Av. */
export const PARTS: usize = 660;
/** i32 address of a vector for each part. */
export const PARTIALS: usize = 664;
/** i32 address of vᵀw and vᵀv of each reflection so far. */
export const PRODUCTS: usize = 668;
/** i32 addresses of two panels. */
export const UPDATE_A: usize = 672;
export const UPDATE_B: usize = 676;

// --- Handed-in panels: a ring of descriptors. ---

export const QUEUE: usize = 1024;
export const QUEUE_LENGTH: i32 = 64;
/** address, rows, type of the numbers, unused: i32 each. */
export const QUEUE_ENTRY_BYTES: usize = 16;

/** The types of numbers, by their size in bytes. */
export const FLOAT16: i32 = 2;
export const FLOAT32: i32 = 4;
export const FLOAT64: i32 = 8;
