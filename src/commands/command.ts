import type { Flag } from "./flag.ts";
import type { Arguments } from "./flags.ts";

/** The command that is meant where none is named. */
export const DEFAULT_COMMAND = "score";

/** Loads every command there is. */
export type LoadCommands = () => Promise<readonly Command[]>;

/** One subcommand. */
export interface Command {
  /** What it is called. */
  readonly name: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** What follows its name. */
  readonly usage: string;
  /** More about it, as paragraphs. */
  readonly description: string;
  /** The only words that may follow it, besides flags; absent where inputs do. */
  readonly operands?: readonly string[];
  /** The flags it takes. */
  readonly flags: readonly Flag[];
  /** Commands worth copying, each with what it does. */
  readonly examples: readonly (readonly [command: string, what: string])[];
  /**
   * Runs it.
   *
   * @param args Its arguments.
   * @param loadCommands What there is besides it.
   * @returns The exit status.
   */
  run(args: Arguments, loadCommands: LoadCommands): Promise<number>;
}
