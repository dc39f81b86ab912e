import { VERSION } from "../report/version.ts";
import type { Command } from "./command.ts";
import { COMMON_FLAGS, type Flag } from "./flag.ts";

/**
 * The help on everything.
 *
 * @param commands The commands there are.
 * @returns Some lines.
 */
export function generalHelp(commands: readonly Command[]): string {
  return `rankme ${VERSION}: how good are embeddings, without labels?

RankMe is the effective rank of an embedding matrix: how many directions the
embeddings really use. Compare it between runs of one method; higher is better.

Usage
  producer | rankme             score what is piped in
  rankme INPUT…                 score files, folders, patterns or URLs, which are its shards
  rankme COMMAND [flags]

Commands
${columns(commands.map(({ name, summary }) => [name, summary]))}

rankme help COMMAND shows a command's flags and examples.
`;
}

/**
 * The help on one command.
 *
 * @param command Which.
 * @returns Some lines.
 */
export function commandHelp(command: Command): string {
  const { name, usage, description, flags, examples } = command;
  return `rankme ${name}: ${command.summary}

Usage
  rankme ${name} ${usage}

${description}

Flags
${columns([...flags, ...COMMON_FLAGS].map((flag) => [spelling(flag), flag.help]))}

Examples
${examples.map(([line, what]) => `  # ${what}\n  ${line}`).join("\n\n")}
`;
}

function spelling({ name, short, value, negatable }: Flag): string {
  const letter = short ? `-${short}, ` : "";
  return `${letter}--${negatable ? "[no-]" : ""}${name}${value ? ` ${value}` : ""}`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
