/** Where half of the values are below this share of the largest, most of a linear axis is empty. */
const CROWDED = 0.1;

/**
 * Whether values stand better on a logarithmic axis, as checkpoints at 1, 10, 100 and 1000 do.
 *
 * @param values The values.
 * @returns Whether all are above 0, and half of them crowd at the beginning of a linear axis.
 */
export function isLogarithmic(values: readonly number[]): boolean {
  const ordered = values.toSorted((a, b) => a - b);
  const middle = ordered[ordered.length >> 1];
  return ordered[0] > 0 && middle < CROWDED * ordered[ordered.length - 1];
}

/**
 * A round number not below another one, for the end of an axis.
 *
 * @param value A number from 0 on.
 * @returns For example 40 for 31.6; 1 for 0.
 */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
  return steps.find((step) => value <= step * unit)! * unit;
}
