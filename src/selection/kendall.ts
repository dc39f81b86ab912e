/**
 * Kendall's τ-b of some points: how many more pairs of them are in the same order than in the other,
 * among those that are not tied in either coordinate.
 *
 * As Knight counts it (J. Am. Stat. Assoc. 61, 1966): pairs in the other order are the inversions of y
 * once the points are sorted by x, in n·log n steps. All counts are whole numbers, so that the ratio is
 * the one that comparing all pairs gives.
 *
 * @param x One coordinate of each point.
 * @param y The other.
 * @returns From −1 to 1; nothing where a coordinate does not vary.
 */
export function kendall(x: readonly number[], y: readonly number[]): number | undefined {
  const points = x.map((at, index) => [at, y[index]] as const)
    .sort(([a, b], [c, d]) => a - c || b - d);
  const pairs = pairsAmong(points.length);
  const tiedX = tiedPairs(points, ([a], [c]) => a === c);
  const tiedInBoth = tiedPairs(points, ([a, b], [c, d]) => a === c && b === d);
  const { inversions, sorted } = sortedCounting(points.map(([, b]) => b));
  const tiedY = tiedPairs(sorted, (b, d) => b === d);
  const untied = Math.sqrt(pairs - tiedX) * Math.sqrt(pairs - tiedY);
  if (untied === 0) return undefined;
  return (pairs - tiedX - tiedY + tiedInBoth - 2 * inversions) / untied;
}

function pairsAmong(count: number): number {
  return count * (count - 1) / 2;
}

/** How many pairs are equal, of items in an order in which equal ones stand side by side. */
function tiedPairs<T>(items: ArrayLike<T>, same: (a: T, b: T) => boolean): number {
  let tied = 0;
  for (let start = 0, end = 0; start < items.length; start = end) {
    while (end < items.length && same(items[start], items[end])) end++;
    tied += pairsAmong(end - start);
  }
  return tied;
}

/** A merge sort, which sees how many pairs were in falling order. */
function sortedCounting(
  values: readonly number[],
): { readonly inversions: number; readonly sorted: Float64Array } {
  const { length } = values;
  let from = Float64Array.from(values), to = new Float64Array(length), inversions = 0;
  for (let width = 1; width < length; width *= 2) {
    for (let left = 0, at = 0; at < length;) {
      left = at;
      const middle = Math.min(left + width, length), end = Math.min(middle + width, length);
      for (let right = middle; at < end; at++) {
        const isLeft = right === end || left < middle && from[left] <= from[right];
        if (!isLeft) inversions += middle - left;
        to[at] = from[isLeft ? left++ : right++];
      }
    }
    [from, to] = [to, from];
  }
  return { inversions, sorted: from };
}
