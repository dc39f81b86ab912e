/**
 * An expression for what stands between the stars of a pattern.
 *
 * Each part is looked for after the one before it, and stays where it is first found, as none after it
 * has a use for another place: many stars take no time to the power of their number. JavaScript goes
 * back into no lookahead that has matched.
 *
 * @param parts Sources of expressions without groups, each for a fixed number of characters.
 * @returns What matches a whole name, with any characters between the parts.
 * @throws {SyntaxError} For sources of none.
 */
export function withStars(parts: readonly string[]): RegExp {
  const [first, ...others] = parts;
  const last = others.pop();
  if (last === undefined) return new RegExp(`^${first}$`, "su");
  const between = others.map((part, index) => `(?=(.*?${part}))\\${index + 1}`);
  return new RegExp(`^${first}${between.join("")}.*${last}$`, "su");
}

/**
 * An expression for a pattern of names.
 *
 * @param pattern The pattern, in which `*` stands for any characters.
 * @returns What matches the names that it stands for.
 */
export function starsIn(pattern: string): RegExp {
  return withStars(
    pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")),
  );
}
