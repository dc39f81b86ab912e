import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import {
  type ColumnSpan,
  EmbeddingBatch,
  type EmbeddingData,
  haveSameColumns,
  type RowKeys,
} from "../batch.ts";
import { allocating, RankMeError } from "../errors.ts";
import type { RowsDone } from "./skip_stream.ts";

/** How to draw a sample. */
export interface SampleOptions extends RowsDone {
  /** A whole number from 0 to 2³² − 1; the same seed draws the same rows. Default: 0. */
  readonly seed?: number;
}

/** The first numbers of neighbouring seeds are alike; after so many they pass a χ² test. */
const WARM_UP_DRAWS = 16;

/** Room for so many rows is taken at first; it doubles as they come. */
const FIRST_ROWS = 1024;

/**
 * Draws rows uniformly from the whole stream, each at most once, in one pass, and passes them on at
 * its end in the order of the stream. Which rows are drawn depends on the seed and on their number
 * alone, not on batches. The sample is held in memory. A stream of no more rows is passed on whole.
 * Each row keeps what it belongs to, and the columns that stand side by side in it.
 *
 * Source: Li, "Reservoir-sampling algorithms of time complexity O(n(1 + log(N/n)))", ACM TOMS 20
 * (1994), algorithm L.
 *
 * Fails with a {@linkcode RankMeError} `dimension` (also where the columns are others), `non-finite` or
 * `memory`.
 *
 * @example Two of four rows
 * ```ts
 * import { EmbeddingBatch, SampleStream } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float32Array.of(1, 2, 3, 4), dim: 1 });
 * const draw = () =>
 *   Array.fromAsync(ReadableStream.from([batch]).pipeThrough(new SampleStream(2, { seed: 7 })));
 * const [sample] = await draw();
 * assertEquals(sample.rows, 2);
 * assertEquals((await draw())[0].data, sample.data);
 * ```
 */
export class SampleStream extends TransformStream<EmbeddingBatch, EmbeddingBatch> {
  /**
   * Makes the stage.
   *
   * @param count How many rows to draw, at least 1.
   * @param options The seed, and who is told of rows that are needed no more.
   * @throws {RankMeError} `usage`, when `count` or the seed is no such number.
   */
  constructor(count: number, { seed = 0, onRows }: SampleOptions = {}) {
    if (!Number.isInteger(count) || count < 1) {
      throw new RankMeError("usage", `a sample is a whole number of rows from 1 on, not ${count}`);
    }
    if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
      throw new RankMeError("usage", `a seed is a whole number from 0 to 2³² − 1, not ${seed}`);
    }
    const draws = new Draws(count, seed);
    const reservoir = new Reservoir(count);
    super({
      transform(batch) {
        reservoir.refuseOtherShape(batch);
        // A row of a sample has lost its place, by which a later stage would name it.
        batch.refuseNonFinite();
        for (const { row, slot } of draws.among(batch.rows)) reservoir.put(batch, row, slot);
        onRows?.(batch.offset + batch.rows);
      },
      flush(controller) {
        const sample = reservoir.inOrder();
        if (sample) controller.enqueue(sample);
      },
    });
  }
}

/** Decides which rows of a stream are drawn, and which of those drawn before each takes the place of. */
class Draws {
  readonly #count: number;
  readonly #uniform: () => number;
  /** The largest of `count` uniform keys, of which each drawn row has one. */
  #largestKey = 1;
  #seen = 0;
  #next = 0;

  constructor(count: number, seed: number) {
    this.#count = count;
    const generator = xoroshiro128plus(seed);
    for (let i = 0; i < WARM_UP_DRAWS; i++) uniformFloat64(generator);
    // In (0, 1], whose logarithm is a number.
    this.#uniform = () => 1 - uniformFloat64(generator);
  }

