import type { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { fastestBackend } from "../linalg/fastest_backend.ts";
import { leavingOutEach } from "./leaving_out_each.ts";
import type { ObjectGathering } from "./object_gathering.ts";
import { ObjectSums } from "./object_sums.ts";
import { ObjectsInAnyOrder } from "./objects_in_any_order.ts";
import { ObjectsInOrder } from "./objects_in_order.ts";

/** How to bring rows together by their objects. */
export interface ObjectScatterOptions {
  /**
   * How many bytes of rows may be kept, so that those of one object may be anywhere. Default: none
   * are, and the rows of an object must follow each other.
   */
  readonly memory?: number;
  /** Into how many groups to divide the objects, of which each can be left out. Default: 1. */
  readonly groups?: number;
}

/** What LiDAR's eigenvalues depend on besides the rows. */
export interface ObjectScatterQuestion {
  /** δ, in squared embedding units: added to the variance within objects in every direction. */
  readonly delta?: number;
}

/** The value in use: in stable-pretraining, and in Skean et al., "Layer by Layer", ICML 2025. */
const DEFAULT_DELTA = 1e-4;

/**
 * How rows differ between objects and within: of each object, such as an image, several rows are views,
 * such as its augmentations.
 *
 * Thilak et al., "LiDAR: Sensing Linear Probing Performance in Joint Embedding SSL Architectures", ICLR
 * 2024, define Σ_b as the covariance of the objects' means μ_o, and Σ_w as the mean over objects of the
 * covariance of their views. Both are estimated without bias, as in stable-pretraining: for n objects
 * `Σ_b = Σ_o (μ_o−μ)(μ_o−μ)ᵀ/(n−1)`, and for q views `Σ(x−μ_o)(x−μ_o)ᵀ/(q−1)`. All objects weigh the
 * same, whatever their number of views; those of one row tell nothing of views and count in Σ_b only.
 *
 * Where the rows of an object follow each other, memory holds some D² numbers for each group, up to D
 * rows of the object that is coming in, and the name of every object: some 70 bytes each.
 *
 * @example Two views of each of three objects
 * ```ts
 * import { EmbeddingBatch, ObjectScatter } from "@rankme/rankme";
 * import { lidar } from "@rankme/rankme/metrics";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const data = Float64Array.of(0, 1, 2, 3, 7, 8);
 * const scatter = new ObjectScatter().update(
 *   new EmbeddingBatch({ data, dim: 1 }),
 *   ["a", "a", "b", "b", "c", "c"],
 * );
 * // The means 0.5, 2.5 and 7.5 have the variance 13, and the views of each object 0.5.
 * const eigenvalues = scatter.eigenvalues({ delta: 0 });
 * assertAlmostEquals(eigenvalues[0], 26);
 * assertEquals(scatter.objects, 3);
 * assertAlmostEquals(lidar(eigenvalues), 1, 1e-6);
 * ```
 */
export class ObjectScatter {
  readonly #backend: Backend;
  readonly #options: ObjectScatterOptions;
  #gathering: ObjectGathering;
  #rows = 0;
  #dim = 0;

  /**
   * Starts with no rows.
   *
   * @param backend What computes. Default: WebAssembly on the calling thread, or what is there instead.
   * @param options Whether rows of an object may be apart, and how many groups there are.
   * @throws {RankMeError} `usage`, when the number of groups is not a whole number from 1 on.
   */
  constructor(backend: Backend = fastestBackend(), options: ObjectScatterOptions = {}) {
    const { memory, groups = 1 } = options;
    if (!(Number.isInteger(groups) && groups >= 1)) {
      throw new RankMeError("usage", `objects are divided into 1 group or more, not ${groups}`);
    }
    this.#backend = backend;
    this.#options = options;
    this.#gathering = memory === undefined
      ? new ObjectsInOrder(
        backend,
        Array.from({ length: groups }, () => new ObjectSums(backend)),
      )
      : new ObjectsInAnyOrder(backend, groups, memory);
  }

  /** N: the number of rows seen. */
  get rows(): number {
    return this.#rows;
  }

  /** D: the number of dimensions, or 0 before the first row. */
  get dim(): number {
    return this.#dim;
  }

  /** n: the number of objects seen. */
  get objects(): number {
    return this.#gathering.objects;
  }

  /** How many objects have one row. */
  get singles(): number {
    return this.#gathering.singles;
  }

  /** Whether there are two objects, and one of two rows: without these there are no eigenvalues. */
  get enough(): boolean {
    return this.objects >= 2 && this.singles < this.objects;
  }

  /** What the reader of a number should know. */
  get warnings(): readonly string[] {
    const { rows, dim, objects, singles } = this;
    return [
      ...singles > 0
        ? [`${singles} of ${objects} objects have one row, which says nothing of views of one`]
        : [],
      ...objects <= dim
        ? [`${objects} objects for ${dim} dimensions: LiDAR cannot exceed ${objects - 1}`]
        : [],
      ...rows - objects < dim
        ? [`${rows} rows of ${objects} objects for ${dim} dimensions: LiDAR depends on its δ`]
        : [],
    ];
  }

  /**
   * Takes in some rows.
   *
   * @param batch Rows of the same dimension as before; nothing of their memory is kept.
   * @param objects The name of the object that each row is a view of.
   * @returns This object.
   * @throws {RankMeError} `dimension`, `non-finite` or `range`, with the row; `usage`, when an object
   * comes back after rows of others and rows are not kept; `memory`, when they take too much. Not to be
   * used any more then.
   */
  update(batch: EmbeddingBatch, objects: readonly string[]): this {
    if (batch.rows === 0) return this;
    const place = { row: batch.offset };
    if (objects.length !== batch.rows) {
      const what = `${objects.length} names of objects for ${batch.rows} rows`;
      throw new RankMeError("dimension", what, { place });
    }
    if (this.#rows > 0 && batch.dim !== this.#dim) {
      const what = `${batch.dim} dimensions where earlier rows have ${this.#dim}`;
      throw new RankMeError("dimension", what, { place });
    }
    batch.refuseNonFinite();
    this.#gathering.add(batch, objects);
    this.#rows += batch.rows;
    this.#dim = batch.dim;
    return this;
  }

  /**
   * Takes in all rows that another object has seen. Rows of an object that is in both count as one
   * where rows are kept; otherwise they are refused.
   *
   * @param other The other rows, in as many groups; left as it was.
   * @returns This object.
   * @throws {RankMeError} `dimension`, when the dimensions differ; `usage`, when an object is in both,
   * only one keeps rows, or the numbers of groups differ; `memory`; `range`.
   */
  merge(other: ObjectScatter): this {
    if (other.#rows === 0) return this;
    this.#refuseUnlike(other);
    this.#gathering.merge(other.#gathering);
    this.#rows += other.#rows;
    this.#dim = other.#dim;
    return this;
  }

  /**
   * A copy that later updates of this one leave alone.
   *
   * @returns An object in the same state.
   */
  clone(): ObjectScatter {
    const copy = new ObjectScatter(this.#backend, this.#options);
    copy.#gathering = this.#gathering.clone();
    copy.#rows = this.#rows;
    copy.#dim = this.#dim;
    return copy;
  }

  /**
   * LiDAR's eigenvalues: the λ of `Σ_b·v = λ(Σ_w + δI)v`, which are those of
   * `(Σ_w + δI)^(−½)·Σ_b·(Σ_w + δI)^(−½)`.
   *
   * @param question δ. Default: 1e-4.
   * @returns D values from 0 on, largest first, without a unit.
   * @throws {RankMeError} `column`, when there are fewer than two objects, or none of two rows;
   * `range`, when Σ_w + δI cannot be told from a singular matrix in float64; `memory`.
   */
  eigenvalues({ delta = DEFAULT_DELTA }: ObjectScatterQuestion = {}): Float64Array {
    return allOf(this.#gathering.settled()).eigenvalues(checked(delta));
  }

  /**
   * The eigenvalues without the objects of each group: the first, the one after it as many further as
   * there are groups, and so on.
   *
   * @param question δ. Default: 1e-4.
   * @returns For each group, what {@linkcode eigenvalues} would be without it.
   * @throws {RankMeError} As that does; `column`, when a group has no object.
   */
  *eigenvaluesWithout(
    { delta = DEFAULT_DELTA }: ObjectScatterQuestion = {},
  ): Generator<Float64Array, void, void> {
    const groups = this.#gathering.settled();
    if (this.objects < groups.length) {
      const what = `${this.objects} objects cannot be divided into ${groups.length} groups`;
      throw new RankMeError("column", what);
    }
    for (const sums of leavingOutEach(groups)) yield sums.eigenvalues(checked(delta));
  }

  #refuseUnlike(other: ObjectScatter): void {
    const { memory, groups = 1 } = this.#options;
    if ((memory === undefined) !== (other.#options.memory === undefined)) {
      throw new RankMeError("usage", "one state keeps rows and the other does not", {
        advice: "merge states of one kind",
      });
    }
    if (groups !== (other.#options.groups ?? 1)) {
      const what = `one state has ${groups} groups and the other ${other.#options.groups ?? 1}`;
      throw new RankMeError("usage", what);
    }
    if (this.#rows > 0 && this.#dim !== other.#dim) {
      throw new RankMeError(
        "dimension",
        `rows of ${other.#dim} dimensions cannot be merged with rows of ${this.#dim}`,
      );
    }
  }
}

function checked(delta: number): number {
  if (delta >= 0 && delta < Infinity) return delta;
  throw new RankMeError("usage", `δ is a number from 0 on, not ${delta}`);
}

/** All groups as one. */
function allOf([first, ...rest]: readonly ObjectSums[]): ObjectSums {
  return rest.length === 0 ? first : rest.reduce((all, sums) => all.merge(sums), first.clone());
}
