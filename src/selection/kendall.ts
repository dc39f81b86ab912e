/**
 * Kendall's τ-b of some points: how many more pairs of them are in the same order than in the other,
 * among those that are not tied in either coordinate.
 *
 * As Knight counts it (J. Am. Stat. Assoc. 61, 1966): pairs in the other order are the inversions of y
 * once the points are sorted by x, in n·log n steps. All counts are whole numbers, so that the ratio is
 * the one that comparing all pairs gives.
 *
 * @param x The rank of each point in one coordinate, as `ranksOf` gives it.
 * @param y The same of the other.
 * @returns From −1 to 1; nothing where a coordinate does not vary.
 */
export function kendall(x: Float64Array<ArrayBuffer>, y: Float64Array): number | undefined {
  const pairs = pairsAmong(x.length);
  // Twice a rank is a whole number, so that two of them are one number, which is sorted at once.
  const most = 2 * x.length + 1;
  const points = x.map((rank, index) => 2 * rank * most + 2 * y[index]).sort();
  const tiedInBoth = tiedPairs(points);
  const tiedX = tiedPairs(points.map((point) => Math.floor(point / most)));
  const { inversions, sorted } = sortedCounting(points.map((point) => point % most));
  const tiedY = tiedPairs(sorted);
  const untied = Math.sqrt(pairs - tiedX) * Math.sqrt(pairs - tiedY);
  if (untied === 0) return undefined;
  return (pairs - tiedX - tiedY + tiedInBoth - 2 * inversions) / untied;
}

function pairsAmong(count: number): number {
  return count * (count - 1) / 2;
}

/** How many pairs are equal, of numbers in order. */
function tiedPairs(sorted: Float64Array): number {
  let tied = 0;
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    tied += pairsAmong(end - start);
  }
  return tied;
}

/** A merge sort, which sees how many pairs were in falling order. */
function sortedCounting(
  values: Float64Array<ArrayBuffer>,
): { readonly inversions: number; readonly sorted: Float64Array } {
  const { length } = values;
  let from = values, to = new Float64Array(length), inversions = 0;
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
