// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

import { AssertionError } from "./assertion_error.ts";
import { equal } from "./equal.ts";
import { compare, format, suffix } from "./_message.ts";

/**
 * Asserts that two values are equal, deeply.
 *
 * @typeParam T The type of both values.
 * @param actual The value to look at.
 * @param expected What it has to equal.
 * @param msg A message to add to that of the failure.
 */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;

  const diff = typeof actual === "string" && typeof expected === "string"
    ? compare(actual, expected)
    : compare(format(actual), format(expected));
  throw new AssertionError(`Values are not equal${suffix(msg)}\n${diff}`);
}
