import { closest, type ErrorCode, EXIT_STATUS } from "../errors.ts";
import { VERSION } from "../report/version.ts";
import { explained } from "../platform/environment_errors.ts";
import { type Command, DEFAULT_COMMAND } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { Arguments } from "./flags.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { print, say, terminalWidth } from "./output.ts";
import { usage } from "./usage.ts";

const NAMES = Object.keys(COMMANDS);
/** The columns of help that goes to no terminal. */
const HELP_WIDTH = 80;
/** What comes of a mistyped command, which is taken for a file. */
const NO_SUCH_INPUT: readonly ErrorCode[] = ["unreadable", "permission"];

/**
 * The command line.
 *
 * @param args The words after the program.
 * @returns The exit status.
 */
export async function main(args: readonly string[]): Promise<number> {
  const verbose = args.some((arg) => arg === "--verbose" || /^-[a-zA-Z]*v/.test(arg));
  try {
    return await dispatch(args);
  } catch (error) {
    return report(error, verbose);
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  if (args[0] === "help") return await printHelp(args[1]);
  const named = args[0] !== undefined && Object.hasOwn(COMMANDS, args[0]) ? args[0] : undefined;
  const command = await COMMANDS[named ?? DEFAULT_COMMAND]();
  const words = named === undefined ? args : args.slice(1);
  const parsed = new Arguments(words, command.flags);
  if (parsed.on("version")) {
    print(`rankme ${VERSION}\n`);
    return EXIT_STATUS.done;
  }
  if (parsed.on("help")) return await printHelp(named);
  // Whoever says how to score wants a score, not the help: a gate must not pass for want of an input.
  const isBare = command.name === DEFAULT_COMMAND && words.length === 0 && Deno.stdin.isTerminal();
  if (isBare) return await printHelp(named);
  refuseOthers(parsed.positionals, command);
  return await command.run(parsed, everyCommand);
}

async function everyCommand(): Promise<readonly Command[]> {
  return await Promise.all(Object.values(COMMANDS).map((load) => load()));
}

/** Refuses words that a command would pass over. */
function refuseOthers(words: readonly string[], { name, operands }: Command): void {
  const other = operands && words.find((word) => !operands.includes(word));
  if (other === undefined) return;
  const what = operands!.length > 0 ? operands!.join(", ") : "no input";
  throw usage(`${name} takes ${what}, not "${other}"`);
}

async function printHelp(name: string | undefined): Promise<number> {
  const width = terminalWidth(HELP_WIDTH);
  if (name === undefined) {
    print(generalHelp(await everyCommand(), width));
  } else if (Object.hasOwn(COMMANDS, name)) {
    print(commandHelp(await COMMANDS[name](), width));
  } else {
    const near = closest(name, NAMES);
    throw usage(`there is no command "${name}"`, near && `did you mean ${near}?`);
  }
  return EXIT_STATUS.done;
}

/** Says what went wrong, in one line where it is not our fault. */
function report(error: unknown, verbose: boolean): number {
  // Nobody reads our output any more, as after `| head`: that is no error.
  if (error instanceof Deno.errors.BrokenPipe) return EXIT_STATUS.done;
  const known = explained(error);
  if (known) {
    const near = NO_SUCH_INPUT.includes(known.code) && closest(known.place.input ?? "", NAMES);
    say(near ? `${known.message}; did you mean the command ${near}?` : known);
    return known.exitStatus;
  }
  const [reason, stack] = error instanceof Error ? [error.message, error.stack] : [String(error)];
  say(`a fault of ours: ${reason}; please report it, with the output of --verbose`);
  if (verbose && stack) stack.split("\n").forEach((line) => say(line));
  return EXIT_STATUS.internal;
}
