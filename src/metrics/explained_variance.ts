import type { Spectrum } from "../linalg/spectrum.ts";
import { shares } from "./shares.ts";

/** Rounding must not ask for one more of several equal directions that hold just enough. */
const ROUNDING = 1e-12;

/**
 * How many principal directions it takes to hold a share of the variance.
 *
 * The least d with `λ₁ + … + λ_d ≥ share · Σλ`. Source: Jolliffe, Principal Component Analysis, 2nd
 * ed., 2002, §6.1.1.
 *
 * @param spectrum Eigenvalues λ of the covariance, largest first, in any unit: those of a centred
 * spectrum.
 * @param share From 0 to 1.
 * @returns A whole number from 1 to λ.length, or 0 when every value is zero.
 *
 * @example Three of four equal directions hold 75 %
 * ```ts
 * import { explainedVariance } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(explainedVariance({ eigenvalues: Float64Array.of(1, 1, 1, 1) }, 0.75), 3);
 * assertEquals(explainedVariance({ eigenvalues: Float64Array.of(1, 1, 1, 1) }, 0.76), 4);
 * ```
 */
export function explainedVariance(
  { eigenvalues }: Pick<Spectrum, "eigenvalues">,
  share: number,
): number {
  const enough = share * (1 - ROUNDING);
  const p = shares(eigenvalues);
  let held = 0, dimensions = 0;
  while (dimensions < p.length && (dimensions === 0 || held < enough)) held += p[dimensions++];
  return dimensions;
}
