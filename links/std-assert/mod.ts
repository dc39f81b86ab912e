// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

/**
 * The assertions this project uses, under the names of `@std/assert`. Each throws an
 * {@linkcode AssertionError} when it does not hold.
 *
 * @module
 */

export * from "./almost_equals.ts";
export * from "./assert.ts";
export * from "./assertion_error.ts";
export * from "./equal.ts";
export * from "./equals.ts";
export * from "./greater.ts";
export * from "./instance_of.ts";
export * from "./less.ts";
export * from "./less_or_equal.ts";
export * from "./match.ts";
export * from "./not_equals.ts";
export * from "./rejects.ts";
export * from "./strict_equals.ts";
export * from "./string_includes.ts";
export * from "./throws.ts";
