/** The metrics of a report that nobody asked for any. */
export const DEFAULT_METRICS: readonly string[] = ["effectiveRank"];
