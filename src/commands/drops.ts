import type { SavedReport } from "../report/read_report.ts";
import type { ScoreReport } from "../report/report.ts";
import { formatRank } from "../report/digits.ts";
import { halfWidthOf } from "../selection/half_width.ts";
import { usage } from "./usage.ts";

/** How far RankMe may drop. */
export type MaxDrop =
  | { readonly kind: "share"; readonly percent: number; readonly text: string }
  | { readonly kind: "units"; readonly units: number; readonly text: string }
  | { readonly kind: "intervals" };

const PERCENT = /^(\d+(?:\.\d+)?|\.\d+) ?%$/;

/**
 * How far RankMe may drop, as `--max-drop` says it.
 *
 * @param text Its value; what the intervals allow where there is none.
 * @returns The most there may be.
 * @throws {RankMeError} `usage`, when it is neither a share nor a number.
 */
export function parseMaxDrop(text: string | undefined): MaxDrop {
  if (text === undefined) return { kind: "intervals" };
  const percent = PERCENT.exec(text)?.[1];
  if (percent !== undefined && Number(percent) <= 100) {
    return { kind: "share", percent: Number(percent), text };
  }
  const units = Number(text);
  if (text.trim() === "" || !(Number.isFinite(units) && units >= 0)) {
    throw usage(`--max-drop is a share as 5%, or a number as 3, not "${text}"`);
  }
  return { kind: "units", units, text };
}

/**
 * Holds a report to an earlier one.
 *
 * @param now The report.
 * @param before The earlier one.
 * @param maxDrop How far RankMe may drop.
 * @param ofPart What the report is on, after something that is said of it.
 * @returns Whether it dropped no further, and by how much it did.
 * @throws {RankMeError} `usage`, where intervals are to say it and one of the two has none.
 */
export function judgeDrop(
  now: ScoreReport,
  before: SavedReport,
  maxDrop: MaxDrop,
  ofPart: string,
): { readonly passed: boolean; readonly found: string } {
  const drop = before.rankMe - now.rankMe;
  const allowed = allowedDrop(now, before, maxDrop, ofPart);
  const passed = drop <= allowed;
  const share = 100 / before.rankMe;
  const by = maxDrop.kind === "units"
    ? shownBeside(drop, allowed)
    : `${shownBeside(drop * share, allowed * share)} %`;
  const why = maxDrop.kind === "intervals"
    ? `, ${passed ? "no " : ""}more than their intervals allow`
    : "";
  const [rank, old] = [now, before].map(({ rankMe }) => formatRank(rankMe));
  return {
    passed,
    found: drop > 0
      ? `RankMe ${rank}${ofPart} is ${by} under the baseline ${old}${why}`
      : `RankMe ${rank}${ofPart} is not under the baseline ${old}`,
  };
}

/** A number with enough digits to be on the same side of a limit. */
function shownBeside(value: number, limit: number): string {
  for (let digits = 2; digits < 17; digits++) {
    const shown = Number(value.toPrecision(digits));
    if (shown > limit === value > limit) return String(shown);
  }
  return String(value);
}

/**
 * By intervals: where that of the difference begins. It is put together from the two without their
 * replicates, which no JSON has, by the method of variance estimates recovery (Zou & Donner, Statistics
 * in Medicine 27, 2008): right where the rows of the two have nothing in common, too wide where many are
 * the same.
 */
function allowedDrop(
  now: ScoreReport,
  before: SavedReport,
  maxDrop: MaxDrop,
  ofPart: string,
): number {
  switch (maxDrop.kind) {
    case "share":
      return before.rankMe * maxDrop.percent / 100;
    case "units":
      return maxDrop.units;
    case "intervals":
      if (!now.confidence || !before.confidence) {
        throw usage(
          `the drop of RankMe${ofPart} cannot be judged: there is no interval (--baseline)`,
          "score more rows, or pass --max-drop",
        );
      }
      // Of ends that are cut to what RankMe can be, the whole width.
      return Math.hypot(
        halfWidthOf(before.rankMe, before.confidence),
        halfWidthOf(now.rankMe, now.confidence),
      );
  }
}
