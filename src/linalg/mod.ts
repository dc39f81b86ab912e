/**
 * The linear algebra: symmetric rank-k update and eigenvalues behind one interface, its
 * implementations, and the spectrum they lead to.
 *
 * @module
 */

export * from "./backend.ts";
export * from "./blas/open_blas.ts";
export * from "./choose_backend.ts";
export { eigenvalues } from "./eigenvalues.ts";
export * from "./fastest_backend.ts";
export * from "./largest_leverage.ts";
export * from "./reference/backend.ts";
export * from "./reference/mathjs_eigenvalues.ts";
export * from "./spectrum.ts";
export * from "./wasm/backend.ts";
export * from "./wasm/multiply_add_peak.ts";
