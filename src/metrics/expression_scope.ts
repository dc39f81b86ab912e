import type { Spectrum } from "../linalg/spectrum.ts";
import type { Convention } from "./conventions.ts";

/** What the names in an expression stand for. */
export interface ExpressionScope {
  /** σ, largest first, in embedding units. */
  readonly sigma: Float64Array;
  /** λ = σ². */
  readonly lambda: Float64Array;
  /** What RankMe takes the entropy of: each value over the sum of all, and ε. */
  readonly p: Float64Array;
  /** N: the number of rows. */
  readonly n: number;
  /** D: the number of dimensions. */
  readonly d: number;
  /** RankMe and other numbers, by their names. */
  readonly numbers: { readonly [name: string]: number };
}

/**
 * What the names in an expression stand for.
 *
 * @param spectrum The spectrum, under the convention's centring.
 * @param convention Which values are normalised to `p`, and ε.
 * @param numbers RankMe and other numbers, by their names.
 * @returns The scope.
 *
 * @example The first share
 * ```ts
 * import { CONVENTIONS, expressionScope } from "@rankme/rankme/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const singularValues = Float64Array.of(3, 1), eigenvalues = Float64Array.of(9, 1);
 * const spectrum = { singularValues, eigenvalues, rows: 10, dim: 2, centered: false };
 * const { p } = expressionScope(spectrum, CONVENTIONS.paper);
 * assertAlmostEquals(p[0], 0.75, 1e-6);
 * ```
 */
export function expressionScope(
  { singularValues, eigenvalues, rows, dim }: Spectrum,
  { values, epsilon }: Pick<Convention, "values" | "epsilon">,
  numbers: { readonly [name: string]: number } = {},
): ExpressionScope {
  return {
    sigma: singularValues,
    lambda: eigenvalues,
    p: shares(values === "eigen" ? eigenvalues : singularValues, epsilon),
    n: rows,
    d: dim,
    numbers,
  };
}

function shares(values: Float64Array, epsilon: number): Float64Array {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  if (largest === 0) return values.map(() => epsilon);
  // The sum of values near the end of float64's range would overflow: divide first.
  const total = values.reduce((sum, value) => sum + value / largest, 0);
  return values.map((value) => value / largest / total + epsilon);
}
