/** How many rows and dimensions a number is of. */
interface Shape {
  /** N: the number of rows. */
  readonly rows: number;
  /** D: the number of dimensions. */
  readonly dim: number;
}

type Range = readonly [least: number, most: number];

const values = ({ rows, dim }: Shape): Range => [1, Math.min(rows, dim)];
const counted = ({ rows, dim }: Shape): Range => [0, Math.min(rows, dim)];
const share = (): Range => [0, 1];
const ratio = (): Range => [1, Infinity];

/** The range of each number that has one, of rows that are not all zero. */
const RANGES: { readonly [name: string]: (shape: Shape) => Range } = {
  rankMe: values,
  effectiveRank: values,
  participationRatio: values,
  stableRank: values,
  nesum: values,
  lidar: values,
  numericalRank: counted,
  explainedVariance50: counted,
  explainedVariance90: counted,
  explainedVariance95: counted,
  explainedVariance99: counted,
  conditionNumber: ratio,
  pseudoConditionNumber: ratio,
  spectralEntropy: ({ rows, dim }) => [0, Math.log(Math.min(rows, dim))],
  alphaReq: () => [0, Infinity],
  alphaReqR2: () => [-Infinity, 1],
  isotropy: share,
  meanNorm: share,
  selfCluster: ({ dim }) => [-1 / Math.max(dim - 1, 1), 1],
  coherence: ({ rows }) => [1, rows],
  deadDimensions: ({ dim }) => [0, dim],
};

/**
 * The least and the most that a number of a report can be.
 *
 * @param name What reports call it; of a name that is not known anything is possible.
 * @param shape How many rows and dimensions it is of.
 * @returns Both ends, of rows that are not all zero and up to ε.
 *
 * @example RankMe of 25,600 rows in 64 dimensions
 * ```ts
 * import { possibleRange } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(possibleRange("rankMe", { rows: 25_600, dim: 64 }), [1, 64]);
 * ```
 */
export function possibleRange(
  name: string,
  shape: { readonly rows: number; readonly dim: number },
): readonly [least: number, most: number] {
  return Object.hasOwn(RANGES, name) ? RANGES[name](shape) : [-Infinity, Infinity];
}
