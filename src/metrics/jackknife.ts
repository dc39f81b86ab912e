/** A standard error and an interval. */
export interface JackknifeInterval {
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
}

/** Delete-a-group jackknife. */
export function jackknife(estimate: number, replicates: readonly number[]): JackknifeInterval {
  const groups = replicates.length;
  const mean = replicates.reduce((sum, value) => sum + value, 0) / groups;
  const squares = replicates.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = Math.sqrt((groups - 1) / groups * squares);
  const half = 2.131 * standardError;
  return { standardError, low: estimate - half, high: estimate + half };
}
