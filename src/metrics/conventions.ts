/** How an effective rank is computed from embeddings. */
export interface Convention {
  /** Whether the mean is subtracted from every row first. */
  readonly centered: boolean;
  /** Which numbers are normalised: singular values σ of Z, or eigenvalues λ = σ². */
  readonly values: "singular" | "eigen";
  /** ε, added to every normalised value. */
  readonly epsilon: number;
}

/** The name of one of the {@linkcode CONVENTIONS}. */
export type ConventionName = "paper" | "roy-vetterli" | "stable-pretraining" | "reptrix";

/**
 * The conventions that are in use, by name.
 *
 * - `paper`: Garrido, Balestriero, Najman & LeCun, "RankMe", ICML 2023, equation 1.
 * - `roy-vetterli`: Roy & Vetterli, "The effective rank", EUSIPCO 2007, definition 1.
 * - `stable-pretraining`: the RankMe callback of the Python package of that name.
 * - `reptrix`: `get_rankme` of the Python package of that name. (It keeps at most 2048 values;
 *   here all are kept.)
 *
 * @example One spectrum, two conventions
 * ```ts
 * import { CONVENTIONS, rankMe } from "@rankme/rankme/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const singularValues = Float64Array.of(2, 1), eigenvalues = Float64Array.of(4, 1);
 * const spectrum = { singularValues, eigenvalues };
 * // p = (2/3, 1/3), and (4/5, 1/5).
 * assertAlmostEquals(rankMe(spectrum, CONVENTIONS["roy-vetterli"]), 3 / 2 ** (2 / 3), 1e-12);
 * assertAlmostEquals(rankMe(spectrum, CONVENTIONS["reptrix"]), 5 / 4 ** 0.8, 1e-5);
 * ```
 */
export const CONVENTIONS: { readonly [name in ConventionName]: Convention } = {
  "paper": { centered: false, values: "singular", epsilon: 1e-7 },
  "roy-vetterli": { centered: false, values: "singular", epsilon: 0 },
  "stable-pretraining": { centered: false, values: "singular", epsilon: 1e-5 },
  "reptrix": { centered: true, values: "eigen", epsilon: 1e-7 },
};
