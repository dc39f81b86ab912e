/** Reports for tests. */
import type { ScoreReport } from "../../src/report/report.ts";

/** A report with everything in it, of which a test changes what it is about. */
export function reportOf(changes: Partial<ScoreReport> = {}): ScoreReport {
  const singularValues = Float64Array.of(400, 200, 100, 0.5);
  return {
    rankMe: 31.646,
    rows: 25_600,
    dim: 384,
    convention: "paper",
    centered: false,
    epsilon: 1e-7,
    accuracy: { rankMeBound: 1.2e-9, method: "gram" },
    metrics: { effectiveRank: 31.63 },
    spectrum: {
      singularValues,
      eigenvalues: singularValues.map((value) => value * value),
      rows: 25_600,
      dim: 384,
      centered: false,
    },
    normalized: false,
    skippedRows: 0,
    complete: true,
    backend: { name: "reference", threads: 1 },
    timing: { seconds: 0.41, rowsPerSecond: 62_439 },
    inputs: [{ name: "a.arrow", format: "arrow-stream", rows: 25_600 }],
    warnings: [],
    version: "0.1.0",
    ...changes,
  };
}
