// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

/**
 * Ends a failure's first sentence.
 *
 * @param msg The caller's own message, if there is one.
 * @returns The message after a colon, or a full stop.
 */
export function suffix(msg: string | undefined): string {
  return msg ? `: ${msg}` : ".";
}

/**
 * Writes a value out in full, one member a line.
 *
 * @param value Any value.
 * @returns The value as text.
 */
export function format(value: unknown): string {
  return Deno.inspect(value, {
    compact: false,
    depth: Infinity,
    getters: true,
    iterableLimit: Infinity,
    sorted: true,
    strAbbreviateSize: Infinity,
    trailingComma: true,
  });
}

/**
 * Sets two texts against each other: the lines in which they differ, with a `-` for the actual ones
 * and a `+` for the expected ones, between the lines with which both begin and end.
 *
 * @param actual The actual text.
 * @param expected The expected text.
 * @returns The lines, under a title.
 */
export function compare(actual: string, expected: string): string {
  const a = actual.split("\n");
  const b = expected.split("\n");
  const shorter = Math.min(a.length, b.length);

  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;

  return [
    "\n\n    [Diff] Actual / Expected\n\n",
    ...a.slice(0, head).map((line) => `    ${line}`),
    ...a.slice(head, a.length - tail).map((line) => `-   ${line}`),
    ...b.slice(head, b.length - tail).map((line) => `+   ${line}`),
    ...a.slice(a.length - tail).map((line) => `    ${line}`),
    "",
  ].join("\n");
}
