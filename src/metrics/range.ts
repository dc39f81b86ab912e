/** How many rows and dimensions a number is of. */
export interface Shape {
  /** N: the number of rows. */
  readonly rows: number;
  /** D: the number of dimensions. */
  readonly dim: number;
}

/** The least and the most that a number can be, of rows that are not all zero and up to ε. */
export type Range = readonly [least: number, most: number];

/** The range of what is a number of directions in its own unit, as RankMe is. */
export const directions = ({ rows, dim }: Shape): Range => [1, Math.min(rows, dim)];
/** The range of what counts directions, and may find none. */
export const counted = ({ rows, dim }: Shape): Range => [0, Math.min(rows, dim)];
/** The range of a share of a whole. */
export const share = (): Range => [0, 1];
/** The range of the largest over a smaller. */
export const ratio = (): Range => [1, Infinity];
