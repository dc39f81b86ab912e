/** One flag of a command. */
export interface Flag {
  /** Its name, without the hyphens. */
  readonly name: string;
  /** One letter that stands for it. */
  readonly short?: string;
  /** What stands for its value in the help; a flag without one is on or off. */
  readonly value?: string;
  /** What it does, for the help. */
  readonly help: string;
  /** Whether `--no-NAME` turns off what is otherwise on. */
  readonly negatable?: boolean;
  /** Whether its value is the path of a file. */
  readonly isPath?: boolean;
  /** The flags of which one at least must be given for it to do anything. */
  readonly needs?: readonly string[];
  /** The only values there are. */
  readonly choices?: readonly string[];
  /** Whether it may be given several times; otherwise the last one counts. */
  readonly repeatable?: boolean;
}

/** Flags that every command has. */
export const COMMON_FLAGS: readonly Flag[] = [
  { name: "help", short: "h", help: "show this help" },
  { name: "version", short: "V", help: "show the version" },
];

/**
 * All flags that a command takes.
 *
 * @param flags Its own.
 * @returns These, and then those that every command has.
 */
export function withCommon(flags: readonly Flag[]): readonly Flag[] {
  return [...flags, ...COMMON_FLAGS];
}
