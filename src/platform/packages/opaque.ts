/** What one function of a library gives and another one takes: only the library knows what it is. */
// deno-lint-ignore no-explicit-any
export type Opaque = any;
