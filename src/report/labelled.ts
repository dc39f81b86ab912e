import { printableClause } from "../printable.ts";
import { hanging } from "./layout.ts";
import type { TextOptions } from "./text.ts";

/** The narrowest column of labels. */
export const LABEL_WIDTH = 13;

/**
 * Texts with labels before them, one below the other.
 *
 * @param entries Each label and its text.
 * @param options Colours and width.
 * @returns Lines; a text that finds no room goes on below itself.
 */
export function labelled(
  entries: readonly (readonly [label: string, text: string])[],
  { color, width = Infinity }: TextOptions = {},
): string[] {
  const labelWidth = Math.max(LABEL_WIDTH, ...entries.map(([{ length }]) => length));
  return entries.flatMap(([name, text]) => {
    const label = name.padEnd(labelWidth);
    const [first, ...more] = hanging(`${label}  `, printableClause(text), width)
      .map((line) => line.trimEnd());
    return [color ? `\x1b[2m${label}\x1b[0m${first.slice(labelWidth)}` : first, ...more];
  });
}
