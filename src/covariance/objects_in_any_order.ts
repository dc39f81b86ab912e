import { EmbeddingBatch } from "../batch.ts";
import { allocating, formatBytes, RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import type { ObjectGathering } from "./object_gathering.ts";
import { ObjectSums } from "./object_sums.ts";
import { OnlineCovariance } from "./online_covariance.ts";

/** What a row takes besides its numbers: the index of its object, and that in the order of objects. */
const INDEX_BYTES = 8;

/** Objects whose rows come in any order: all rows are kept. */
export class ObjectsInAnyOrder implements ObjectGathering {
  readonly #backend: Backend;
  readonly #groups: number;
  readonly #limit: number;
  readonly #batches: EmbeddingBatch[] = [];
  /** The index of the first row of each batch. */
  readonly #starts: number[] = [];
  /** For each batch, the index of the object of each row. */
  readonly #owners: Uint32Array[] = [];
  /** The objects in the order in which they were first seen. */
  readonly #indices = new Map<string, number>();
  #rows = 0;
  #bytes = 0;
  #settled: readonly ObjectSums[] | undefined;

  /**
   * @param backend What computes.
   * @param groups Into how many groups to divide the objects.
   * @param limit How many bytes the rows may take.
   */
  constructor(backend: Backend, groups: number, limit: number) {
    this.#backend = backend;
    this.#groups = groups;
    this.#limit = limit;
  }

  get objects(): number {
    return this.#indices.size;
  }

  get singles(): number {
    return this.#counts().reduce((sum, count) => count === 1 ? sum + 1 : sum, 0);
  }

  add(batch: EmbeddingBatch, objects: readonly string[]): void {
    const { data, dim, offset } = batch;
    this.#refuseTooMany(batch);
    const kept = allocating(data.byteLength, `${this.#rows} rows`, () => data.slice());
    this.#keep(new EmbeddingBatch({ data: kept, dim, offset }), objects);
  }

  #keep(batch: EmbeddingBatch, objects: readonly string[]): void {
    this.#owners.push(Uint32Array.from(objects, (name) => this.#indexOf(name)));
    this.#batches.push(batch);
    this.#starts.push(this.#rows);
    this.#rows += batch.rows;
    this.#bytes += bytesOf(batch);
    this.#settled = undefined;
  }

  #indexOf(name: string): number {
    const known = this.#indices.get(name);
    if (known !== undefined) return known;
    this.#indices.set(name, this.#indices.size);
    return this.#indices.size - 1;
  }

  #refuseTooMany(batch: EmbeddingBatch): void {
    const bytes = this.#bytes + bytesOf(batch), rows = this.#rows + batch.rows;
    if (bytes <= this.#limit) return;
    throw new RankMeError(
      "memory",
      `${rows} rows take ${formatBytes(bytes)}, and ${formatBytes(this.#limit)} were allowed`,
      {
        place: { row: batch.offset },
        advice: `allow ${formatBytes(bytesOf(batch) / batch.rows)} for each row there is ` +
          "(--group-memory), or sort the rows by their object",
      },
    );
  }

  settled(): readonly ObjectSums[] {
    return this.#settled ??= this.#settle();
  }

  #settle(): readonly ObjectSums[] {
    const sums = Array.from({ length: this.#groups }, () => new ObjectSums(this.#backend));
    const order = this.#byObject();
    let start = 0;
    this.#counts().forEach((count, index) => {
      this.#addObject(order.subarray(start, start + count), sums[index % this.#groups]);
      start += count;
    });
    return sums;
  }

  #addObject(rows: Uint32Array, sums: ObjectSums): void {
    const { dim } = this.#batches[0];
    if (rows.length <= dim) return sums.addRows([this.#gathered(rows)]);
    const state = new OnlineCovariance(this.#backend);
    for (let start = 0; start < rows.length; start += dim) {
      state.update(this.#gathered(rows.subarray(start, start + dim)));
    }
    sums.addState(state);
  }

  /** Some rows, smallest index first, as one batch. */
  #gathered(rows: Uint32Array): EmbeddingBatch {
    const { dim } = this.#batches[0];
    const data = new Float64Array(rows.length * dim);
    rows.forEach((row, to) => {
      const index = this.#batchOf(row);
      data.set(this.#batches[index].row(row - this.#starts[index]), to * dim);
    });
    return new EmbeddingBatch({ data, dim, offset: this.#offsetOf(rows[0]) });
  }

  /** The index in its stream. */
  #offsetOf(row: number): number {
    const index = this.#batchOf(row);
    return this.#batches[index].offset + row - this.#starts[index];
  }

  /** The index of the batch that a row is in. */
  #batchOf(row: number): number {
    let low = 0, high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle] <= row) low = middle;
      else high = middle;
    }
    return low;
  }

  merge(other: ObjectsInAnyOrder): void {
    const names = [...other.#indices.keys()];
    other.#batches.forEach((batch, index) => {
      this.#refuseTooMany(batch);
      this.#keep(batch, Array.from(other.#owners[index], (owner) => names[owner]));
    });
  }

  clone(): ObjectsInAnyOrder {
    const copy = new ObjectsInAnyOrder(this.#backend, this.#groups, this.#limit);
    copy.merge(this);
    copy.#settled = this.#settled;
    return copy;
  }

  /** How many rows each object has. */
  #counts(): Uint32Array {
    const counts = new Uint32Array(this.#indices.size);
    for (const owners of this.#owners) for (const owner of owners) counts[owner]++;
    return counts;
  }

  /** The rows, those of the first object first; of each object in the order in which they came. */
  #byObject(): Uint32Array {
    const next = new Uint32Array(this.#indices.size);
    let sum = 0;
    this.#counts().forEach((count, index) => {
      next[index] = sum;
      sum += count;
    });
    const order = new Uint32Array(this.#rows);
    let row = 0;
    for (const owners of this.#owners) for (const owner of owners) order[next[owner]++] = row++;
    return order;
  }
}

function bytesOf({ data, rows }: EmbeddingBatch): number {
  return data.byteLength + rows * INDEX_BYTES;
}
