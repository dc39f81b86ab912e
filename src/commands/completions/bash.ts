import { type Command, DEFAULT_COMMAND } from "../command.ts";
import { type Flag, withCommon } from "../flag.ts";
import { HELP, spellings } from "./words.ts";

/**
 * The script that completes for bash.
 *
 * @param commands Every command.
 * @returns What bash is to source; it does in bash 3.2, too.
 */
export function bashCompletions(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name);
  return `# What bash completes after rankme: made by rankme completions bash
_rankme() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  local command=${DEFAULT_COMMAND} flags="" words="" files=yes
  # An = is a word of its own for bash.
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $before == "=" ]]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if ((COMP_CWORD == 1)); then
    words="${[...names, HELP].join(" ")}"
  else
    case \${COMP_WORDS[1]} in
      ${[...names, HELP].join("|")}) command=\${COMP_WORDS[1]} ;;
    esac
  fi
  case $command in
${commands.map(caseOf).join("\n")}
    ${HELP})
      words="${names.join(" ")}" files="" ;;
  esac
  if [[ $flags != "" && $current == -* ]]; then
    words=$flags files=""
  fi
  # Files are what bash completes where this names nothing; bash 3 has no compopt.
  [[ $files != "" ]] || compopt +o default 2>/dev/null
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _rankme rankme
`;
}

/** What may follow a command. */
function caseOf(command: Command): string {
  const { name, operands } = command;
  const flags = withCommon(command.flags);
  const valued = flags.filter(({ value, isPath }) => value !== undefined && !isPath);
  const others = valued.filter(({ choices }) => !choices);
  return [
    `    ${name})`,
    `      flags="${flags.flatMap(spellings).join(" ")}"`,
    ...operands ? [`      words="${operands.join(" ")}" files=""`] : [],
    "      case $before in",
    ...valued.flatMap((flag) =>
      flag.choices
        ? [`        ${pattern([flag])}) words="${flag.choices.join(" ")}" flags="" files="" ;;`]
        : []
    ),
    ...others.length > 0 ? [`        ${pattern(others)}) words="" flags="" files="" ;;`] : [],
    "      esac ;;",
  ].join("\n");
}

function pattern(flags: readonly Flag[]): string {
  return flags.flatMap(spellings).join("|");
}
