import { hanging, wrap, wrapWords } from "../report/layout.ts";
import { VERSION } from "../report/version.ts";
import type { Command } from "./command.ts";
import { type Flag, withCommon } from "./flag.ts";

/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST = 100;
/** Names before texts take no more of a line than this; the text of a longer one begins below it. */
const NAME_SHARE = 0.4;
/** Blanks before a text below its name. */
const BELOW = 6;

/**
 * The help on everything.
 *
 * @param commands The commands there are.
 * @param width The columns of a line.
 * @returns Some lines, each ended.
 */
export function generalHelp(commands: readonly Command[], width: number): string {
  return page([
    ...paragraphs(
      `rankme ${VERSION}: how good are embeddings, without labels?

RankMe is the effective rank of an embedding matrix: how many directions the embeddings really use.
Compare it between runs of one method; higher is better.`,
      width,
    ),
    "",
    "Usage",
    ...columns([
      ["producer | rankme", "score what is piped in"],
      ["rankme INPUT…", "score files, folders, patterns or URLs, which are its shards"],
      ["rankme COMMAND [flags]", ""],
    ], width),
    "",
    "Commands",
    ...columns(commands.map(({ name, summary }) => [name, summary]), width),
    "",
    ...wrap("rankme help COMMAND shows a command's flags and examples.", line(width)),
  ]);
}

/**
 * The help on one command.
 *
 * @param command Which.
 * @param width The columns of a line.
 * @returns Some lines, each ended.
 */
export function commandHelp(command: Command, width: number): string {
  const { name, summary, usage, description, flags, examples } = command;
  return page([
    ...wrap(`rankme ${name}: ${summary}`, line(width)),
    "",
    "Usage",
    ...hanging("  ", `rankme ${name} ${usage}`, line(width)),
    "",
    ...paragraphs(description, width),
    "",
    "Flags",
    ...columns(withCommon(flags).map((flag) => [spelling(flag), flag.help]), width),
    "",
    "Examples",
    ...examples.flatMap(([command, what], index) => [
      ...index > 0 ? [""] : [],
      ...hanging("  # ", what, line(width)),
      ...shellLines(command, width),
    ]),
  ]);
}

function page(lines: readonly string[]): string {
  return lines.map((one) => `${one.trimEnd()}\n`).join("");
}

function line(width: number): number {
  return Math.min(width, WIDEST);
}

/** Paragraphs, filled anew; indented lines are names and what they are. */
function paragraphs(text: string, width: number): string[] {
  return text.split("\n\n").flatMap((part, index) => {
    const lines = part.split("\n");
    const rows = lines.flatMap((one): [string, string][] => {
      const [, name, meaning] = /^ +(\S.*?) {2,}(.*)$/.exec(one) ?? [];
      return name === undefined ? [] : [[name, meaning]];
    });
    return [
      ...index > 0 ? [""] : [],
      ...rows.length === lines.length ? columns(rows, width) : wrap(lines.join(" "), line(width)),
    ];
  });
}

function spelling({ name, short, value, negatable }: Flag): string {
  const letter = short ? `-${short}, ` : "";
  return `${letter}--${negatable ? "[no-]" : ""}${name}${value ? ` ${value}` : ""}`;
}

/** Names and what they are; the text of a name that is longer than others begins below it. */
function columns(rows: readonly (readonly [string, string])[], width: number): string[] {
  const most = Math.floor(NAME_SHARE * line(width));
  const names = rows.map(([{ length }]) => length).filter((length) => length <= most);
  const indent = Math.max(...names, 0) + 4;
  return rows.flatMap(([name, text]) =>
    name.length <= most
      ? hanging(`  ${name}`.padEnd(indent), text, line(width))
      : [`  ${name}`, ...hanging(" ".repeat(BELOW), text, line(width))]
  );
}

/** A command for a shell, broken with backslashes between its words where it is too long. */
function shellLines(command: string, width: number): string[] {
  const words = command.match(/(?:'[^']*'|\S)+/g) ?? [];
  return wrapWords(words, line(width) - 6, " \\").map((one, at) =>
    (at === 0 ? "  " : "    ") + one
  );
}
