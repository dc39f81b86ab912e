/**
 * The linear algebra: symmetric rank-k update and eigenvalues, and the spectrum they lead to.
 *
 * @module
 */

export * from "./backend.ts";
export { eigenvalues } from "./eigenvalues.ts";
export * from "./reference/backend.ts";
export * from "./reference/mathjs_eigenvalues.ts";
export * from "./spectrum.ts";
