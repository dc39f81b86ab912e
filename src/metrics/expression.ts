import type { EmbeddingStatistics } from "./statistics.ts";

/** A metric that its user wrote. */
export interface NamedExpression {
  /** What it is called in reports. */
  readonly name: string;
  /** Computes it; nothing, where it is no finite number. */
  evaluate(scope: ExpressionScope): number | undefined;
}

/** What an expression is computed from. */
export interface ExpressionScope {
  readonly sigma: Float64Array;
  readonly lambda: Float64Array;
  readonly p: Float64Array;
  readonly n: number;
  readonly d: number;
  readonly numbers: { readonly [name: string]: number };
}

export type { EmbeddingStatistics };
