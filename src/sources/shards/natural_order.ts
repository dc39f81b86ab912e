/**
 * Compares names as people number them: `shard-2` comes before `shard-10`. The same everywhere,
 * whatever the language of the machine.
 *
 * @param a A name.
 * @param b Another.
 * @returns Below 0 when a comes first, above 0 when b does; 0 only for the same names.
 */
export function compareNaturally(a: string, b: string): number {
  const [partsOfA, partsOfB] = [a, b].map(parts);
  for (let i = 0; i < Math.min(partsOfA.length, partsOfB.length); i++) {
    const order = i % 2 === 0
      ? compareText(partsOfA[i], partsOfB[i])
      : compareDigits(partsOfA[i], partsOfB[i]);
    if (order !== 0) return order;
  }
  // Names that differ in zeros only, as 1 and 01, or one that goes on.
  return partsOfA.length - partsOfB.length || compareText(a, b);
}

/** Text, digits, text, and so on. */
function parts(name: string): string[] {
  return name.split(/(\d+)/);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Numbers of any length. */
function compareDigits(a: string, b: string): number {
  const [digitsOfA, digitsOfB] = [a, b].map((digits) => digits.replace(/^0+/, ""));
  return digitsOfA.length - digitsOfB.length || compareText(digitsOfA, digitsOfB);
}
