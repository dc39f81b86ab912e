// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

// deno-lint-ignore no-explicit-any
export type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** What the arguments after the function ask of the error it has to end in. */
export interface Expectation<E extends Error> {
  /** The class of the error; any value will do when there is none. */
  errorClass?: ErrorClass<E>;
  /** What the error's message has to include. */
  msgIncludes?: string;
  /** The caller's message for a failure. */
  msg?: string;
}

/**
 * Sorts out the two ways to call an assertion about an error.
 *
 * @typeParam E The type of the error.
 * @param errorClassOrMsg The class of the error, or the caller's message.
 * @param msgIncludes What the error's message has to include.
 * @param msg The caller's message, when a class comes first.
 * @returns What was asked for.
 */
export function toExpectation<E extends Error>(
  errorClassOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Expectation<E> {
  return typeof errorClassOrMsg === "string"
    ? { msg: errorClassOrMsg }
    : { errorClass: errorClassOrMsg, msgIncludes, msg };
}
