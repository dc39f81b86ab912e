import type { Candidate } from "./candidates.ts";
import { type Judge, judgeOf, type JudgeOptions, type RankDifference } from "./rank_difference.ts";

/** Which of several values to take that cannot be told apart. */
export type Preference = "min" | "max";

/** A candidate beside the one of the highest RankMe. */
export interface JudgedCandidate extends Candidate {
  /** Whether it cannot be told from the highest; so is the highest itself. */
  readonly tied: boolean;
  /** The highest RankMe less this one, with its interval; absent for the highest itself. */
  readonly difference?: RankDifference;
}

/** What was chosen, and why. */
export interface Choice {
  /** Everything there was to choose from. */
  readonly candidates: readonly JudgedCandidate[];
  /** The one of the highest RankMe. */
  readonly highest: JudgedCandidate;
  /** The choice. */
  readonly chosen: JudgedCandidate;
  /** How many cannot be told from the highest, itself among them. */
  readonly tied: number;
  /** What told them apart. */
  readonly judgedBy: Judge;
  /** Why it was chosen, in words. */
  readonly reason: string;
}

/** How to choose. */
export interface ChoiceOptions extends JudgeOptions {
  /** Which to take of those that are equal. Default: the highest. */
  readonly prefer?: Preference;
}

/**
 * Chooses as the paper does (Garrido et al. 2023, figure 4): the value of the highest RankMe, or, where
 * several have it, the smallest or largest of them.
 *
 * @param candidates What there is to choose from, at least one, in order.
 * @param options What counts as equal, and what to take then.
 * @returns The choice.
 */
export function choose(
  candidates: readonly Candidate[],
  { prefer, ...judging }: ChoiceOptions = {},
): Choice {
  // Of those that are exactly equal, the first in order.
  const highest = candidates.reduce((best, one) => one.rankMe > best.rankMe ? one : best);
  const { judgedBy, judge } = judgeOf(candidates, judging);
  const judged = candidates.map((one): JudgedCandidate => {
    if (one === highest) return { ...one, tied: true };
    const { tied, ...difference } = judge(highest, one);
    return { ...one, tied, difference };
  });
  const best = judged[candidates.indexOf(highest)];
  const tied = judged.filter((one) => one.tied);
  const isOrdered = tied.every(({ value }) => typeof value === "number");
  const preferred = prefer === undefined || !isOrdered
    ? best
    : prefer === "min"
    ? tied[0]
    : tied[tied.length - 1];
  return {
    candidates: judged,
    highest: best,
    chosen: preferred,
    tied: tied.length,
    judgedBy,
    reason: reasonOf(best, tied, { prefer, isOrdered }),
  };
}

/** How many others a reason lists. */
const LISTED = 4;

function reasonOf(
  best: Candidate,
  tied: readonly Candidate[],
  { prefer, isOrdered }: { readonly prefer?: Preference; readonly isOrdered: boolean },
): string {
  const others = tied.filter(({ label }) => label !== best.label);
  if (others.length === 0) return "the highest RankMe";
  if (prefer !== undefined && isOrdered) {
    const which = prefer === "min" ? "smallest" : "largest";
    return `the ${which} of ${tied.length} values that cannot be told from the highest (${best.label})`;
  }
  const equal = others.every(({ rankMe }) => rankMe === best.rankMe);
  const [one, several] = equal
    ? ["equals it", "equal it"]
    : ["cannot be told from it", "cannot be told from it"];
  const advice = isOrdered
    ? "; --prefer min or max would choose among them"
    : prefer === undefined
    ? ""
    : "; words have no order to prefer one by";
  return `the highest RankMe, but ${listed(others)} ${others.length > 1 ? several : one}${advice}`;
}

function listed(candidates: readonly Candidate[]): string {
  const labels = candidates.slice(0, LISTED).map(({ label }) => label);
  const more = candidates.length - labels.length;
  const separator = labels.some((label) => label.includes(",")) ? "; " : ", ";
  return labels.join(separator) + (more > 0 ? ` and ${more} more` : "");
}
