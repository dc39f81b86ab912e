import { RankMeError } from "../errors.ts";

/**
 * An error for bytes that contradict themselves.
 *
 * @param format What they should be, as in "Arrow data".
 * @param what What is wrong, as a clause.
 * @param cause The error underneath, if any.
 * @returns The error.
 */
export function corruptData(format: string, what: string, cause?: unknown): RankMeError {
  return new RankMeError("corrupt", `not valid ${format}: ${what}`, {
    advice: "it was damaged, or its writer has a fault: write it again",
    cause,
  });
}

/**
 * Decodes something; whatever goes wrong inside is the bytes' fault.
 *
 * @param format What the bytes should be, as in "Arrow data".
 * @param decode Reads the bytes.
 * @returns What it returned.
 * @throws {RankMeError} What it threw, as `corrupt` where it threw something else.
 */
export function decodingData<T>(format: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof RankMeError) throw cause;
    throw corruptData(format, cause instanceof Error ? cause.message : String(cause), cause);
  }
}
