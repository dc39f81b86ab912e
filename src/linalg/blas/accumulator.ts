import type { EmbeddingData } from "../../batch.ts";
import { allocating } from "../../errors.ts";
import type { Accumulator, ShiftedSums } from "../backend.ts";
import type { Helpers, SharedWork } from "../threads/helpers.ts";
import { waitUntil } from "../threads/waiting.ts";
import type { BlasLibrary } from "./library.ts";
import { type BlasTeam, blasTeam, type TeamSums, wordsOf } from "./team.ts";

/** CBLAS_ORDER and CBLAS_TRANSPOSE, of the reference header cblas.h. */
const ROW_MAJOR = 101n, TRANSPOSED = 112n;

/** A panel of this size is not slower than larger ones, and leaves room in the cache. */
const PANEL_BYTES = 2 ** 21;
/** In all panels together: half as many cost a fiftieth of the speed, and all of it memory. */
const MIN_ROWS = 256;
const MAX_PANEL_ROWS = 4096;

/** The widest block: a task of it is some 5 ms. At D = 2048, 512 were no faster. */
const MAX_BLOCK_COLUMNS = 1024;
/** On two threads two blocks a side pay from D = 64 on, where one has 27 GF/s and two have 36. */
const MIN_BLOCK_COLUMNS = 32;

/**
 * How many panels there are: between threads, one is filled while the other is multiplied.
 *
 * @param threads How many threads share the work.
 * @returns 1 or 2.
 */
function panelsFor(threads: number): 1 | 2 {
  return threads === 1 ? 1 : 2;
}

/**
 * How many rows wait in a panel before they are multiplied.
 *
 * @param dim D.
 * @param threads How many threads share the work.
 * @returns A number of rows.
 */
export function panelRowsOf(dim: number, threads: number): number {
  const rows = Math.floor(PANEL_BYTES / (8 * dim));
  return Math.min(Math.max(rows, MIN_ROWS / panelsFor(threads)), MAX_PANEL_ROWS);
}

/**
 * How wide the blocks are that the scatter is cut into. With s of them on a side, one beside the
 * diagonal is 2/s² of the work, which bounds how many threads can share it; narrower blocks are
 * slower, by a tenth where there are two on a side instead of one.
 *
 * @param dim D.
 * @param threads How many threads share the work.
 * @returns A number of columns, and of rows.
 */
export function blockColumnsOf(dim: number, threads: number): number {
  if (threads === 1) return dim;
  const wanted = Math.max(Math.ceil(Math.sqrt(2 * threads)), Math.ceil(dim / MAX_BLOCK_COLUMNS));
  const side = Math.min(wanted, Math.max(1, Math.floor(dim / MIN_BLOCK_COLUMNS)));
  return Math.ceil(dim / side);
}

/** Sums whose rows are gathered and centred in panels, which threads multiply by way of a library. */
export class BlasAccumulator implements Accumulator {
  readonly #library: () => BlasLibrary;
  readonly #helpers: Helpers;
  readonly #sums: ShiftedSums;
  readonly #panelRows: number;
  readonly #threads: number;
  readonly #panels: number;
  /** Made with the first rows: sums that are only merged into need none. */
  #work: SharedWork & { readonly team: BlasTeam; readonly invitation: TeamSums } | undefined;
  /** How many rows of the panel are there. */
  #filled = 0;
  #helped = false;
  /** How many panels are known to be added. */
  #added = 0;

