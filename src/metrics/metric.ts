import type { Range, Shape } from "./range.ts";
import type { EmbeddingStatistics } from "./statistics.ts";

/**
 * What a metric needs besides the spectra, the mean and the variances: a second covariance, of rows of
 * length 1 (`unit`); what object each row is a view of (`objects`); the rows themselves (`leverage`).
 */
export type MetricNeed = "unit" | "objects" | "leverage";

/** One metric, as it is asked for by name. */
export interface Metric {
  /** What it is asked for by. */
  readonly name: string;
  /** What it is, in a few words. */
  readonly summary: string;
  /** What it needs besides what every pass leaves. */
  readonly needs?: MetricNeed;
  /** The range of each of its numbers that has one, by its name in reports. */
  readonly ranges: { readonly [name: string]: (shape: Shape) => Range };
  /**
   * Computes it.
   *
   * @param statistics What a pass left.
   * @returns Its numbers by the names that they have in reports, the metric's own first. Numbers that
   * do not apply are absent; all are finite.
   */
  compute(statistics: EmbeddingStatistics): { readonly [name: string]: number };
}
