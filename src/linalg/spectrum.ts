/** The spectrum of an embedding matrix Z of N rows and D columns, and what it came from. */
export interface Spectrum {
  /** λ₁ ≥ λ₂ ≥ … ≥ 0: the min(N, D) eigenvalues of ZᵀZ, in squared embedding units. */
  readonly eigenvalues: Float64Array;
  /** σₖ = √λₖ: the singular values of Z, in embedding units. */
  readonly singularValues: Float64Array;
  /** N: how many rows Z has. */
  readonly rows: number;
  /** D: how many columns Z has. */
  readonly dim: number;
  /** Whether the mean was subtracted from every row of Z. */
  readonly centered: boolean;
  /** How it was computed from Z; absent where Z was made to have this spectrum. */
  readonly computation?: SpectrumComputation;
}

/** How a spectrum was computed, as far as its rounding errors depend on it. */
export interface SpectrumComputation {
  /**
   * - `gram`: eigenvalues of a sum of products. Every λ has an error of 2⁻⁵³·{@linkcode magnitude}
   *   times a factor that depends on N and D.
   * - `qr`: singular values of a triangular factor. Every σ has an error of 2⁻⁵³·√magnitude times
   *   such a factor.
   */
  readonly method: "gram" | "qr";
  /**
   * The sum of all squares that were really added up on the way, in squared embedding units: of the
   * rows about their pivots, before and after a merge, and of the mean where it was taken off or put
   * back. At least Σλ; much more where a pivot lay far from the mean.
   */
  readonly magnitude: number;
}
