import { RankMeError } from "../errors.ts";
import { effectiveRank } from "./effective_rank.ts";
import type { Metric } from "./metric.ts";

/** Every metric there is. */
export const METRICS: readonly Metric[] = [
  {
    name: "effectiveRank",
    summary: "Roy & Vetterli's effective rank",
    compute: ({ raw }) => ({ effectiveRank: effectiveRank(raw) }),
  },
];

/** The metrics of some names. */
export function metricsNamed(names: "all" | readonly string[]): readonly Metric[] {
  if (names === "all") return METRICS;
  return names.map((name) => {
    const found = METRICS.find((metric) => metric.name === name);
    if (!found) throw new RankMeError("usage", `there is no metric "${name}"`);
    return found;
  });
}
