import type { RefusedLibrary } from "./open_blas.ts";

/**
 * Why libraries are not used, in words.
 *
 * @param tried The libraries.
 * @returns A clause for each reason, with the libraries that it is of before it.
 */
export function reasonsOf(tried: readonly RefusedLibrary[]): string[] {
  const byReason = Map.groupBy(tried, ({ reason }) => reason);
  return Array.from(
    byReason,
    ([reason, refused]) => `${refused.map(({ library }) => library).join(", ")}: ${reason}`,
  );
}
