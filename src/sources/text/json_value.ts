import { RankMeError } from "../../errors.ts";
import { NestsTooDeep, parseJson } from "../../parse_json.ts";

/** A JSON object. */
export type JsonObject = { readonly [key: string]: unknown };

/** Where text begins and ends, what in it is escaped, and what Python writes for numbers JSON has not. */
const QUOTE_ESCAPE_OR_NON_FINITE = /"|\\.|-?\b(?:NaN|Infinity)\b/gs;

/**
 * The value of a line.
 *
 * @param line The line.
 * @param isCut Whether it has no newline.
 * @returns Its value; NaN and infinities of Python are text of that name.
 * @throws {RankMeError} When it is not one JSON value: `corrupt`, `truncated` where it is cut, or
 * `unsupported` where it nests without end.
 */
export function jsonValue(line: string, isCut: boolean): unknown {
  try {
    return parseJson(line);
  } catch (error) {
    if (/NaN|Infinity/.test(line)) {
      try {
        return parseJson(withNamesQuoted(line));
      } catch {
        // The first error is about what was written.
      }
    }
    throw notJson(line, isCut, error);
  }
}

/** NaN and infinities outside of text as text. */
function withNamesQuoted(line: string): string {
  let isText = false;
  return line.replace(QUOTE_ESCAPE_OR_NON_FINITE, (found) => {
    if (found === '"') isText = !isText;
    return isText || found === '"' || found.startsWith("\\") ? found : `"${found}"`;
  });
}

function notJson(line: string, isCut: boolean, cause: unknown): RankMeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof NestsTooDeep) {
    const advice = "write a row as a list of numbers, or an object with one";
    return new RankMeError("unsupported", `this line is not read: ${why}`, { advice, cause });
  }
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

/**
 * What an element of an array says, if it is a number.
 *
 * @param element The element.
 * @returns The number; null where it is missing; nothing where it is anything else. NaN and infinities
 * are what JSON has no numbers for: text, as in the JSON of protocol buffers.
 */
export function numberIn(element: unknown): number | null | undefined {
  if (typeof element === "number") return element;
  if (element === null || element === undefined) return null;
  return typeof element === "string" ? NON_FINITE[element] : undefined;
}

const NON_FINITE: { readonly [text: string]: number | undefined } = {
  __proto__: null as never,
  NaN: NaN,
  Infinity: Infinity,
  "-Infinity": -Infinity,
};

/**
 * Whether a JSON value is an object.
 *
 * @param value The value.
 * @returns Whether it is, and no array.
 */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
