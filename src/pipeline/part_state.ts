import type { EmbeddingBatch } from "../batch.ts";
import { OnlineCovariance } from "../covariance/online_covariance.ts";
import type { LengthKurtosis } from "../covariance/length_sums.ts";
import type { ObjectScatter } from "../covariance/object_scatter.ts";
import type { Backend } from "../linalg/backend.ts";
import type { Leverage } from "../linalg/largest_leverage.ts";
import type { EmbeddingStatistics } from "../metrics/statistics.ts";
import { scaleToUnitLength } from "../transforms/unit_norm_stream.ts";
import { keysOf } from "./row_keys.ts";
import { statisticsOf } from "./statistics.ts";

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
  /** Whether metrics need the rows themselves, which are then kept. */
  readonly leverage?: boolean;
  /** What object each row is a view of, where metrics need that. */
  readonly objects?: {
    /** The column of keys that says it. */
    readonly column: string;
    /** How many bytes of rows may be kept, so that those of an object may be anywhere. */
    readonly memory?: number;
  };
}

/** Sums of rows, of which groups can be left out where there are any. */
interface Sums {
  readonly count: number;
  readonly dim: number;
  update(batch: EmbeddingBatch, groupOf?: (row: number) => number): unknown;
  total(): OnlineCovariance;
  without(): Generator<OnlineCovariance, void, void>;
  readonly sizes: readonly number[];
  lengthKurtosis(): LengthKurtosis;
}

/** What one pass accumulates of the rows of one part of a data set. */
export class PartState {
  /** How many covariances there are. */
  readonly states: number;
  readonly #options: StateOptions;
  readonly #rows: Sums;
  readonly #unit: Sums | undefined;
  readonly #objects: ObjectScatter | undefined;
  readonly #ordinals = new ObjectOrdinals();
  readonly #leverage: ((rows: readonly EmbeddingBatch[]) => Leverage) | undefined;
  readonly #kept: EmbeddingBatch[] = [];

  /**
   * @param options What to accumulate.
   * @param parts What accumulates it.
   */
  constructor(options: StateOptions, { sums, objects, leverage }: StateParts) {
    const { groups = 1, unit, normalized } = options;
    this.#options = options;
    this.#rows = sums();
    if (unit) this.#unit = normalized ? this.#rows : sums();
    this.#objects = objects?.();
    this.#leverage = leverage;
    this.states = groups * (unit && !normalized ? 2 : 1);
  }

  /** N: the number of rows. */
  get count(): number {
    return this.#rows.count;
  }

  /** D: the number of dimensions, or 0 before the first row. */
  get dim(): number {
    return this.#rows.dim;
  }