  /** Those that are drawn of the next rows, which are so many. */
  *among(rows: number): Generator<{ readonly row: number; readonly slot: number }> {
    const end = this.#seen + rows;
    while (this.#next < end) {
      const index = this.#next;
      const isFilling = index < this.#count;
      const slot = isFilling ? index : Math.floor((1 - this.#uniform()) * this.#count);
      yield { row: index - this.#seen, slot };
      if (index < this.#count - 1) this.#next++;
      else this.#next += 1 + this.#gap();
    }
    this.#seen = end;
  }

  /** How many rows are passed over until one has a key below the largest. */
  #gap(): number {
    this.#largestKey *= Math.exp(Math.log(this.#uniform()) / this.#count);
    return Math.floor(Math.log(this.#uniform()) / Math.log1p(-this.#largestKey));
  }
}

/** The rows drawn so far, each with the place in the stream that it has. */
class Reservoir {
  readonly #count: number;
  readonly #positions: number[] = [];
  #dim = 0;
  #columns: readonly ColumnSpan[] | undefined;
  /** For each column of keys, the text of each row. */
  readonly #keys = new Map<string, string[]>();
  #data: EmbeddingData = new Float16Array(0);

  constructor(count: number) {
    this.#count = count;
  }

  refuseOtherShape({ dim, offset, columns, keys = {} }: EmbeddingBatch): void {
    if (this.#dim === 0) {
      this.#dim = dim;
      this.#columns = columns;
      for (const column of Object.keys(keys)) this.#keys.set(column, []);
    }
    const names = Object.keys(keys);
    const found = dim !== this.#dim
      ? `an embedding of ${dim} dimensions where earlier ones have ${this.#dim}`
      : !haveSameColumns({ columns }, { columns: this.#columns })
      ? "an embedding of other columns than earlier ones have"
      : names.length !== this.#keys.size || !names.every((column) => this.#keys.has(column))
      ? "a row that belongs to something else than earlier ones do"
      : undefined;
    if (found) throw new RankMeError("dimension", found, { place: { row: offset } });
  }

  put(batch: EmbeddingBatch, row: number, slot: number): void {
    this.#makeRoom(batch.data, slot);
    this.#data.set(batch.row(row), slot * this.#dim);
    for (const [column, texts] of this.#keys) texts[slot] = batch.keys![column][row];
    this.#positions[slot] = batch.offset + row;
  }

  /** Room for the slot, and numbers wide enough for those of a batch. */
  #makeRoom(data: EmbeddingData, slot: number): void {
    const isWider = data.BYTES_PER_ELEMENT > this.#data.BYTES_PER_ELEMENT;
    const rows = this.#data.length / this.#dim;
    if (!isWider && slot < rows) return;
    const wanted = slot < rows ? rows : Math.min(this.#count, Math.max(FIRST_ROWS, 2 * rows));
    const { constructor, BYTES_PER_ELEMENT } = isWider ? data : this.#data;
    const length = wanted * this.#dim;
    const larger = allocating(
      length * BYTES_PER_ELEMENT,
      `a sample of ${this.#count} rows`,
      () => new (constructor as new (length: number) => EmbeddingData)(length),
    );
    larger.set(this.#data);
    this.#data = larger;
  }

  /** All rows as one batch, in the order of the stream. */
  inOrder(): EmbeddingBatch | undefined {
    const positions = this.#positions, dim = this.#dim;
    if (positions.length === 0) return undefined;
    const data = this.#data.subarray(0, positions.length * dim);
    const order = positions.map((_, slot) => slot)
      .sort((a, b) => positions[a] - positions[b]);
    const keys = this.#keysIn(order);
    // Each cycle of the permutation is followed once, so that no second copy of the sample is needed.
    const rowAt = (slot: number) => data.subarray(slot * dim, (slot + 1) * dim);
    for (let start = 0; start < order.length; start++) {
      if (order[start] === start) continue;
      const first = rowAt(start).slice();
      let to = start;
      for (let from = order[to]; from !== start; from = order[to]) {
        rowAt(to).set(rowAt(from));
        order[to] = to;
        to = from;
      }
      rowAt(to).set(first);
      order[to] = to;
    }
    return new EmbeddingBatch({ data, dim, columns: this.#columns, keys });
  }

  #keysIn(order: readonly number[]): RowKeys | undefined {
    if (this.#keys.size === 0) return undefined;
    const ordered = this.#keys.entries()
      .map(([column, texts]) => [column, order.map((slot) => texts[slot])] as const);
    return Object.fromEntries(ordered);
  }
}
