import type { EmbeddingBatch } from "../batch.ts";
import { JackknifeCovariance } from "../covariance/jackknife_covariance.ts";
import { OnlineCovariance } from "../covariance/online_covariance.ts";
import type { Backend } from "../linalg/backend.ts";
import type { EmbeddingStatistics } from "../metrics/statistics.ts";
import { scaleToUnitLength } from "../transforms/unit_norm_stream.ts";
import { type FurtherStatistics, statisticsOf } from "./statistics.ts";

/** What to accumulate of rows. */
export interface StateOptions {
  /** What computes. */
  readonly backend: Backend;
  /** Whether to keep a triangular factor. */
  readonly exact?: boolean;
  /** Into how many groups to put the rows, each to be left out once. Default: no groups. */
  readonly groups?: number;
  /** Whether rows are scaled to length 1 before they come. */
  readonly normalized?: boolean;
  /** Whether the mean is subtracted for what is scored. */
  readonly centered?: boolean;
  /** Whether metrics need rows of length 1 as well. */
  readonly unit?: boolean;
}

/** What one pass accumulates of the rows of one part of a data set. */
export class PartState {
  readonly #rows: Sums;
  readonly #unit: Sums | undefined;
  readonly #scoresCentered: boolean | undefined;
  /** How many covariances there are. */
  readonly states: number;

  /** @param options What to accumulate. */
  constructor(options: StateOptions) {
    this.#rows = new Sums(options);
    this.#scoresCentered = options.centered;
    this.states = (options.groups ?? 1) * (this.#unit && this.#unit !== this.#rows ? 2 : 1);
    if (options.unit) this.#unit = options.normalized ? this.#rows : new Sums(options);
  }

  /** N: the number of rows. */
  get count(): number {
    return this.#rows.count;
  }

  /** D: the number of dimensions, or 0 before the first row. */
  get dim(): number {
    return this.#rows.dim;
  }

  /**
   * Takes in some rows.
   *
   * @param batch Rows of the same dimension as before.
   * @throws {RankMeError} As `OnlineCovariance.update` does.
   */
  update(batch: EmbeddingBatch): void {
    this.#rows.update(batch);
    if (this.#unit && this.#unit !== this.#rows) {
      this.#unit.update(batch.mapRows(scaleToUnitLength));
    }
  }

  /**
   * What metrics are computed from.
   *
   * @returns Statistics of all rows.
   */
  statistics(): EmbeddingStatistics {
    const unit = this.#unit;
    return statisticsOf(this.#rows.total(), {
      scoresCentered: this.#scoresCentered,
      ...unit && { unit: () => unit.total().spectrum() },
    });
  }

  /**
   * The same without the rows of each group.
   *
   * @returns Statistics, one for each group; each is to be used before the next is asked for.
   */
  *statisticsWithout(): Generator<EmbeddingStatistics, void, void> {
    const units = this.#unit?.without();
    for (const rows of this.#rows.without()) {
      const unit = units?.next().value;
      const further: FurtherStatistics = {
        scoresCentered: this.#scoresCentered,
        ...unit && { unit: () => unit.spectrum() },
      };
      yield statisticsOf(rows, further);
    }
  }
}

/** Sums of rows, in groups or not. */
class Sums {
  readonly #sums: OnlineCovariance | JackknifeCovariance;

  constructor({ backend, groups, exact }: StateOptions) {
    this.#sums = groups === undefined
      ? new OnlineCovariance(backend, { exact })
      : new JackknifeCovariance(backend, { groups, exact });
  }

  get count(): number {
    return this.#sums.count;
  }

  get dim(): number {
    return this.#sums.dim;
  }

  update(batch: EmbeddingBatch): void {
    this.#sums.update(batch);
  }

  total(): OnlineCovariance {
    return this.#sums instanceof JackknifeCovariance ? this.#sums.total() : this.#sums;
  }

  without(): Generator<OnlineCovariance, void, void> {
    if (this.#sums instanceof JackknifeCovariance) return this.#sums.without();
    throw new Error("rows that are in no groups");
  }
}
