import type { Flag } from "./flag.ts";
import type { Arguments } from "./flags.ts";

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
  /** The flags it takes. */
  readonly flags: readonly Flag[];
  /** Commands worth copying, each with what it does. */
  readonly examples: readonly (readonly [command: string, what: string])[];
  /**
   * Runs it.
   *
   * @param args Its arguments.
   * @returns The exit status.
   */
  run(args: Arguments): Promise<number>;
}
