import { printableClause } from "../printable.ts";
import { hanging, shortenAll, type TextOptions } from "./layout.ts";

/** The narrowest column of labels, and what is between it and the texts. */
export const LABEL_WIDTH = 13, GAP = 2;

/**
 * Texts with labels before them, one below the other.
 *
 * @param entries Each label and its text.
 * @param options Colours and width.
 * @returns Lines; a text that finds no room goes on below itself, a word is shortened in its middle.
 */
export function labelled(
  entries: readonly (readonly [label: string, text: string])[],
  { color, width = Infinity }: TextOptions = {},
): string[] {
  const labelWidth = Math.max(LABEL_WIDTH, ...entries.map(([{ length }]) => length));
  return entries.flatMap(([name, text]) => {
    const label = name.padEnd(labelWidth);
    const room = Math.max(LABEL_WIDTH, width - labelWidth - GAP);
    const words = printableClause(text).split(" ").map((word) => shortenAll([word], room)[0]);
    const [first, ...more] = hanging(label + " ".repeat(GAP), words.join(" "), width)
      .map((line) => line.trimEnd());
    return [color ? `\x1b[2m${label}\x1b[0m${first.slice(labelWidth)}` : first, ...more];
  });
}
