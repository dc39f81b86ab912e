import type { EmbeddingBatch } from "../batch.ts";

/** E|x−μ|⁴/(E|x−μ|²)² of all rows, and of all but each group. */
export interface LengthKurtosis {
  /** Of all rows: 1 where all are equally far from the mean. NaN where squares overflow or vanish. */
  readonly all: number;
  /** Of the rows without each group. */
  readonly without: readonly number[];
}

/** How far the rows of some groups are from a point near their mean. */
export class LengthSums {
  /** The point: D numbers; not to be written to. */
  readonly center: Float64Array;
  readonly #counts: number[];
  readonly #squares: number[];
  readonly #fourths: number[];

  /**
   * Sums of no rows.
   *
   * @param groups How many groups there are.
   * @param center The point.
   */
  constructor(groups: number, center: Float64Array) {
    this.center = center;
    this.#counts = new Array(groups).fill(0);
    this.#squares = new Array(groups).fill(0);
    this.#fourths = new Array(groups).fill(0);
  }

  /**
   * Takes in rows of a group.
   *
   * @param group Which group.
   * @param batch Its rows.
   */
  add(group: number, { data, dim, rows }: EmbeddingBatch): void {
    const { center } = this;
    let squares = 0, fourths = 0;
    for (let at = 0; at < data.length; at += dim) {
      let square = 0;
      for (let i = 0; i < dim; i++) square += (data[at + i] - center[i]) ** 2;
      squares += square;
      fourths += square * square;
    }
    this.#counts[group] += rows;
    this.#squares[group] += squares;
    this.#fourths[group] += fourths;
  }

  /**
   * Takes in the rows of others. Theirs stay distances from their own point: both are near a mean.
   *
   * @param other As many groups; left as it was.
   */
  merge(other: LengthSums): void {
    for (const group of this.#counts.keys()) {
      this.#counts[group] += other.#counts[group];
      this.#squares[group] += other.#squares[group];
      this.#fourths[group] += other.#fourths[group];
    }
  }

  /**
   * What the sums say.
   *
   * @returns The kurtosis.
   */
  kurtosis(): LengthKurtosis {
    // Of those that are left: what a far row's group is subtracted from is nothing but its rounding.
    const kurtosisOf = (isIn: (group: number) => boolean) => {
      const [count, squares, fourths] = [this.#counts, this.#squares, this.#fourths].map((values) =>
        sum(values.filter((_, group) => isIn(group)))
      );
      return count * fourths / squares ** 2;
    };
    const without = this.#counts.map((_, own) => kurtosisOf((group) => group !== own));
    return { all: kurtosisOf(() => true), without };
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
