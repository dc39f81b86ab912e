// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

import { AssertionError } from "./assertion_error.ts";
import { type ErrorClass, toExpectation } from "./_expectation.ts";
import { assertIsError } from "./is_error.ts";
import { suffix } from "./_message.ts";

/**
 * Asserts that the promise a function returns is rejected, whatever with.
 *
 * @param fn The function; it is called without arguments and must not throw.
 * @param msg A message to add to that of the failure.
 * @returns What the promise was rejected with.
 */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/**
 * Asserts that the promise a function returns is rejected with an error of a class.
 *
 * @typeParam E The type of the error.
 * @param fn The function; it is called without arguments and must not throw.
 * @param ErrorClass The class of the error.
 * @param msgIncludes What the error's message has to include.
 * @param msg A message to add to that of the failure.
 * @returns The error the promise was rejected with.
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  // deno-lint-ignore no-explicit-any
  ErrorClass: abstract new (...args: any[]) => E,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClassOrMsg?: ErrorClass<E> | string,
  msgIncludesOrUndefined?: string,
  msgOrUndefined?: string,
): Promise<unknown> {
  const { errorClass, msgIncludes, msg } = toExpectation(
    errorClassOrMsg,
    msgIncludesOrUndefined,
    msgOrUndefined,
  );

  let promise: PromiseLike<unknown> | undefined;
  try {
    promise = fn();
  } catch {
    // What is thrown before there is a promise is no rejection.
  }
  if (typeof promise !== "object" || typeof promise?.then !== "function") {
    throw new AssertionError(`Function throws when expected to reject${suffix(msg)}`);
  }

  try {
    await promise;
  } catch (error) {
    if (errorClass) {
      if (!(error instanceof Error)) {
        throw new AssertionError(`A non-Error object was rejected${suffix(msg)}`);
      }
      assertIsError(error, errorClass, msgIncludes, msg);
    }
    return error;
  }
  throw new AssertionError(`Expected function to reject${suffix(msg)}`);
}