  /** How many rows, or objects where these are left out whole, can be put into groups. */
  get divisible(): { readonly count: number; readonly of: "rows" | "objects" } {
    return this.#objects
      ? { count: this.#objects.objects, of: "objects" }
      : { count: this.count, of: "rows" };
  }

  /**
   * What is known of the groups themselves, where there are groups.
   *
   * @returns How many rows each has, and how unequally far rows are from their mean.
   */
  groups(): { readonly sizes: readonly number[]; readonly kurtosis: LengthKurtosis } {
    return { sizes: this.#rows.sizes, kurtosis: this.#rows.lengthKurtosis() };
  }

  /** What the reader of the numbers should know. */
  get warnings(): readonly string[] {
    return this.#objects?.warnings ?? [];
  }

  /**
   * Takes in some rows.
   *
   * @param batch Rows of the same dimension as before.
   * @throws {RankMeError} As `OnlineCovariance.update` does.
   */
  update(batch: EmbeddingBatch): void {
    const groupOf = this.#updateObjects(batch);
    this.#rows.update(batch, groupOf);
    if (this.#unit && this.#unit !== this.#rows) {
      this.#unit.update(batch.mapRows(scaleToUnitLength), groupOf);
    }
    if (this.#leverage) this.#kept.push(batch);
  }

  /** Whole objects are left out together, as their views are much alike. */
  #updateObjects(batch: EmbeddingBatch): ((row: number) => number) | undefined {
    const { objects, groups } = this.#options;
    if (!objects || !this.#objects) return undefined;
    const names = keysOf(batch, objects.column);
    this.#objects.update(batch, names);
    if (groups === undefined) return undefined;
    const ordinals = this.#ordinals.of(names, objects.memory !== undefined);
    return (row) => ordinals[row] % groups;
  }

  /**
   * What metrics are computed from.
   *
   * @param options.more Whether more rows are to come: what needs more objects than there are by now is
   * then left out, and an error otherwise. Default: no.
   * @returns Statistics of all rows.
   */
  statistics({ more = false }: { readonly more?: boolean } = {}): EmbeddingStatistics {
    const unit = this.#unit, leverage = this.#leverage;
    const objects = more && !this.#objects?.enough ? undefined : this.#objects;
    return statisticsOf(this.#rows.total(), {
      scoresCentered: this.#options.centered,
      ...unit && { unit: () => unit.total().spectrum() },
      ...objects && { lidar: () => objects.eigenvalues() },
      ...leverage && { leverage: () => leverage(this.#kept) },
    });
  }

  /**
   * The same without the rows of each group.
   *
   * @returns Statistics, one for each group; each is to be used before the next is asked for.
   */
  *statisticsWithout(): Generator<EmbeddingStatistics, void, void> {
    const units = this.#unit?.without();
    const objects = this.#objects?.eigenvaluesWithout();
    for (const rows of this.#rows.without()) {
      const unit = units?.next().value;
      const eigenvalues = objects?.next().value;
      yield statisticsOf(rows, {
        scoresCentered: this.#options.centered,
        ...unit && { unit: () => unit.spectrum() },
        ...eigenvalues && { lidar: () => eigenvalues },
      });
    }
  }
}

/** What accumulates. */
interface StateParts {
  readonly sums: () => Sums;
  readonly objects?: () => ObjectScatter;
  readonly leverage?: (rows: readonly EmbeddingBatch[]) => Leverage;
}

/**
 * Prepares to accumulate: what few scores need is loaded when it is asked for, as a start takes as long
 * as what it loads.
 *
 * @param options What to accumulate.
 * @returns Makes the state of one part.
 */
export async function stateMaker(options: StateOptions): Promise<() => PartState> {
  const { objects, leverage } = options;
  const parts: StateParts = {
    sums: await sumsMaker(options),
    ...objects && { objects: await objectsMaker(options) },
    ...leverage && {
      leverage: (await import("../linalg/largest_leverage.ts")).largestLeverage,
    },
  };
  return () => new PartState(options, parts);
}

async function sumsMaker({ backend, exact, groups }: StateOptions): Promise<() => Sums> {
  if (groups === undefined) return () => new PlainSums(new OnlineCovariance(backend, { exact }));
  const { JackknifeCovariance } = await import("../covariance/jackknife_covariance.ts");
  return () => new JackknifeCovariance(backend, { groups, exact });
}

async function objectsMaker(
  { backend, groups, objects }: StateOptions,
): Promise<() => ObjectScatter> {
  const { ObjectScatter } = await import("../covariance/object_scatter.ts");
  return () => new ObjectScatter(backend, { groups, memory: objects?.memory });
}

const NO_GROUPS = "rows that are in no groups";

/** Sums of rows that are in no groups. */
class PlainSums implements Sums {
  readonly #state: OnlineCovariance;

  constructor(state: OnlineCovariance) {
    this.#state = state;
  }

  get count(): number {
    return this.#state.count;
  }

  get dim(): number {
    return this.#state.dim;
  }

  update(batch: EmbeddingBatch): void {
    this.#state.update(batch);
  }

  total(): OnlineCovariance {
    return this.#state;
  }

  without(): never {
    throw new Error(NO_GROUPS);
  }

  get sizes(): never {
    throw new Error(NO_GROUPS);
  }

  lengthKurtosis(): never {
    throw new Error(NO_GROUPS);
  }
}

/** Counts objects in the order of their first rows. */
class ObjectOrdinals {
  #count = 0;
  #last: string | undefined;
  readonly #known = new Map<string, number>();

  /** Which each row is of, of rows whose objects follow each other or may come back. */
  of(names: readonly string[], mayComeBack: boolean): readonly number[] {
    return names.map((name) => mayComeBack ? this.#lookUp(name) : this.#next(name));
  }

  #next(name: string): number {
    if (name !== this.#last) this.#count++;
    this.#last = name;
    return this.#count - 1;
  }

  #lookUp(name: string): number {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    this.#known.set(name, this.#known.size);
    return this.#known.size - 1;
  }
}
