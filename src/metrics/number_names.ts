import type { Metric } from "./metric.ts";
import type { EmbeddingStatistics } from "./statistics.ts";

/** What every report has besides its metrics, as conditions on it name them. */
export const REPORT_NUMBERS: readonly string[] = [
  "rankMe",
  "rows",
  "n",
  "dim",
  "d",
  "skippedRows",
];
/** What it has besides with an interval. */
export const CONFIDENCE_NUMBERS: readonly string[] = ["low", "high", "standardError"];

/** Of made-up rows: enough dimensions for every metric to have all its numbers. */
const DIM = 256;
const ROWS = 4 * DIM;

/**
 * Which numbers metrics have, before there is anything to compute them from: what they make of
 * statistics that are made up.
 *
 * @param metrics The metrics.
 * @returns The names that numbers have in reports, each with the name of its metric.
 */
export function numberNames(metrics: readonly Metric[]): ReadonlyMap<string, string> {
  const statistics = madeUp();
  return new Map(metrics.flatMap((metric) => {
    const names = Object.keys(metric.compute(statistics));
    // A metric that needs more than that has the number that it is called by.
    return (names.length > 0 ? names : [metric.name]).map((name) => [name, metric.name] as const);
  }));
}

function madeUp(): EmbeddingStatistics {
  const singularValues = Float64Array.from({ length: DIM }, (_, index) => 1 / (index + 1));
  const eigenvalues = singularValues.map((value) => value * value);
  const spectrum = { singularValues, eigenvalues, rows: ROWS, dim: DIM, centered: false };
  return {
    rows: ROWS,
    dim: DIM,
    scored: spectrum,
    centered: { ...spectrum, centered: true },
    mean: new Float64Array(DIM).fill(1),
    squaredDeviations: new Float64Array(DIM).fill(1),
    unit: spectrum,
    lidar: eigenvalues,
  };
}
