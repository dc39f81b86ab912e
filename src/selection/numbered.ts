/**
 * Whole numbers from 0 in place of items, the same for those that are the same.
 *
 * @param items The items.
 * @returns The number of each.
 */
export function numbered(items: readonly unknown[] | Float64Array): Int32Array<ArrayBuffer> {
  const numbers = new Map<unknown, number>();
  const found = new Int32Array(items.length);
  for (const [index, item] of items.entries()) {
    const known = numbers.get(item) ?? numbers.size;
    numbers.set(item, known);
    found[index] = known;
  }
  return found;
}

/**
 * For the first 0, 1, 2 … of some columns a number in each row, the same in two that have all of these
 * columns in common.
 *
 * @param columns The numbers of each column.
 * @param count How many rows there are.
 * @returns One more than there are columns.
 */
export function numberedPrefixes(
  columns: readonly Int32Array[],
  count: number,
): readonly Int32Array[] {
  const prefixes = [new Int32Array(count)];
  for (const column of columns) {
    const last = prefixes.at(-1)!;
    prefixes.push(
      numbered(Float64Array.from(column, (value, row) => pairNumber(last[row], value))),
    );
  }
  return prefixes;
}

/** A number that no other pair has, of two whole numbers from 0 below 2²⁶. */
export function pairNumber(a: number, b: number): number {
  return a * 2 ** 26 + b;
}
