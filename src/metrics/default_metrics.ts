import { effectiveRank } from "./effective_rank.ts";
import type { Metric } from "./metric.ts";
import { directions } from "./range.ts";

/** Roy & Vetterli's effective rank, which costs nothing beside RankMe. */
export const EFFECTIVE_RANK: Metric = {
  name: "effectiveRank",
  summary: "exp of the entropy of σ/Σσ, no ε (Roy & Vetterli)",
  ranges: { effectiveRank: directions },
  compute: ({ scored }) => ({ effectiveRank: effectiveRank(scored) }),
};

/** The metrics of a report that nobody asked for any. */
export const DEFAULT_METRICS: readonly Metric[] = [EFFECTIVE_RANK];

/** What they are called. */
export const DEFAULT_METRIC_NAMES: readonly string[] = DEFAULT_METRICS.map(({ name }) => name);
