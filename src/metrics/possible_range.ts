import { METRICS } from "./metrics.ts";
import type { Range, Shape } from "./range.ts";

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
export function possibleRange(name: string, shape: Shape): Range {
  const metric = METRICS.find(({ ranges }) => Object.hasOwn(ranges, name));
  return metric?.ranges[name](shape) ?? [-Infinity, Infinity];
}
