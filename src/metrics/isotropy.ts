import type { Spectrum } from "../linalg/spectrum.ts";
import { participationRatio } from "./participation_ratio.ts";

/**
 * IsoScore of a spectrum: how evenly the variance fills all D dimensions.
 *
 * `(PR − 1)/(D − 1)` with PR the participation ratio of the covariance. Source: Rudman, Gillman, Rayne
 * & Eickhoff, "IsoScore: Measuring the Uniformity of Embedding Space Utilization", Findings of ACL 2022.
 *
 * Their steps come to the same. With λ the variances along principal axes and n = D, they scale them to
 * λ̂ = √n·λ/‖λ‖₂, take the defect δ = ‖λ̂ − 1‖₂/√(2(n − √n)), from that φ = (n − δ²(n − √n))²/n², and
 * score (nφ − 1)/(n − 1). With s = Σλ/‖λ‖₂, ‖λ̂ − 1‖² = 2n − 2√n·s, so that δ²(n − √n) = n − √n·s, φ =
 * s²/n, and nφ = s² = (Σλ)²/Σλ² = PR.
 *
 * @param spectrum Eigenvalues λ of the covariance, in any unit, and D: those of a centred spectrum.
 * @returns From 0, when one direction holds all variance, to 1, when all D hold the same. Nothing when
 * D = 1 or nothing varies.
 *
 * @example Two of three directions
 * ```ts
 * import { isotropy } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isotropy({ eigenvalues: Float64Array.of(2, 2, 0), dim: 3 }), 0.5);
 * ```
 */
export function isotropy(
  { eigenvalues, dim }: Pick<Spectrum, "eigenvalues" | "dim">,
): number | undefined {
  const ratio = participationRatio({ eigenvalues });
  if (ratio === 0 || dim === 1) return undefined;
  return Math.min(Math.max((ratio - 1) / (dim - 1), 0), 1);
}
