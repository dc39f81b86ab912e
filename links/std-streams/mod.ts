// Stand-in for the JSR package @std/streams, used only in this checkout because of the `links` entry of
// deno.json. It covers just what this project uses; published consumers get the real package.

/**
 * The stream helpers this project uses, under the names of `@std/streams`.
 *
 * @module
 */

export * from "./text_line_stream.ts";
export * from "./to_array_buffer.ts";
