import { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import type { ObjectGathering } from "./object_gathering.ts";
import type { ObjectSums } from "./object_sums.ts";
import { OnlineCovariance } from "./online_covariance.ts";

/**
 * Objects whose rows follow each other: an object is complete when the next one begins, and then only
 * its name is kept, so that it is known again if it comes back.
 */
export class ObjectsInOrder implements ObjectGathering {
  readonly #backend: Backend;
  readonly #sums: ObjectSums[];
  readonly #complete: Set<string>;
  #current: CurrentObject | undefined;

  /**
   * @param backend What computes.
   * @param sums What is known of each group of objects.
   * @param complete Their names.
   */
  constructor(backend: Backend, sums: ObjectSums[], complete = new Set<string>()) {
    this.#backend = backend;
    this.#sums = sums;
    this.#complete = complete;
  }

  get objects(): number {
    return this.#complete.size + (this.#current ? 1 : 0);
  }

  get singles(): number {
    return this.#sums.reduce(
      (sum, { singles }) => sum + singles,
      this.#current?.rows === 1 ? 1 : 0,
    );
  }

  add(batch: EmbeddingBatch, objects: readonly string[]): void {
    const { data, dim, offset, rows } = batch;
    for (let start = 0, end = 0; start < rows; start = end) {
      const name = objects[start];
      while (end < rows && objects[end] === name) end++;
      if (this.#current?.name !== name) this.#begin(name, offset + start);
      this.#current!.add(
        new EmbeddingBatch({
          data: data.subarray(start * dim, end * dim),
          dim,
          offset: offset + start,
        }),
      );
    }
    this.#current?.keep(this.#backend);
  }

  #begin(name: string, row: number): void {
    if (this.#complete.has(name)) {
      throw new RankMeError("usage", `object "${name}" comes back after rows of others`, {
        place: { row },
        advice: "sort the rows by their object, or keep all of them with --group-memory SIZE",
      });
    }
    this.#finish();
    this.#current = new CurrentObject(name);
  }

  #finish(): void {
    if (!this.#current) return;
    this.#current.addTo(this.#sums[this.#complete.size % this.#sums.length]);
    this.#complete.add(this.#current.name);
    this.#current = undefined;
  }

  settled(): readonly ObjectSums[] {
    if (!this.#current) return this.#sums;
    const last = this.#complete.size % this.#sums.length;
    const sums = this.#sums.with(last, this.#sums[last].clone());
    this.#current.addTo(sums[last]);
    return sums;
  }

  merge(other: ObjectsInOrder): void {
    const names = [...other.#complete, ...other.#current ? [other.#current.name] : []];
    const both = names.find((name) => this.#complete.has(name) || this.#current?.name === name);
    if (both !== undefined) {
      throw new RankMeError("usage", `object "${both}" is in both states`, {
        advice: "an object's rows belong into one, unless all rows are kept",
      });
    }
    this.#finish();
    other.settled().forEach((sums, index) => this.#sums[index].merge(sums));
    names.forEach((name) => this.#complete.add(name));
  }

  clone(): ObjectsInOrder {
    const sums = this.#sums.map((one) => one.clone());
    const copy = new ObjectsInOrder(this.#backend, sums, new Set(this.#complete));
    copy.#current = this.#current?.clone();
    return copy;
  }
}

/** The object whose rows are coming in. */
class CurrentObject {
  readonly name: string;
  #rows = 0;
  #batches: EmbeddingBatch[] = [];
  /** How many of the batches are copies. */
  #copies = 0;
  /** What is known of the rows before those of the batches, when there are more than dimensions. */
  #state: OnlineCovariance | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Takes rows that stay as they are until {@linkcode keep} or {@linkcode addTo} is called. */
  add(batch: EmbeddingBatch): void {
    this.#batches.push(batch);
    this.#rows += batch.rows;
  }

  /** Makes copies of rows that may be gone soon; or a state, which does not grow any more. */
  keep(backend: Backend): void {
    const { dim } = this.#batches[0] ?? this.#state!;
    if (this.#rows > dim) {
      this.#state ??= new OnlineCovariance(backend);
      for (const batch of this.#batches.splice(0)) this.#state.update(batch);
      this.#copies = 0;
    }
    for (; this.#copies < this.#batches.length; this.#copies++) {
      const { data, offset } = this.#batches[this.#copies];
      this.#batches[this.#copies] = new EmbeddingBatch({ data: data.slice(), dim, offset });
    }
  }

  addTo(sums: ObjectSums): void {
    if (!this.#state) return sums.addRows(this.#batches);
    const state = this.#batches.length > 0 ? this.#state.clone() : this.#state;
    for (const batch of this.#batches) state.update(batch);
    sums.addState(state);
  }

  clone(): CurrentObject {
    const copy = new CurrentObject(this.name);
    copy.#rows = this.#rows;
    copy.#batches = [...this.#batches];
    copy.#copies = this.#copies;
    copy.#state = this.#state?.clone();
    return copy;
  }
}
