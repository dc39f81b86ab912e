// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

import { AssertionError } from "./assertion_error.ts";
import { type ErrorClass, toExpectation } from "./_expectation.ts";
import { assertIsError } from "./is_error.ts";
import { suffix } from "./_message.ts";

/**
 * Asserts that a function throws something, whatever it is.
 *
 * @param fn The function; it is called without arguments.
 * @param msg A message to add to that of the failure.
 * @returns What the function threw.
 */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/**
 * Asserts that a function throws an error of a class.
 *
 * @typeParam E The type of the error.
 * @param fn The function; it is called without arguments.
 * @param ErrorClass The class of the error.
 * @param msgIncludes What the error's message has to include.
 * @param msg A message to add to that of the failure.
 * @returns The error the function threw.
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  // deno-lint-ignore no-explicit-any
  ErrorClass: abstract new (...args: any[]) => E,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClassOrMsg?: ErrorClass<E> | string,
  msgIncludesOrUndefined?: string,
  msgOrUndefined?: string,
): unknown {
  const { errorClass, msgIncludes, msg } = toExpectation(
    errorClassOrMsg,
    msgIncludesOrUndefined,
    msgOrUndefined,
  );

  try {
    fn();
  } catch (error) {
    if (errorClass) {
      if (!(error instanceof Error)) {
        throw new AssertionError(`A non-Error object was thrown${suffix(msg)}`);
      }
      assertIsError(error, errorClass, msgIncludes, msg);
    }
    return error;
  }
  throw new AssertionError(`Expected function to throw${suffix(msg)}`);
}
