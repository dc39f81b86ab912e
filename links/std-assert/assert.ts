// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

import { AssertionError } from "./assertion_error.ts";

/**
 * Asserts that a value is truthy.
 *
 * @param expr The value.
 * @param msg The message of the failure.
 */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}
