// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

import { AssertionError } from "./assertion_error.ts";
import { suffix } from "./_message.ts";

/**
 * Marks a place that must not be reached.
 *
 * @param msg A message to add to that of the failure.
 */
export function unreachable(msg?: string): never {
  throw new AssertionError(`Unreachable${suffix(msg)}`);
}
