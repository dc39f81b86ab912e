// Stand-in for the JSR package @std/cli, used only in this checkout because of the `links` entry of
// deno.json. It covers just what this project uses; published consumers get the real package.

/**
 * The command line helpers this project uses, under the names of `@std/cli`.
 *
 * @module
 */

export * from "./parse_args.ts";
