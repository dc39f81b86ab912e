/** What can be merged into another of its kind. */
export interface Mergeable<T> {
  /** A copy that goes its own way. */
  clone(): T;
  /** Takes in what another one has, which is left as it was. */
  merge(other: T): T;
}

/**
 * What all but the first of some groups have, all but the second, and so on; each is made when it is
 * asked for.
 *
 * The groups are halved again and again: what all others have goes down to each half once it has been
 * merged with the other half. That is G·log₂ G merges, with log₂ G results in memory at a time.
 * Subtracting each group from the total would leave nothing but rounding errors where one of them is
 * far larger than the others.
 *
 * @param groups The groups; left as they were.
 * @param others What is in all of the results besides; used up.
 * @returns As many results as groups, each of its own; none of a single group alone.
 */
export function* leavingOutEach<T extends Mergeable<T>>(
  groups: readonly T[],
  others?: T,
): Generator<T, void, void> {
  if (groups.length === 1) {
    if (others) yield others;
    return;
  }
  const middle = groups.length >> 1;
  const left = groups.slice(0, middle), right = groups.slice(middle);
  yield* leavingOutEach(left, merged(right, others?.clone()));
  yield* leavingOutEach(right, merged(left, others));
}

/**
 * What some groups have together.
 *
 * @param groups At least one; left as they were.
 * @param into What there is besides; used up.
 * @returns Their merger, of its own.
 */
export function merged<T extends Mergeable<T>>(groups: readonly T[], into?: T): T {
  const [first, ...rest] = groups;
  return rest.reduce((all, group) => all.merge(group), into ? into.merge(first) : first.clone());
}
