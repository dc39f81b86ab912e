/**
 * `exp(−Σ pₖ ln pₖ)` with `pₖ = vₖ/Σv + ε`, not normalised again, and 0·ln 0 = 0.
 *
 * @param values v: no negative numbers, in any unit.
 * @param epsilon ε, added to every pₖ.
 * @returns The perplexity, or 0 when every value is zero: a matrix of zeros has rank 0. NaN, when a
 * value is NaN or infinite.
 */
export function spectralPerplexity(values: Float64Array, epsilon: number): number {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  if (largest === 0) return 0;
  // The sum of values near the end of float64's range would overflow: divide first.
  const total = values.reduce((sum, value) => sum + value / largest, 0);
  let entropy = 0;
  for (const value of values) {
    const p = value / largest / total + epsilon;
    if (p !== 0) entropy -= p * Math.log(p);
  }
  return Math.exp(entropy);
}
