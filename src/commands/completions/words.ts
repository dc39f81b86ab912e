import type { Command } from "../command.ts";
import { COMMON_FLAGS, type Flag } from "../flag.ts";

/** The word that asks for help, which is no command. */
export const HELP = "help";

/**
 * All flags that a command takes.
 *
 * @param command Which.
 * @returns Its own, and then those that every command has.
 */
export function flagsOf({ flags }: Pick<Command, "flags">): readonly Flag[] {
  return [...flags, ...COMMON_FLAGS];
}

/**
 * The ways to write a flag.
 *
 * @param flag Which.
 * @returns Words, hyphens included.
 */
export function spellings({ name, short, negatable }: Flag): readonly string[] {
  return [`--${name}`, ...negatable ? [`--no-${name}`] : [], ...short ? [`-${short}`] : []];
}
