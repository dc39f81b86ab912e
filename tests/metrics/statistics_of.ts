import { EmbeddingBatch, type EmbeddingData } from "../../src/batch.ts";
import { largestLeverage } from "../../src/linalg/largest_leverage.ts";
import { METRICS } from "../../src/metrics/metrics.ts";
import type { EmbeddingStatistics } from "../../src/metrics/statistics.ts";
import { exactStateOf, type StateOf, stateOf } from "../covariance/rows.ts";

/** How the statistics of rows are come by. */
export const ROUTES: { readonly [name: string]: StateOf } = { gram: stateOf, exact: exactStateOf };

/** All that a metric may need of some rows. */
export function statisticsOf(
  data: EmbeddingData,
  dim: number,
  stateOf: StateOf = ROUTES.gram,
): EmbeddingStatistics {
  const state = stateOf(data, dim);
  return {
    rows: state.count,
    dim,
    scored: state.spectrum(),
    centered: state.spectrum({ centered: true }),
    mean: state.mean,
    squaredDeviations: state.squaredDeviations(),
    unit: stateOf(unitRows(data, dim), dim).spectrum(),
    leverage: largestLeverage([new EmbeddingBatch({ data, dim })]),
  };
}

/** Every number of every metric. */
export function allMetrics(statistics: EmbeddingStatistics): Readonly<Record<string, number>> {
  return Object.assign({}, ...METRICS.map((metric) => metric.compute(statistics)));
}

function unitRows(data: EmbeddingData, dim: number): Float64Array {
  const unit = Float64Array.from(data);
  for (let start = 0; start < unit.length; start += dim) {
    const row = unit.subarray(start, start + dim);
    const largest = row.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    if (largest === 0) continue;
    for (let j = 0; j < dim; j++) row[j] /= largest;
    const length = Math.hypot(...row);
    for (let j = 0; j < dim; j++) row[j] /= length;
  }
  return unit;
}