  /**
   * @param library Gives the library, loaded anew if need be.
   * @param helpers Who helps.
   * @param pivot c: D finite numbers; copied.
   * @throws {RankMeError} `memory`, when D² numbers cannot be had.
   */
  constructor(library: () => BlasLibrary, helpers: Helpers, pivot: Float64Array) {
    const dim = pivot.length;
    this.#library = library;
    this.#helpers = helpers;
    this.#threads = helpers.count + 1;
    this.#panels = panelsFor(this.#threads);
    this.#panelRows = panelRowsOf(dim, this.#threads);
    this.#sums = {
      dim,
      pivot: pivot.slice(),
      sum: new Float64Array(dim),
      scatter: sharedFloats(dim * dim, `the covariance of ${dim} dimensions`),
      stride: dim,
    };
  }

  /** As {@linkcode Accumulator.add} says. */
  add(rows: EmbeddingData): void {
    const work = this.#work ??= this.#begin();
    const { dim } = this.#sums;
    for (let start = 0, end; start < rows.length; start = end) {
      if (this.#filled === 0) this.#waitFor(work.team.submitted() + 1 - this.#panels);
      end = Math.min(rows.length, start + (this.#panelRows - this.#filled) * dim);
      widen(this.#panel(), this.#filled * dim, rows.subarray(start, end));
      this.#filled += (end - start) / dim;
      if (this.#filled === this.#panelRows) {
        this.#helped = true;
        this.#helpers.engage(work);
        this.#handIn();
      }
    }
  }

  /** As {@linkcode Accumulator.sums} says. */
  sums(): ShiftedSums {
    if (this.#work) {
      this.#handIn();
      this.#waitFor(this.#work.team.submitted());
    }
    return this.#sums;
  }

  #begin() {
    const { dim, scatter } = this.#sums;
    const blockColumns = blockColumnsOf(dim, this.#threads);
    const purpose = `a panel of ${this.#panelRows} rows`;
    const invitation = {
      ...this.#library().invitation,
      words: new Int32Array(new SharedArrayBuffer(4 * wordsOf(dim, blockColumns))),
      dim,
      blockColumns,
      panels: Array.from(
        { length: this.#panels },
        () => sharedFloats(this.#panelRows * dim, purpose),
      ),
      scatter,
    };
    // The library may be loaded anew meanwhile.
    const team = blasTeam({
      dsyrk: (...args) => this.#library().routines.dsyrk(...args),
      dgemm: (...args) => this.#library().routines.dgemm(...args),
    }, invitation);
    return { team, invitation };
  }

  /** The panel that is being filled. */
  #panel(): Float64Array {
    const { team, invitation: { panels } } = this.#work!;
    return panels[team.submitted() % panels.length];
  }

  #handIn(): void {
    if (this.#filled === 0) return;
    this.#center(this.#filled);
    this.#work!.team.submit(this.#filled);
    this.#filled = 0;
  }

  /**
   * X ← X − 1cᵀ and sum ← sum + Xᵀ1.
   *
   * BLAS takes 0.2 ns a number for both and JavaScript 1.4, and it subtracts as JavaScript would: a
   * product with 1 is exact.
   */
  #center(rows: number): void {
    const { routines: { dger, dgemv }, useThreads } = this.#library();
    const { dim, pivot, sum } = this.#sums;
    const panel = this.#panel();
    const ones = new Float64Array(rows).fill(1);
    const n = BigInt(dim), k = BigInt(rows);
    useThreads(1);
    dger(ROW_MAJOR, k, n, -1, ones, 1n, pivot, 1n, panel, n);
    dgemv(ROW_MAJOR, TRANSPOSED, k, n, 1, panel, n, ones, 1n, 1, sum, 1n);
  }

  #waitFor(panels: number): void {
    const work = this.#work!, { team } = work;
    if (panels <= 0) return;
    // Where several sums take turns, helpers have been called away from what is left of these.
    if (this.#helped && panels > this.#added) this.#helpers.engage(work);
    this.#library().useThreads(1);
    waitUntil(team, (milliseconds) => team.complete(panels, milliseconds));
    this.#added = panels;
  }
}

function sharedFloats(length: number, purpose: string): Float64Array {
  const bytes = length * 8;
  return allocating(bytes, purpose, () => new Float64Array(new SharedArrayBuffer(bytes)));
}

/** Copies rows into the panel as float64; 0.3 ns a number from float32, 1.0 ns from float16. */
function widen(panel: Float64Array, at: number, rows: EmbeddingData): void {
  if (rows instanceof Float16Array) {
    // V8's set() takes 2.0 ns here, and is the faster way from the other types.
    for (let i = 0; i < rows.length; i++) panel[at + i] = rows[i];
  } else {
    panel.set(rows, at);
  }
}
