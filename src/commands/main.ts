import { type ErrorCode, EXIT_STATUS, RankMeError } from "../errors.ts";
import { VERSION } from "../report/version.ts";
import type { Command } from "./command.ts";
import { doctorCommand } from "./doctor.ts";
import { Arguments, closest, usage } from "./flags.ts";
import { generateCommand } from "./generate.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { note, print } from "./output.ts";
import { scoreCommand } from "./score.ts";

/** Every subcommand; the first is the default. */
const COMMANDS: readonly Command[] = [scoreCommand, generateCommand, doctorCommand];
const NAMES = COMMANDS.map(({ name }) => name);
/** What comes of a mistyped command, which is taken for a file. */
const NO_SUCH_INPUT: readonly ErrorCode[] = ["unreadable", "permission"];

/**
 * The command line.
 *
 * @param args The words after the program.
 * @returns The exit status.
 */
export async function main(args: readonly string[]): Promise<number> {
  const verbose = args.includes("--verbose") || args.includes("-v");
  try {
    return await dispatch(args);
  } catch (error) {
    return explain(error, verbose);
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  if (args[0] === "help") return printHelp(args[1]);
  const named = COMMANDS.find(({ name }) => name === args[0]);
  const command = named ?? scoreCommand;
  const parsed = new Arguments(named ? args.slice(1) : args, command.flags);
  if (parsed.on("version")) {
    print(`rankme ${VERSION}\n`);
    return EXIT_STATUS.done;
  }
  if (parsed.on("help")) return printHelp(named?.name);
  const nothingToScore = command === scoreCommand && parsed.positionals.length === 0 &&
    Deno.stdin.isTerminal();
  if (nothingToScore) return printHelp(named?.name);
  return await command.run(parsed);
}

function printHelp(name: string | undefined): number {
  const command = COMMANDS.find((command) => command.name === name);
  if (name !== undefined && !command) {
    const near = closest(name, NAMES);
    throw usage(`there is no command "${name}"`, near && `did you mean ${near}?`);
  }
  print(command ? commandHelp(command) : generalHelp(COMMANDS));
  return EXIT_STATUS.done;
}

/** Says what went wrong, in one line where it is not our fault. */
function explain(error: unknown, verbose: boolean): number {
  // Nobody reads our output any more, as after `| head`: that is no error.
  if (error instanceof Deno.errors.BrokenPipe) return EXIT_STATUS.done;
  if (error instanceof RankMeError) {
    const near = NO_SUCH_INPUT.includes(error.code) && closest(error.place.input ?? "", NAMES);
    note(`rankme: ${error.message}${near ? `; did you mean the command ${near}?` : ""}\n`);
    return error.exitStatus;
  }
  if (error instanceof RangeError && /allocat|array length/i.test(error.message)) {
    note(`rankme: out of memory (${error.message})\n`);
    return EXIT_STATUS.resources;
  }
  const [reason, stack] = error instanceof Error ? [error.message, error.stack] : [String(error)];
  note(`rankme: a fault of ours: ${reason}; please report it, with the output of --verbose\n`);
  if (verbose && stack) note(`${stack}\n`);
  return EXIT_STATUS.internal;
}
