import type { EmbeddingBatch } from "../batch.ts";
import type { ObjectSums } from "./object_sums.ts";

/** How rows are brought together by the objects that they are views of. */
export interface ObjectGathering {
  /** How many objects there are. */
  readonly objects: number;
  /** How many of them have one row so far. */
  readonly singles: number;

  /**
   * Takes in some rows.
   *
   * @param batch Finite rows of the same dimension as before; nothing of their memory is kept.
   * @param objects The name of the object that each row is a view of.
   * @throws {RankMeError} `usage`, when an object comes back that must not; `memory`; `range`.
   */
  add(batch: EmbeddingBatch, objects: readonly string[]): void;

  /**
   * What is known of all objects, as if there were no more rows.
   *
   * @returns The sums of each group; not to be changed.
   * @throws {RankMeError} `range`.
   */
  settled(): readonly ObjectSums[];

  /**
   * Takes in the rows of another gathering of the same kind, and as many groups.
   *
   * @param other The other rows; left as they were.
   * @throws {RankMeError} `usage`, when an object is in both and must not; `memory`; `range`.
   */
  merge(other: this): void;

  /**
   * A copy that goes its own way.
   *
   * @returns An object in the same state.
   */
  clone(): ObjectGathering;
}
