// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

import { AssertionError } from "./assertion_error.ts";
import { compare, format, suffix } from "./_message.ts";

/**
 * Asserts that two values are one and the same, as `Object.is` has it.
 *
 * @typeParam T The type of the expected value.
 * @param actual The value to look at.
 * @param expected What it has to be.
 * @param msg A message to add to that of the failure.
 */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;

  const [a, b] = [format(actual), format(expected)];
  throw new AssertionError(
    a === b
      ? `Values have the same structure but are not reference-equal${suffix(msg)}\n\n${a}\n`
      : `Values are not strictly equal${suffix(msg)}\n${compare(a, b)}`,
  );
}
