/**
 * Ranks from 1; equal values share the mean of theirs.
 *
 * @param values Some numbers, none of them NaN.
 * @returns The rank of each.
 */
export function ranksOf(values: readonly number[]): Float64Array<ArrayBuffer> {
  const sorted = new Float64Array(values).sort();
  const ranks = new Float64Array(sorted.length);
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    ranks.fill((start + 1 + end) / 2, start, end);
  }
  return Float64Array.from(values, (value) => ranks[placeOf(value, sorted)]);
}

/** Where a value stands first, of several that are in order. */
function placeOf(value: number, sorted: Float64Array): number {
  let first = 0, last = sorted.length - 1;
  while (first < last) {
    const middle = (first + last) >>> 1;
    if (sorted[middle] < value) first = middle + 1;
    else last = middle;
  }
  return first;
}
