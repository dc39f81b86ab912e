// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

import { AssertionError } from "./assertion_error.ts";
import { format } from "./_message.ts";

/**
 * Asserts that a value is less than or equal to another.
 *
 * @typeParam T The type of both values.
 * @param actual The value to look at.
 * @param expected What it has to be less than or equal to.
 * @param msg The message of the failure, in place of the usual one.
 */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (actual <= expected) return;

  throw new AssertionError(msg ?? `Expect ${format(actual)} <= ${format(expected)}`);
}
