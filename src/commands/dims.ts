import type { DimensionRange } from "../transforms/dimensions_stream.ts";
import { usage } from "./usage.ts";

/**
 * Reads ranges of dimensions: `A:B` as in Python, where either may be left out, or `B` for the first
 * B dimensions.
 *
 * @param parts The ranges as they were written.
 * @returns The ranges.
 * @throws {RankMeError} `usage`, for anything else.
 */
export function parseDims(parts: readonly string[]): readonly DimensionRange[] {
  return parts.map((part) => {
    const [, start, end, first] = /^(?:(\d*):(\d*)|(\d+))$/.exec(part) ?? [];
    const range: DimensionRange = {
      ...start && { start: Number(start) },
      ...(end || first) && { end: Number(end || first) },
    };
    const { start: from = 0, end: to = Infinity } = range;
    if (start === undefined && first === undefined || !(from < to)) {
      throw usage(`--dims is A:B, or the first dimensions as in 64,128, not "${part}"`);
    }
    return range;
  });
}

/**
 * Reads one range of dimensions.
 *
 * @param text The range as it was written.
 * @param name The flag that it is the value of.
 * @returns The range.
 * @throws {RankMeError} `usage`, for anything else.
 */
export function oneRange(text: string, name = "dims"): DimensionRange {
  if (text.includes(",")) throw usage(`--${name} is one range here, as in 0:64`);
  return parseDims([text])[0];
}
