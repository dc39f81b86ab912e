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
    throw corruptData(format, reasonOf(cause), cause);
  }
}

/** What the engine says where a library trusts its input: words about JavaScript. */
const WORDS_OF_ENGINE =
  /\b(undefined|null|NaN|BigInt|DataView|ArrayBuffer|array (length|buffer)|typed array|call stack|JSON)\b|\bis not (a function|iterable|defined|an object|a constructor)|out of (bounds|range)|outside the bounds|^Unexpected/i;

/**
 * What an error says of the data.
 *
 * @param cause What decoding them threw.
 * @returns The words of a library; in place of those of the engine, that the data are inconsistent.
 */
export function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : "";
  if (message === "" || WORDS_OF_ENGINE.test(message)) return "its parts contradict each other";
  return message[0].toLowerCase() + message.slice(1);
}
