import type { OnlineCovariance } from "../covariance/online_covariance.ts";
import type { Leverage } from "../linalg/largest_leverage.ts";
import type { Spectrum } from "../linalg/spectrum.ts";
import type { EmbeddingStatistics } from "../metrics/statistics.ts";

/** What is known of some rows besides their covariance, each found when it is asked for. */
export interface FurtherStatistics {
  /** Whether what is scored is Z less its mean. Default: no. */
  readonly scoresCentered?: boolean;
  /** The spectrum of the rows scaled to length 1. */
  readonly unit?: () => Spectrum;
  /** The eigenvalues of LiDAR's problem. */
  readonly lidar?: () => Float64Array;
  /** The largest leverage of a row, and the rank. */
  readonly leverage?: () => Leverage;
}

/**
 * What metrics are computed from. Each decomposition is made when a metric first asks for it.
 *
 * @param state The rows; no more may be added while metrics are computed.
 * @param further What else is known of them. Default: nothing.
 * @returns The statistics.
 */
export function statisticsOf(
  state: OnlineCovariance,
  { scoresCentered = false, unit, lidar, leverage }: FurtherStatistics = {},
): EmbeddingStatistics {
  const centered = once(() => state.spectrum({ centered: true }));
  const scored = scoresCentered ? centered : once(() => state.spectrum());
  const mean = once(() => state.mean);
  const squaredDeviations = once(() => state.squaredDeviations());
  const unitSpectrum = unit && once(unit);
  const objects = lidar && once(lidar);
  const largest = leverage && once(leverage);
  return {
    get rows() {
      return state.count;
    },
    get dim() {
      return state.dim;
    },
    get scored() {
      return scored();
    },
    get centered() {
      return centered();
    },
    get mean() {
      return mean();
    },
    get squaredDeviations() {
      return squaredDeviations();
    },
    get unit() {
      return unitSpectrum?.();
    },
    get lidar() {
      return objects?.();
    },
    get leverage() {
      return largest?.();
    },
  };
}

function once<T>(compute: () => T): () => T {
  let value: { readonly of: T } | undefined;
  return () => (value ??= { of: compute() }).of;
}
