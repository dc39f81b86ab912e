/** How many names a message lists. */
const SHOWN = 5;

/**
 * Some names for a message.
 *
 * @param names The first of all.
 * @param count How many there are in all. Default: these.
 * @returns The names, and how many more there are.
 */
export function someNames(names: readonly string[], count = names.length): string {
  const shown = names.slice(0, SHOWN);
  return shown.join(", ") + (count > shown.length ? ` and ${count - shown.length} more` : "");
}
