import { RankMeError } from "../errors.ts";

/**
 * How an array of more than two axes becomes rows: every leading axis is rows and the last one D, or
 * one row per first index, the rest of it flattened.
 */
export type Axes = "rows" | "flat";

/** Rows, and how many numbers each holds. */
export interface RowShape {
  /** How many rows. */
  readonly rows: number;
  /** D. */
  readonly dim: number;
}

/**
 * How many rows of how many dimensions an array holds.
 *
 * @param shape The length of each of its axes, that of the first index included.
 * @param axes How an array of more than two axes becomes rows. Default: it is refused.
 * @param what What messages call the array, as in "the array".
 * @returns The rows and D.
 * @throws {RankMeError} `dimension`, when it has fewer than two axes, or more and nobody said which
 * of them are rows.
 */
export function rowShape(
  shape: readonly number[],
  axes: Axes | undefined,
  what: string,
): RowShape {
  const [count, ...each] = shape;
  const { rows, dim } = rowShapeOfEach(each, axes, `${what} has shape ${shapeName(shape)}`);
  return { rows: count * rows, dim };
}

/**
 * {@linkcode rowShape} of what each first index of an array holds, where their number is not known.
 *
 * @param shape The length of each axis but the first.
 * @param axes How more than one such axis becomes rows. Default: it is refused.
 * @param found What messages say was found, as in `the array has shape (8, 16, 64)`.
 * @returns How many rows each is, and D.
 * @throws {RankMeError} As {@linkcode rowShape} does.
 */
export function rowShapeOfEach(
  shape: readonly number[],
  axes: Axes | undefined,
  found: string,
): RowShape {
  if (shape.length === 0) {
    throw new RankMeError("dimension", found, { advice: "an (N, D) matrix is needed" });
  }
  const last = shape[shape.length - 1], all = product(shape);
  if (shape.length === 1 || axes === "flat") return { rows: 1, dim: all };
  if (axes === "rows") return { rows: product(shape.slice(0, -1)), dim: last };
  throw new RankMeError("dimension", found, {
    advice: `pass --axes rows (every leading axis is rows, D = ${last}) or ` +
      `--axes flat (one row per first index, D = ${all})`,
  });
}

/**
 * What is to become of lists of lists, whose lengths only they themselves know.
 *
 * @param axes What was asked for.
 * @param found What messages say was found, as in `column "tokens" holds list<list<float32>>`.
 * @returns The same, if anything was.
 * @throws {RankMeError} `dimension`, when nobody said it.
 */
export function axesOfLists(axes: Axes | undefined, found: string): Axes {
  if (axes !== undefined) return axes;
  throw new RankMeError("dimension", found, {
    advice: "pass --axes rows (every innermost list is a row) or --axes flat (one row per value, " +
      "whose lists have the same lengths in all)",
  });
}

/**
 * A shape as Python writes it.
 *
 * @param shape The length of each axis.
 * @returns For example `(10, 3)` or `(10,)`.
 */
export function shapeName(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((all, length) => all * length, 1);
}
