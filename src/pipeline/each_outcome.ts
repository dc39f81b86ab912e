import { RankMeError } from "../errors.ts";
import type { ScoreReport } from "../report/report.ts";
import { explained } from "../platform/environment_errors.ts";

/** What came of scoring a data set: a report, or the reason why there is none. */
export type EachOutcome =
  | { readonly name: string; readonly report: ScoreReport }
  | { readonly name: string; readonly error: RankMeError };

/**
 * What an error that came of scoring a data set means for the others, which it is to leave alone.
 *
 * @param name What the data set is called.
 * @param thrown What was thrown.
 * @returns The outcome, where the error is this data set's.
 * @throws The error, where it is about the options or the machine, which would not do for any, or a
 * fault of ours.
 */
export function failure(name: string, thrown: unknown): EachOutcome {
  const error = explained(thrown);
  if (!error) throw thrown;
  // A package is missing for all that need it.
  if (error.code === "package") throw error;
  const isOfAll = error.code === "usage" || error.code === "resources";
  if (isOfAll && error.place.input === undefined) throw error;
  if (error.place.input) return { name, error };
  // A data set without a shard has nothing that could be named.
  const { code, what, place, advice, cause } = error;
  const named = { place: { ...place, input: name }, advice, cause };
  return { name, error: new RankMeError(code, what, named) };
}
