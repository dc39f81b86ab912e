import { closest, type ErrorCode, EXIT_STATUS, RankMeError } from "../errors.ts";
import { VERSION } from "../report/version.ts";
import type { Command } from "./command.ts";
import { Arguments, usage } from "./flags.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { note, print } from "./output.ts";

/** Every subcommand, loaded when it is asked for: a start takes as long as what it loads. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  score: async () => (await import("./score.ts")).scoreCommand,
  compare: async () => (await import("./compare.ts")).compareCommand,
  select: async () => (await import("./select.ts")).selectCommand,
  generate: async () => (await import("./generate.ts")).generateCommand,
  cka: async () => (await import("./cka.ts")).ckaCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
};
const DEFAULT_COMMAND = "score";
const NAMES = Object.keys(COMMANDS);
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
  if (args[0] === "help") return await printHelp(args[1]);
  const named = args[0] !== undefined && Object.hasOwn(COMMANDS, args[0]) ? args[0] : undefined;
  const command = await COMMANDS[named ?? DEFAULT_COMMAND]();
  const parsed = new Arguments(named === undefined ? args : args.slice(1), command.flags);
  if (parsed.on("version")) {
    print(`rankme ${VERSION}\n`);
    return EXIT_STATUS.done;
  }
  const nothingToScore = command.name === DEFAULT_COMMAND && parsed.positionals.length === 0 &&
    Deno.stdin.isTerminal();
  if (parsed.on("help") || nothingToScore) return await printHelp(named);
  return await command.run(parsed);
}

async function printHelp(name: string | undefined): Promise<number> {
  if (name === undefined) {
    print(generalHelp(await Promise.all(Object.values(COMMANDS).map((load) => load()))));
  } else if (Object.hasOwn(COMMANDS, name)) {
    print(commandHelp(await COMMANDS[name]()));
  } else {
    const near = closest(name, NAMES);
    throw usage(`there is no command "${name}"`, near && `did you mean ${near}?`);
  }
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
