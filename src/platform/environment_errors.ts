import { RankMeError } from "../errors.ts";
import { missingPackage } from "./missing_package.ts";
import { isRefusal, reasonOf } from "./system_errors.ts";

/**
 * An error of the surroundings in a user's words: memory that is not there, a package that cannot be
 * had, and what the system or Deno refused.
 *
 * @param error What was thrown.
 * @returns The error to show; nothing for one of the program.
 */
export function explained(error: unknown): RankMeError | undefined {
  if (error instanceof RankMeError) return error;
  if (!(error instanceof Error)) return undefined;
  if (error instanceof RangeError && /allocat|array length/i.test(error.message)) {
    return new RankMeError("memory", "out of memory", { cause: error });
  }
  const missing = missingPackage(error);
  if (missing || !isRefusal(error)) return missing;
  const [, wanted, flag] =
    /^Requires (.+?), run again with the (--allow-\S+)/.exec(error.message) ??
      [];
  return wanted === undefined
    ? new RankMeError("resources", `the system refused (${reasonOf(error)})`, { cause: error })
    : new RankMeError("permission", `Deno was not given ${wanted}`, {
      advice: `add ${flag.replace(/\W+$/, "")}`,
      cause: error,
    });
}
