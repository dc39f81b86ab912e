import type { EmbeddingData } from "../../batch.ts";
import type { Accumulator, ShiftedSums } from "../backend.ts";
import type { Helpers } from "../threads/helpers.ts";
import { instantiate, type KernelInstance, type Kernels } from "./kernels_module.ts";
import { LAYOUT, Parts, strideOf } from "./memory_layout.ts";
import { waitUntil } from "../threads/waiting.ts";

const { PANEL_ROWS, PAIR_BYTES, QUEUE_LENGTH, BLOCK_ROWS, BLOCK_COLUMNS } = LAYOUT;
/** One panel is packed while the other is added. */
const PANELS = 2;
/** Rows wait in two buffers: one is filled while the other is worked on. */
const BUFFERS = 2;
/** A buffer of this size keeps helpers busy for longer than it takes to wake them. */
const BUFFER_BYTES = 1 << 20;
/** The widest numbers there are. */
const MAX_NUMBER_BYTES = 8;

type NumberBytes = 2 | 4 | 8;

const ARRAYS = { 2: Float16Array, 4: Float32Array, 8: Float64Array } as const;

/** Sums in a memory of the kernels: rows are copied into it, and added as threads find time. */
export class WasmAccumulator implements Accumulator {
  readonly #dim: number;
  readonly #stride: number;
  readonly #instance: KernelInstance;
  readonly #helpers: Helpers;
  readonly #addresses: { readonly pivot: number; readonly sum: number; readonly scatter: number };
  readonly #buffers: readonly number[];
  readonly #bufferRows: number;
  /** How many panels must be completed before a buffer may be written to. */
  readonly #busyUntil: number[];
  #filling = 0;
  #filled = 0;
  #helped = false;
  #numberBytes: NumberBytes = 4;

  /**
   * @param kernels What computes.
   * @param helpers Who helps.
   * @param pivot c: D numbers; copied.
   */
  constructor(kernels: Kernels, helpers: Helpers, pivot: Float64Array) {
    const dim = pivot.length;
    const stride = strideOf(dim);
    const panels = helpers.count === 0 ? 1 : panelsPerBuffer(dim);
    const parts = new Parts();
    const addresses = {
      pivot: parts.take(stride * 8),
      sum: parts.take(stride * 8),
      scatter: parts.take(stride * stride * 8),
      panels: parts.take(PANELS * stride / 2 * PAIR_BYTES),
      // At most: there are no blocks above the diagonal.
      added: parts.take(4 * Math.ceil(stride / BLOCK_ROWS) * Math.ceil(stride / BLOCK_COLUMNS)),
    };
    const buffers = Array.from(
      { length: helpers.count === 0 ? 1 : BUFFERS },
      () => parts.take(panels * PANEL_ROWS * dim * MAX_NUMBER_BYTES),
    );
    const instance = instantiate(kernels, parts.end, `the covariance of ${dim} dimensions`);
    const words = new DataView(instance.memory.buffer);
    words.setUint32(LAYOUT.DIM, dim, true);
    words.setUint32(LAYOUT.STRIDE, stride, true);
    words.setUint32(LAYOUT.PIVOT, addresses.pivot, true);
    words.setUint32(LAYOUT.SUM, addresses.sum, true);
    words.setUint32(LAYOUT.SCATTER, addresses.scatter, true);
    words.setUint32(LAYOUT.PANELS, addresses.panels, true);
    words.setUint32(LAYOUT.ADDED, addresses.added, true);
    instance.exports.beginUpdates();
    new Float64Array(instance.memory.buffer, addresses.pivot, dim).set(pivot);
    this.#dim = dim;
    this.#stride = stride;
    this.#instance = instance;
    this.#helpers = helpers;
    this.#addresses = addresses;
    this.#buffers = buffers;
    this.#bufferRows = panels * PANEL_ROWS;
    this.#busyUntil = buffers.map(() => 0);
  }

  /** As {@linkcode Accumulator.add} says. */
  add(rows: EmbeddingData): void {
    const dim = this.#dim;
    const numberBytes = rows.BYTES_PER_ELEMENT as NumberBytes;
    if (numberBytes !== this.#numberBytes) {
      this.#handIn();
      this.#numberBytes = numberBytes;
    }
    for (let at = 0; at < rows.length;) {
      if (this.#filled === 0) this.#waitFor(this.#busyUntil[this.#filling]);
      const taken = Math.min(rows.length - at, (this.#bufferRows - this.#filled) * dim);
      const start = this.#buffers[this.#filling] + this.#filled * dim * numberBytes;
      const buffer = this.#instance.memory.buffer as ArrayBuffer;
      new ARRAYS[numberBytes](buffer, start, taken).set(rows.subarray(at, at + taken));
      at += taken;
      this.#filled += taken / dim;
      if (this.#filled === this.#bufferRows) {
        this.#helped = true;
        this.#helpers.engage(this.#instance);
        this.#handIn();
      }
    }
  }

  /** As {@linkcode Accumulator.sums} says. */
  sums(): ShiftedSums {
    this.#handIn();
    this.#waitFor(this.#instance.exports.submitted());
    const { memory: { buffer } } = this.#instance;
    const { pivot, sum, scatter } = this.#addresses;
    const dim = this.#dim, stride = this.#stride;
    return {
      dim,
      stride,
      pivot: new Float64Array(buffer, pivot, dim),
      sum: new Float64Array(buffer, sum, dim),
      scatter: new Float64Array(buffer, scatter, stride * dim),
    };
  }

  #handIn(): void {
    const { exports } = this.#instance;
    const numberBytes = this.#numberBytes;
    const rowBytes = this.#dim * numberBytes;
    for (let row = 0; row < this.#filled; row += PANEL_ROWS) {
      const rows = Math.min(PANEL_ROWS, this.#filled - row);
      exports.submit(this.#buffers[this.#filling] + row * rowBytes, rows, numberBytes);
    }
    if (this.#filled > 0) {
      this.#busyUntil[this.#filling] = exports.submitted();
      this.#filling = (this.#filling + 1) % this.#buffers.length;
      this.#filled = 0;
    }
  }

  #waitFor(panels: number): void {
    const { exports } = this.#instance;
    // Where several sums take turns, helpers have been called away from what is left of these.
    if (this.#helped && !exports.completed(panels)) this.#helpers.engage(this.#instance);
    waitUntil(exports, (milliseconds) => exports.complete(panels, milliseconds));
  }
}

function panelsPerBuffer(dim: number): number {
  const wanted = Math.ceil(BUFFER_BYTES / (PANEL_ROWS * dim * 4));
  return Math.min(Math.max(wanted, 1), QUEUE_LENGTH / BUFFERS);
}
