import { closest, type RankMeError } from "../errors.ts";
import type { Flag } from "./flag.ts";
import { usage } from "./usage.ts";

/** A flag as it was written, with what stands in the same word as its value. */
interface Given {
  readonly flag: Flag;
  /** How it was written, without a value. */
  readonly spelling: string;
  /** Whether it is a switch that `--no-NAME` turns off. */
  readonly negated?: boolean;
  readonly value?: string;
}

const NEGATIVE = /^-[\d.]/;

/**
 * The words of a command line with each flag in one way of writing: `--NAME=VALUE` with a value that is
 * not empty, and a switch as `--NAME=true` or `--NAME=false`. What a parser of words makes of the other
 * ways differs from one to the next, as what `--NAME=` means.
 *
 * @param args The words after the command.
 * @param flags The flags there are.
 * @returns The words, in order; everything after `--` as it is.
 * @throws {RankMeError} `usage`, for a flag there is none of, a value that is missing or none of the
 * choices, and a switch that is neither true nor false.
 */
export function plainWords(args: readonly string[], flags: readonly Flag[]): string[] {
  const end = args.indexOf("--");
  const mixed = (end < 0 ? args : args.slice(0, end)).values();
  const words: string[] = [];
  let next = mixed.next();
  while (!next.done) {
    const word = next.value;
    next = mixed.next();
    if (!looksLikeFlag(word)) {
      words.push(word);
      continue;
    }
    for (const given of word.startsWith("--") ? [longFlag(word, flags)] : letters(word, flags)) {
      if (given.value === undefined && !next.done && takes(given.flag, next.value)) {
        words.push(plain({ ...given, value: next.value }));
        next = mixed.next();
      } else words.push(plain(given, next.value));
    }
  }
  return end < 0 ? words : [...words, ...args.slice(end)];
}

/** A lone hyphen is standard input. */
function looksLikeFlag(word: string): boolean {
  return word.startsWith("-") && word !== "-";
}

/** Whether a flag that is without a value in its own word takes the next one. */
function takes({ value }: Flag, next: string): boolean {
  return value === undefined ? next === "true" || next === "false" : !looksLikeFlag(next);
}

function longFlag(word: string, flags: readonly Flag[]): Given {
  const [, spelling, name, value] = /^(--(.+?))(?:=(.*))?$/s.exec(word) ?? [];
  const flag = flags.find((one) => one.name === name);
  if (flag) return { flag, spelling, value };
  const opposite = flags.find((one) => one.negatable && `no-${one.name}` === name);
  if (opposite) return { flag: opposite, spelling, negated: true, value };
  throw unknownFlag(word, flags);
}

/** The flags behind one hyphen: letters, of which the last may have a value. */
function letters(word: string, flags: readonly Flag[]): Given[] {
  const found: Given[] = [];
  for (let at = 1; at < word.length; at++) {
    const flag = flags.find(({ short }) => short === word[at]);
    if (!flag) throw unknownFlag(word, flags);
    const rest = word.slice(at + 1);
    const hasValue = rest.startsWith("=") || (rest !== "" && flag.value !== undefined);
    const value = hasValue ? rest.replace(/^=/, "") : undefined;
    found.push({ flag, spelling: `-${word[at]}`, value });
    if (hasValue) break;
  }
  return found;
}

function plain({ flag, spelling, negated = false, value }: Given, next = ""): string {
  const { name, value: placeholder, choices } = flag;
  if (placeholder === undefined) {
    if (value !== undefined && value !== "true" && value !== "false") {
      throw usage(`${spelling} takes no value but true or false, not "${value}"`);
    }
    return `--${name}=${(value !== "false") !== negated}`;
  }
  if (value === undefined || value === "") {
    const advice = NEGATIVE.test(next) ? `write --${name}=${next}` : undefined;
    throw usage(`${spelling} needs a value: --${name}=${placeholder}`, advice);
  }
  if (choices && !choices.includes(value)) {
    throw usage(`--${name} is ${choices.join(", ")}, not "${value}"`);
  }
  return `--${name}=${value}`;
}

function unknownFlag(word: string, flags: readonly Flag[]): RankMeError {
  if (NEGATIVE.test(word)) {
    return usage(
      `${word} looks like a flag`,
      `write a negative value with =, as in --NAME=${word}`,
    );
  }
  const bare = word.replace(/=.*$/s, "");
  const near = closest(bare.replace(/^-+/, ""), flags.map((flag) => flag.name));
  return usage(`there is no flag ${bare}`, near ? `did you mean --${near}?` : "see --help");
}
