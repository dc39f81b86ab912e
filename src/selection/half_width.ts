import { halfWidth } from "../metrics/jackknife.ts";
import type { SavedReport } from "../report/read_report.ts";

/**
 * How far the interval of RankMe reaches to either side, where its ends are not cut to what RankMe can
 * be.
 *
 * @param rankMe RankMe.
 * @param confidence Its interval; by its ends where it does not say what it was found by.
 * @returns The half of its width, in units of RankMe.
 */
export function halfWidthOf(
  rankMe: number,
  { standardError, low, high, level, groups }: NonNullable<SavedReport["confidence"]>,
): number {
  return groups === undefined
    ? Math.max(rankMe - low, high - rankMe)
    : halfWidth({ standardError, level, groups });
}
