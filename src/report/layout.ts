/**
 * Text that fits the lines of a terminal.
 *
 * @module
 */

/** How to write for a terminal. */
export interface TextOptions {
  /** Whether to use colours. Default: false. */
  readonly color?: boolean;
  /** The columns of a line. Default: as many as the longest line takes. */
  readonly width?: number;
}

/** Characters that terminals give two columns: East Asian wide and fullwidth ones, and emoji. */
const WIDE =
  /(?![\u{1f1e6}-\u{1f1ff}])[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}\u{16fe0}-\u{18d1e}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]/u;
/** Accents, joiners and selectors, which take no column of their own. */
const NO_WIDTH = /[\p{M}\p{Cf}\u1160-\u11ff]/u;
const ELLIPSIS = "…";
/** Which share of a shortened name its beginning keeps, the first that leaves all names distinct. */
const HEAD_SHARES = [0.5, 0.25, 0.75];

/**
 * The columns of a terminal that a text takes.
 *
 * @param text One line without control characters.
 * @returns The number of columns.
 */
export function displayWidth(text: string): number {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  return NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}

/**
 * Breaks a text into lines between its words. A word that is longer than a line stays whole.
 *
 * @param text The words.
 * @param width The columns of a line.
 * @param separator What ends each line but the last, as the backslash of a shell. Default: nothing.
 * @returns The lines, at least one.
 */
export function wrap(text: string, width: number, separator = ""): string[] {
  if (displayWidth(text) <= width) return [text];
  return wrapWords(text.split(/ +/).filter(Boolean), width, separator);
}

/** Breaks words into lines, as {@linkcode wrap} does; a word may hold blanks. */
export function wrapWords(words: readonly string[], width: number, separator = ""): string[] {
  const lines = [""];
  for (const word of words) {
    const line = lines[lines.length - 1];
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || displayWidth(longer + separator) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line, index) => index < lines.length - 1 ? line + separator : line);
}

/**
 * Wraps a text that begins somewhere on a line, its further lines below its beginning.
 *
 * @param label What stands before it.
 * @param text The words.
 * @param width The columns of a line.
 * @returns The lines, of which the first has the label.
 */
export function hanging(label: string, text: string, width: number): string[] {
  const indent = displayWidth(label);
  return wrap(text, Math.max(1, width - indent))
    .map((line, index) => (index === 0 ? label : " ".repeat(indent)) + line);
}

/**
 * Shortens names in their middle. Names that differ still do, if need be at more columns than asked.
 *
 * @param names The names.
 * @param width The columns that each may take, 2 at least.
 * @returns The names, those that fit as they are.
 */
export function shortenAll(names: readonly string[], width: number): string[] {
  const longest = names.reduce((most, name) => Math.max(most, displayWidth(name)), 0);
  const distinct = new Set(names).size;
  const same = commonStart(names.filter((name) => displayWidth(name) > width));
  for (let most = width; most < longest; most = Math.ceil(1.25 * most)) {
    const ways = [
      ...HEAD_SHARES.map((share) => (name: string) => withoutMiddle(name, most, share)),
      (name: string) => withoutEnds(name, most, same),
    ];
    for (const way of ways) {
      const shorter = names.map((name) => displayWidth(name) <= most ? name : way(name));
      if (new Set(shorter).size === distinct) return shorter;
    }
  }
  return [...names];
}

function withoutMiddle(name: string, width: number, share: number): string {
  const characters = [...name];
  const head = taken(characters, Math.ceil((width - 1) * share));
  const tail = taken(characters.toReversed(), width - 1 - displayWidth(head.join(""))).reverse();
  return head.join("") + ELLIPSIS + tail.join("").replace(/^\p{M}+/u, "");
}

/** What is in the middle of a name, from a character on. */
function withoutEnds(name: string, width: number, start: number): string {
  return ELLIPSIS + taken([...name].slice(start), width - 2).join("") + ELLIPSIS;
}

/** As many of the first characters as fit. */
function taken(characters: readonly string[], width: number): string[] {
  let left = width;
  const end = characters.findIndex((character) => (left -= characterWidth(character)) < 0);
  return characters.slice(0, end < 0 ? characters.length : end);
}

/** How many characters all names begin with. */
function commonStart(names: readonly string[]): number {
  const [first = "", ...others] = names;
  const characters = [...first];
  const split = others.map((name) => [...name]);
  const end = characters.findIndex((one, at) => split.some((other) => other[at] !== one));
  return end < 0 ? 0 : end;
}
