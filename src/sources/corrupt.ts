import { RankMeError } from "../errors.ts";

/** An error for bytes that contradict themselves. */
export function corrupt(what: string, cause?: unknown): RankMeError {
  return new RankMeError("corrupt", `not valid Arrow data: ${what}`, {
    advice: "it was damaged, or its writer has a fault: write it again",
    cause,
  });
}

/**
 * Decodes something; whatever goes wrong inside is the bytes' fault.
 *
 * @param decode Reads the bytes.
 * @returns What it returned.
 * @throws {RankMeError} What it threw, as `corrupt` where it threw something else.
 */
export function decoding<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof RankMeError) throw cause;
    throw corrupt(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
