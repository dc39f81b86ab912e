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
}
