import type { Preference } from "./choice.ts";
import type { Tolerance } from "./rank_difference.ts";
import type { Settings } from "./run.ts";

/** How to select. */
export interface SelectionOptions {
  /** How near to the highest counts as equal. Default: what cannot be told from it. */
  readonly tolerance?: Tolerance;
  /**
   * Which value to take of those that cannot be told from the highest: for all hyperparameters, or for
   * each by its name. Default: the highest.
   */
  readonly prefer?: Preference | { readonly [hyperparameter: string]: Preference };
  /** Settings of the configuration around which others vary. Default: it is found. */
  readonly default?: Settings;
  /** Whether to choose over everything at once, which the paper does not. Default: false. */
  readonly joint?: boolean;
  /** The task whose accuracies the oracle sees. Default: the one it is judged on. */
  readonly oracle?: string;
}
