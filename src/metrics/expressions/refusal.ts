import type { MathNode } from "../../platform/packages/mathjs.ts";
import { RankMeError } from "../../errors.ts";
import { printable } from "../../printable.ts";

/** How much of a long expression is shown on each side of the place: together no line of a message. */
const SHOWN_BEFORE = 60, SHOWN_AFTER = 120;

/** An expression, and what messages call it. */
export interface ExpressionText {
  /** What it was given as, for example `--metric gap`. */
  readonly label: string;
  /** The expression itself, on one line. */
  readonly text: string;
}

/**
 * An error that shows the expression, with a caret under the place.
 *
 * @param expression Which.
 * @param what What is wrong, as a clause.
 * @param place The index of the character, or the part of the expression that it is about.
 * @returns A `usage` error of two lines, or three where the place is known.
 */
export function refusal(
  { label, text }: ExpressionText,
  what: string,
  place?: number | MathNode,
): RankMeError {
  const index = typeof place === "object" ? indexOf(text, place) : place;
  const start = Math.max(0, (index ?? 0) - SHOWN_BEFORE);
  const before = (start > 0 ? "…" : "") + printable(text.slice(start, index ?? 0));
  const after = text.slice(index ?? 0);
  const rest = after.length > SHOWN_AFTER ? `${after.slice(0, SHOWN_AFTER)}…` : after;
  const lines = [`    ${before}${rest}`];
  // A caret goes under a character, which may take two code units.
  if (index !== undefined) lines.push(`    ${" ".repeat([...before].length)}^`);
  return new RankMeError("usage", `${label}: ${what}`, { lines });
}

/** Nodes of mathjs do not know where they come from: looks for the text that one would be written as. */
function indexOf(text: string, node: MathNode): number | undefined {
  const characters = [...node.toString().replaceAll(/\s/g, "")];
  const letter = /[\p{L}\p{N}_$]/u;
  const pattern = characters.map((character) => RegExp.escape(character)).join("\\s*");
  const begin = letter.test(characters[0] ?? "") ? "(?<![\\p{L}\\p{N}_$])" : "";
  const end = letter.test(characters.at(-1) ?? "") ? "(?![\\p{L}\\p{N}_$])" : "";
  const found = text.search(new RegExp(begin + pattern + end, "u"));
  if (found >= 0) return found;
  // Some are written differently again, as 1e3 is 1000: the place of what is in it is near enough.
  let inside: number | undefined;
  node.forEach((child) => {
    inside ??= indexOf(text, child);
  });
  return inside;
}
