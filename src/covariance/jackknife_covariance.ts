import { EmbeddingBatch } from "../batch.ts";
import type { Backend } from "../linalg/backend.ts";
import { OnlineCovariance } from "./online_covariance.ts";

/** How rows are put into groups. */
export interface JackknifeOptions {
  /** How many groups. Default: 16. */
  readonly groups?: number;
  /** As for {@linkcode OnlineCovariance}. Default: no. */
  readonly exact?: boolean;
}

/** The rows of one data set in interleaved groups, each of which can be left out. */
export class JackknifeCovariance {
  readonly #backend: Backend;
  readonly #states: readonly OnlineCovariance[];
  readonly #exact: boolean;
  #count = 0;

  constructor(backend: Backend, { groups = 16, exact = false }: JackknifeOptions = {}) {
    this.#backend = backend;
    this.#exact = exact;
    this.#states = Array.from({ length: groups }, () => new OnlineCovariance(backend, { exact }));
  }

  get count(): number {
    return this.#count;
  }

  get dim(): number {
    return this.#states.find(({ count }) => count > 0)?.dim ?? 0;
  }

  update(batch: EmbeddingBatch, groupOf?: (row: number) => number): this {
    batch.refuseNonFinite();
    const groups = this.#states.length;
    const { dim, rows } = batch;
    const lists: number[][] = this.#states.map(() => []);
    for (let row = 0; row < rows; row++) {
      lists[groupOf ? groupOf(row) : (this.#count + row) % groups].push(row);
    }
    this.#count += rows;
    for (const [group, list] of lists.entries()) {
      if (list.length === 0) continue;
      const data = batch.data.slice(0, list.length * dim);
      list.forEach((row, i) => data.set(batch.row(row), i * dim));
      this.#states[group].update(new EmbeddingBatch({ data, dim }));
    }
    return this;
  }

  total(): OnlineCovariance {
    return this.#merged(() => true);
  }

  *without(): Generator<OnlineCovariance> {
    for (const [left] of this.#states.entries()) yield this.#merged((group) => group !== left);
  }

  #merged(wanted: (group: number) => boolean): OnlineCovariance {
    const all = new OnlineCovariance(this.#backend, { exact: this.#exact });
    this.#states.forEach((state, group) => wanted(group) && all.merge(state));
    return all;
  }
}
