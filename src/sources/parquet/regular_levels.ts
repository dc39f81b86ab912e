/**
 * Whether all lists of lists in a value have the same length at each depth.
 *
 * @param levels The repetition levels of its numbers: which list goes on with each, the outermost being 1.
 * @param depth How deep the lists are.
 * @returns Whether they have.
 */
export function isRegular(levels: ArrayLike<number>, depth: number): boolean {
  const { length } = levels;
  // How many numbers are in the first list of each depth, that of all in front.
  const sizes = Array.from({ length: depth }, (_, outer) => {
    let size = 1;
    while (size < length && levels[size] > outer) size++;
    return size;
  });
  if (length === 0 || sizes.some((size, i) => (sizes[i - 1] ?? length) % size !== 0)) return false;
  for (let at = 0; at < length; at++) {
    // A number goes on with every list that does not begin with it.
    if (levels[at] !== sizes.filter((size) => at % size !== 0).length) return false;
  }
  return true;
}
