import { spectralPerplexity } from "./spectral_perplexity.ts";

/** ε of the paper's formula, as in RankMe. */
const EPSILON = 1e-7;

/**
 * LiDAR: a smooth count of the directions in which objects can be told apart from the views of one.
 *
 * `exp(−Σ pₖ ln pₖ)` with `pₖ = λₖ/‖λ‖₁ + ε` and ε = 1e-7, over the eigenvalues λ of
 * `Σ_w^(−½)·Σ_b·Σ_w^(−½)`, where Σ_b is the covariance between objects and Σ_w that within, + δI. p is
 * not normalised again. Source: Thilak, Huang, Saremi, Dinh, Goh, Nakkiran, Susskind & Littwin, "LiDAR:
 * Sensing Linear Probing Performance in Joint Embedding SSL Architectures", ICLR 2024, §3.
 *
 * δ is absolute: where embeddings are small, or views of an object do not differ in some direction, it
 * decides. Compare at the same scale, number of views and D, with more objects than dimensions.
 *
 * @param eigenvalues λ, none negative, without a unit: see `ObjectScatter.eigenvalues`.
 * @param epsilon ε. Default: 1e-7.
 * @returns A number from 1 to min(n − 1, D) for n objects, up to ε; 0 when every value is zero.
 *
 * @example Two directions of three
 * ```ts
 * import { lidar } from "@rankme/rankme/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(lidar(Float64Array.of(40, 40, 0)), 2, 1e-5);
 * ```
 */
export function lidar(eigenvalues: Float64Array, epsilon: number = EPSILON): number {
  return spectralPerplexity(eigenvalues, epsilon);
}
