import { type Command, DEFAULT_COMMAND } from "../command.ts";
import { type Flag, withCommon } from "../flag.ts";
import { HELP, spellings } from "./words.ts";

/**
 * The script that completes for zsh.
 *
 * @param commands Every command.
 * @returns What a file `_rankme` in `fpath` is to hold.
 */
export function zshCompletions(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name);
  const described = [
    ...commands.map(({ name, summary }) => `${name}:${summary}`),
    `${HELP}:show help on a command`,
  ];
  return `#compdef rankme
# What zsh completes after rankme: made by rankme completions zsh
_rankme() {
  local command=${DEFAULT_COMMAND}
  local -a commands=(
${described.map((one) => `    ${quoted(one)}`).join("\n")}
  )
  if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
    _describe -t commands command commands
    _files
    return
  fi
  if ((CURRENT > 2)); then
    case $words[2] in
      ${[...names, HELP].join("|")})
        command=$words[2]
        shift words
        ((CURRENT--)) ;;
    esac
  fi
  case $command in
${commands.map(caseOf).join("\n")}
    ${HELP})
      _arguments ${quoted(`:command:(${names.join(" ")})`)} ;;
  esac
}
if [[ $funcstack[1] == _rankme ]]; then _rankme "$@"; else compdef _rankme rankme; fi
`;
}

/** What may follow a command. */
function caseOf(command: Command): string {
  const { name, operands, flags } = command;
  const rest = operands ? `:word:(${operands.join(" ")})` : "*:input:_files";
  const specs = [...withCommon(flags).flatMap(specsOf), rest];
  return [
    `    ${name})`,
    `      _arguments -s ${specs.map((one) => `\\\n        ${quoted(one)}`).join(" ")} ;;`,
  ].join("\n");
}

/** A flag as `_arguments` has it: once for each way to write it. */
function specsOf(flag: Flag): string[] {
  const { help, value, choices, isPath } = flag;
  const action = choices ? `(${choices.join(" ")})` : isPath ? "_files" : " ";
  const text = `[${help.replaceAll(/[[\]\\]/g, "\\$&")}]`;
  return spellings(flag).map((word) => {
    if (value === undefined) return `*${word}${text}`;
    const takes = word.startsWith("--") ? "=" : "+";
    return `*${word}${takes}${text}:${value.replaceAll(":", "\\:")}:${action}`;
  });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
