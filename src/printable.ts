/** The longest text that is quoted: enough for a path or a name, and not a screen full of a cell. */
const LONGEST_QUOTE = 200;
/** The longest clause of a message: some names, and what would do. */
const LONGEST_CLAUSE = 1000;
/**
 * What moves a cursor, colours a terminal, begins a line or turns the direction of writing, and what
 * is not seen at all. Joiners stay: words of Persian and pictures of families are written with them.
 */
const UNPRINTABLE = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--[\u200c\u200d]]/gv;

/**
 * A text from elsewhere, such as a name or a cell, as it may stand on a terminal or in a message: on
 * one line, at most 200 characters of it, and with a mark for each that would do something.
 *
 * @param text The text.
 * @returns What to show, for example `a\ufffd[2Jb`.
 */
export function printable(text: string): string {
  return shortened(seen(text), LONGEST_QUOTE);
}

/**
 * A clause that quotes texts from elsewhere, on one line: what it quotes is cut as in
 * {@linkcode printable}, between quotation marks or without them.
 *
 * @param text The clause.
 * @returns What to show.
 */
export function printableClause(text: string): string {
  const quoted = text.replaceAll(
    /"([^"]*)"|[^\s"]+/g,
    (part, inside?: string) =>
      inside === undefined
        ? shortened(part, LONGEST_QUOTE)
        : `"${shortened(inside, LONGEST_QUOTE)}"`,
  );
  return seen(shortened(quoted, LONGEST_CLAUSE));
}

function seen(text: string): string {
  return text.replaceAll(UNPRINTABLE, "\ufffd");
}

/** The beginning and the end, which of a path is its name. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.ceil((most - 1) / 2), tail = most - 1 - head;
  // No half of a character that takes two units.
  return `${text.slice(0, head)}…${text.slice(text.length - tail)}`.toWellFormed();
}
