import type { Flag } from "../flag.ts";

/** The word that asks for help, which is no command. */
export const HELP = "help";

/**
 * The ways to write a flag.
 *
 * @param flag Which.
 * @returns Words, hyphens included.
 */
export function spellings({ name, short, negatable }: Flag): readonly string[] {
  return [`--${name}`, ...negatable ? [`--no-${name}`] : [], ...short ? [`-${short}`] : []];
}
