import { type Command, DEFAULT_COMMAND } from "../command.ts";
import { type Flag, withCommon } from "../flag.ts";
import { HELP } from "./words.ts";

/**
 * The script that completes for fish.
 *
 * @param commands Every command.
 * @returns What a file in a folder of fish's completions is to hold.
 */
export function fishCompletions(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name);
  const first = "__fish_is_first_arg";
  return [
    "# What fish completes after rankme: made by rankme completions fish",
    ...commands.map(({ name, summary }) => line(first, "-a", name, "-d", summary)),
    line(first, "-a", HELP, "-d", "show help on a command"),
    line(`__fish_seen_subcommand_from ${HELP}`, "-f", "-a", names.join(" ")),
    ...commands.flatMap((command) => linesOf(command, names)),
  ].map((one) => `${one}\n`).join("");
}

/** What may follow a command. */
function linesOf(command: Command, names: readonly string[]): string[] {
  const { name, operands, flags } = command;
  const others = [...names.filter((one) => one !== name), HELP].join(" ");
  const isMeant = name === DEFAULT_COMMAND
    ? `not __fish_seen_subcommand_from ${others}`
    : `__fish_seen_subcommand_from ${name}`;
  return [
    ...operands ? [line(isMeant, "-f", "-a", operands.join(" "))] : [],
    ...withCommon(flags).flatMap((flag) => flagLines(flag, isMeant)),
  ];
}

function flagLines(
  { name, short, help, value, negatable, choices, isPath }: Flag,
  isMeant: string,
): string[] {
  const takes = value === undefined ? [] : isPath ? ["-r", "-F"] : ["-x"];
  const words = choices ? ["-a", choices.join(" ")] : [];
  const letter = short ? ["-s", short] : [];
  return [
    line(isMeant, "-l", name, ...letter, ...takes, ...words, "-d", help),
    ...negatable ? [line(isMeant, "-l", `no-${name}`, "-d", help)] : [],
  ];
}

function line(condition: string, ...words: readonly string[]): string {
  return ["complete -c rankme -n", condition, ...words].map((word, at) =>
    at === 0 || /^-\w$/.test(word) ? word : quoted(word)
  ).join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
