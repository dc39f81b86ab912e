import type { Spectrum } from "../linalg/spectrum.ts";
import { resolvedCount } from "./resolved_count.ts";

/** A power law that was fitted to a spectrum. */
export interface AlphaReq {
  /** α: variance falls as rank to the power −α. */
  readonly alpha: number;
  /** R² of the logarithms over the ranks of the fit; absent where all values are equal. */
  readonly r2?: number;
  /** The first rank of the fit, counted from 1. */
  readonly from: number;
  /** The last rank of the fit. */
  readonly to: number;
}

/** Which ranks to fit. */
export interface AlphaReqOptions {
  /** The first rank, counted from 1. Default: 11. */
  readonly from?: number;
  /** The last rank. Default: 100. */
  readonly to?: number;
}

/** Two points lie on a line whatever they are. */
const FEWEST = 3;
/** Values that are known this well, relatively, are fitted. */
const KNOWN = 0.01;

/**
 * α-ReQ: how fast the eigenvalues of the covariance decay with their rank.
 *
 * `ln λₖ ≈ c − α·ln k` by least squares over ranks k = 11…100, each with the weight 1/k. R² is
 * `1 − Σ(y − ŷ)²/Σ(y − ȳ)²` over the same ranks, without weights. Source: Agrawal, Mondal, Ghosh &
 * Richards, "α-ReQ: Assessing Representation Quality in Self-Supervised Learning by measuring
 * eigenspectrum decay", NeurIPS 2022; weights and range as in its authors' reptrix 0.1.0, `get_alpha`,
 * after Stringer et al., "High-dimensional geometry of population responses in visual cortex", 2019.
 * (The R² there leaves out the first rank of the range.)
 *
 * The range is cut off where values are 0 or known to no hundredth: a covariance knows them from some
 * 1e-12·λ₁ up.
 *
 * @param spectrum The spectrum of centred rows.
 * @param options Which ranks to fit.
 * @returns The fit and its range; nothing when fewer than three ranks are left.
 *
 * @example λₖ = k⁻²
 * ```ts
 * import { alphaReq } from "@rankme/rankme/metrics";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const singularValues = Float64Array.from({ length: 64 }, (_, k) => 1 / (k + 1));
 * const eigenvalues = singularValues.map((value) => value * value);
 * const spectrum = { singularValues, eigenvalues, rows: 1000, dim: 64, centered: true };
 * const { alpha, from, to } = alphaReq(spectrum)!;
 * assertAlmostEquals(alpha, 2, 1e-12);
 * assertEquals([from, to], [11, 64]);
 * ```
 */
export function alphaReq(
  spectrum: Spectrum,
  { from = 11, to = 100 }: AlphaReqOptions = {},
): AlphaReq | undefined {
  const last = Math.min(to, resolvedCount(spectrum, KNOWN));
  if (last - from + 1 < FEWEST) return undefined;
  const ranks = Array.from({ length: last - from + 1 }, (_, i) => from + i);
  const x = ranks.map((k) => -Math.log(k));
  const y = ranks.map((k) => Math.log(spectrum.eigenvalues[k - 1]));
  const weights = ranks.map((k) => 1 / k);
  const xMean = weightedMean(x, weights), yMean = weightedMean(y, weights);
  const alpha = dot(x.map((value) => value - xMean), y.map((value) => value - yMean), weights) /
    dot(x.map((value) => value - xMean), x.map((value) => value - xMean), weights);
  const residuals = y.map((value, i) => value - yMean - alpha * (x[i] - xMean));
  const r2 = determination(y, residuals);
  return { alpha, ...(r2 === undefined ? {} : { r2 }), from, to: last };
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce((sum, value, i) => sum + weights[i] * value, 0) / total;
}

function dot(a: readonly number[], b: readonly number[], weights: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + weights[i] * value * b[i], 0);
}

/** R²; nothing where there is nothing to explain. */
function determination(y: readonly number[], residuals: readonly number[]): number | undefined {
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const total = y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (total === 0) return undefined;
  return 1 - residuals.reduce((sum, value) => sum + value * value, 0) / total;
}
