import type { Leverage } from "../linalg/largest_leverage.ts";
import type { Spectrum } from "../linalg/spectrum.ts";

/** What one pass over an embedding matrix Z of N rows and D columns leaves to compute metrics from. */
export interface EmbeddingStatistics {
  /** N: the number of rows. */
  readonly rows: number;
  /** D: the number of dimensions. */
  readonly dim: number;
  /** The spectrum of Z as it is scored: as it is, or less its mean where the convention says so. */
  readonly scored: Spectrum;
  /** The spectrum of Z less its mean: λ/(N−1) are the eigenvalues of the covariance. */
  readonly centered: Spectrum;
  /** μ: the mean row, D numbers in embedding units. */
  readonly mean: Float64Array;
  /** Σ(x−μ)² of each dimension: D numbers in squared embedding units; 0 exactly where all are equal. */
  readonly squaredDeviations: Float64Array;
  /** The spectrum of Z with rows scaled to length 1; absent unless it was accumulated as well. */
  readonly unit?: Spectrum;
  /** The eigenvalues of LiDAR's problem; absent where rows were not told apart by their objects. */
  readonly lidar?: Float64Array;
  /** The largest leverage of a row, and the rank; absent where the rows were not at hand. */
  readonly leverage?: Leverage;
}
