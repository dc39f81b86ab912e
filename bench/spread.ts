/** What repeated measurements of one thing came to. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The median and the range of some numbers, of which there is at least one. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  return { median, least: sorted[0], most: sorted[sorted.length - 1] };
}

/**
 * Ours over theirs, run by run: what slows both down, as a busy machine does, falls out.
 *
 * @param ours One number for each run.
 * @param theirs As many, from the same runs.
 */
export function ratios(ours: readonly number[], theirs: readonly number[]): Spread {
  if (ours.length !== theirs.length) {
    throw new Error("only numbers from the same runs have a ratio");
  }
  return spread(ours.map((value, run) => value / theirs[run]));
}
