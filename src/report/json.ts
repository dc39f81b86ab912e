import type { Confidence, ScoreReport } from "./report.ts";

/** What a gate says of a report. */
export interface GateVerdict {
  /** As it was asked for, as in `--fail-under 100`. */
  readonly gate: string;
  /** Whether the report may pass. */
  readonly passed: boolean;
  /** What was found, as a clause. */
  readonly found: string;
}

/** What to put into the JSON. */
export interface JsonOptions {
  /** What the gates say of it, where there are any. */
  readonly gates?: readonly GateVerdict[];
  /** Whether to include all singular values. Default: false. */
  readonly spectrum?: boolean;
}

/**
 * A report as one line of JSON. Keys that do not apply are absent.
 *
 * @param report The report.
 * @param options What to include.
 * @returns JSON without a line break.
 *
 * @example The shape of the object
 * ```ts
 * import { EmbeddingBatch, score } from "@rankme/rankme";
 * import { toJson } from "@rankme/rankme/report";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(3, 0, 0, 3), dim: 2 });
 * const { rows, singularValues } = JSON.parse(toJson(await score([batch]), { spectrum: true }));
 * assertEquals(rows, 2);
 * assertEquals(singularValues.length, 2);
 * ```
 */
export function toJson(report: ScoreReport, { spectrum = false, gates }: JsonOptions = {}): string {
  const { rankMe, rows, dim, skippedRows, complete, convention, centered, epsilon } = report;
  const { column, columns, group, dims, zeroRows, normalized, settled, confidence } = report;
  const { metrics, accuracy, backend, timing, inputs, warnings, version } = report;
  return JSON.stringify({
    rankMe,
    rows,
    dim,
    ...column !== undefined && { column },
    ...columns !== undefined && { columns },
    ...group !== undefined && { group },
    ...dims && { dims },
    skippedRows,
    ...zeroRows !== undefined && { zeroRows },
    complete,
    convention,
    centered,
    epsilon,
    normalized,
    metrics,
    accuracy,
    ...confidence && { confidence: withoutReplicates(confidence) },
    ...settled && { settled },
    ...gates && { gates },
    ...spectrum && { singularValues: Array.from(report.spectrum.singularValues) },
    backend,
    timing,
    inputs,
    warnings,
    version,
  });
}

function withoutReplicates(
  { replicates: _replicates, sizes: _sizes, rounding: _rounding, ...confidence }: Confidence,
): object {
  return confidence;
}
