import { RankMeError } from "../errors.ts";

/**
 * An error of how the command line was used.
 *
 * @param what What was found, as a clause.
 * @param advice What to do about it.
 * @returns The error.
 */
export function usage(what: string, advice?: string): RankMeError {
  return new RankMeError("usage", what, { advice });
}
