/** Texts from here on are looked through before they are parsed; what is shorter nests little. */
const LONG_TEXT = 1 << 20;
/** The deepest nesting of a long text: far beyond what anyone writes, and no memory to speak of. */
const DEEPEST = 10_000;

/** Thrown for a text that is no JSON. Its message is a clause in words for a user. */
export class NotJson extends Error {
  override readonly name = "NotJson";
}

/** Thrown for a text that nests without end, which is no sign that its end is missing. */
export class NestsTooDeep extends NotJson {}

/**
 * The value of a JSON text.
 *
 * @param text The text.
 * @returns Its value.
 * @throws {NotJson} When it is none, or when a megabyte or more of it nests without end: the engine takes
 * some 75 bytes for each bracket, and is not asked.
 */
export function parseJson(text: string): unknown {
  if (text.length >= LONG_TEXT && isDeeperThan(text, DEEPEST)) {
    throw new NestsTooDeep(`it nests more than ${DEEPEST} deep`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NotJson(whatIsWrong((cause as Error).message), { cause });
  }
}

/** What is wrong, by what V8 says of it: its own words are about JavaScript. */
function whatIsWrong(message: string): string {
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  if (/end of JSON|Unterminated/.test(message)) return "it ends too early";
  const [, token] = /^Unexpected token '(.)'/su.exec(message) ?? [];
  if (token !== undefined) return `"${token}" cannot stand where it does`;
  return position === undefined
    ? "it is no value of JSON"
    : `character ${Number(position) + 1} cannot stand where it does`;
}

function isDeeperThan(text: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x22) at = endOfText(text, at);
    else if (character === 0x5b || character === 0x7b) depth++;
    else if (character === 0x5d || character === 0x7d) depth--;
    if (depth > most) return true;
  }
  return false;
}

/** Where a text between quotation marks ends: at one that no odd number of backslashes stands before. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text[before - 1] === "\\") before--;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}
