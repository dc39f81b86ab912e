/**
 * `exp(−Σ pₖ ln pₖ)` with `pₖ = vₖ/Σv + ε`, not normalised again, and 0·ln 0 = 0.
 *
 * @param values v: no negative numbers, in any unit.
 * @param epsilon ε, added to every pₖ.
 * @returns The perplexity, or 0 when every value is zero: a matrix of zeros has rank 0.
 */
export function spectralPerplexity(values: Float64Array, epsilon: number): number {
  const total = values.reduce((sum, value) => sum + value, 0);
  if (total === 0) return 0;
  let entropy = 0;
  for (const value of values) {
    const p = value / total + epsilon;
    if (p > 0) entropy -= p * Math.log(p);
  }
  return Math.exp(entropy);
}
