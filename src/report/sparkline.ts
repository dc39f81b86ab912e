const BARS = "▁▂▃▄▅▆▇█";
/** The lowest bar stands for this fraction of the largest value and all below it. */
const FLOOR = 1e-6;

/**
 * A spectrum as one line of bars on a logarithmic scale, from the largest value down to 1e-6 of it.
 *
 * @param values Values, largest first.
 * @param width How many bars at the most.
 * @returns One character a bar; a bar shows the largest of the values it stands for.
 */
export function sparkline(values: Float64Array, width: number): string {
  const count = Math.min(width, values.length);
  const largest = values[0];
  return Array.from({ length: count }, (_, i) => {
    const share = values[Math.floor(i * values.length / count)] / largest;
    const height = 1 - Math.log(Math.max(share, FLOOR)) / Math.log(FLOOR);
    return BARS[Math.round((height || 0) * (BARS.length - 1))];
  }).join("");
}
