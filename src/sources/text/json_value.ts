import { RankMeError } from "../../errors.ts";

/** Text, and outside of it what Python writes for numbers that JSON has not. */
const TEXT_OR_NON_FINITE = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/g;

/**
 * The value of a line.
 *
 * @param line The line.
 * @param isCut Whether it has no newline.
 * @returns Its value; NaN and infinities of Python are text of that name.
 * @throws {RankMeError} `corrupt`, or `truncated` where it is cut, when it is not one JSON value.
 */
export function jsonValue(line: string, isCut: boolean): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (/NaN|Infinity/.test(line)) {
      try {
        return JSON.parse(line.replace(TEXT_OR_NON_FINITE, quotedName));
      } catch {
        // The first error is about what was written.
      }
    }
    throw notJson(line, isCut, error);
  }
}

function quotedName(found: string): string {
  return found.startsWith('"') ? found : `"${found}"`;
}

function notJson(line: string, isCut: boolean, cause: unknown): RankMeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (isCut) {
    return new RankMeError("truncated", `the last line is not all of a JSON value: ${why}`, {
      advice: "its producer was cut off: run it again",
      cause,
    });
  }
  if (/^\s*(?:\{|\[\s*[[{]?)\s*$/.test(line)) {
    return new RankMeError("format", "a JSON value of several lines", {
      advice:
        "one row per line is needed: use jq -c '.[]' to split an array into lines, jq -c . for objects",
      cause,
    });
  }
  return new RankMeError("corrupt", `this line is no JSON value: ${why}`, {
    advice: "one row per line is needed, as jq -c makes them; CSV is read with --format csv",
    cause,
  });
}
