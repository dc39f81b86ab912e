/**
 * pₖ = λₖ/Σλ: the share that each direction has of the whole.
 *
 * @param values λ: no negative numbers, in any unit.
 * @returns As many numbers, which add up to 1; none where every value is zero, as there is nothing to
 * share.
 */
export function shares(values: Float64Array): Float64Array {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  if (largest === 0) return new Float64Array(0);
  // The sum of values near the end of float64's range would overflow: divide first.
  const scaled = values.map((value) => value / largest);
  const total = scaled.reduce((sum, value) => sum + value, 0);
  return scaled.map((value) => value / total);
}
