// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

import { AssertionError } from "./assertion_error.ts";
import { suffix } from "./_message.ts";

/**
 * Asserts that two numbers are almost equal.
 *
 * @param actual The number to look at.
 * @param expected What it has to be close to.
 * @param tolerance The largest difference allowed; by default a ten millionth of `expected`.
 * @param msg A message to add to that of the failure.
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = Number.isFinite(expected) ? Math.abs(expected) * 1e-7 : 1e-7,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const delta = Math.abs(expected - actual);
  if (delta <= tolerance) return;

  const [a, b, d, t] = [actual, expected, delta, tolerance].map((number) =>
    Number.isInteger(number) ? number : number.toExponential()
  );
  throw new AssertionError(
    `Expected actual: "${a}" to be close to "${b}": delta "${d}" is greater than "${t}"${
      suffix(msg)
    }`,
  );
}
