import { parseArgs } from "@std/cli/parse-args";
import { type Flag, withCommon } from "./flag.ts";
import { usage } from "./usage.ts";
import { plainWords } from "./words.ts";

/** By which powers of a thousand sizes are told. */
const SIZE_UNITS = ["", "k", "m", "g", "t"];

/** The arguments of a command, checked against its flags. */
export class Arguments {
  /** What is no flag, in order. */
  readonly positionals: readonly string[];
  #values: ReadonlyMap<string, unknown>;

  /**
   * @param args The words after the command.
   * @param flags The flags there are, besides those that every command has.
   * @throws {RankMeError} `usage`, for a flag there is none of or that does nothing without another, a
   * value that is missing or none of the choices, a switch that is neither true nor false, and an input
   * without a name.
   */
  constructor(args: readonly string[], flags: readonly Flag[]) {
    const all = withCommon(flags);
    const parsed: Record<string, unknown> & { _: (string | number)[] } = parseArgs(
      plainWords(args, all),
      {
        string: [...all.map(({ name }) => name), "_"],
        collect: all.filter(({ repeatable }) => repeatable).map(({ name }) => name),
      },
    );
    this.positionals = parsed._.map(String);
    if (this.positionals.includes("")) {
      throw usage(
        'an input is "", which names nothing',
        "is a variable empty that should name it?",
      );
    }
    this.#values = new Map(Object.entries(parsed));
    this.#refuseIdle(flags);
  }

  /** Refuses a flag that changes nothing, as nothing else was asked for that it is about. */
  #refuseIdle(flags: readonly Flag[]): void {
    const given = new Set(flags.filter((flag) => this.isGiven(flag)).map(({ name }) => name));
    for (const { name, needs } of flags) {
      if (!needs || !given.has(name) || needs.some((other) => given.has(other))) continue;
      throw usage(`--${name} is for ${needs.map((other) => `--${other}`).join(" or ")}`);
    }
  }

  /**
   * Whether a flag asks for something: it has a value, or is a switch that is on.
   *
   * @param flag The flag.
   * @returns Whether it does.
   */
  isGiven({ name, value, repeatable }: Flag): boolean {
    if (repeatable) return this.all(name).length > 0;
    return value === undefined ? this.choice(name) === true : this.text(name) !== undefined;
  }

  /**
   * Whether a switch was given.
   *
   * @param name The flag.
   * @returns Whether it is on.
   */
  on(name: string): boolean {
    return this.choice(name) === true;
  }

  /**
   * Whether a switch that may be turned off was given, and how.
   *
   * @param name The flag.
   * @returns On, off, or neither.
   */
  choice(name: string): boolean | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : text === "true";
  }

  /**
   * The value of a flag.
   *
   * @param name The flag.
   * @returns Its text, or nothing when it was not given.
   */
  text(name: string): string | undefined {
    return this.#values.get(name) as string | undefined;
  }

  /**
   * The values of a flag that may be given several times.
   *
   * @param name The flag.
   * @returns The text of each, in order; none when it was not given.
   */
  all(name: string): readonly string[] {
    return (this.#values.get(name) ?? []) as readonly string[];
  }

  /**
   * The value of a flag that lists several things.
   *
   * @param name The flag.
   * @returns Its parts between commas, or nothing when it was not given.
   * @throws {RankMeError} `usage`, when there is nothing between them.
   */
  list(name: string): readonly string[] | undefined {
    const text = this.text(name);
    const parts = text?.split(",").map((part) => part.trim()).filter(Boolean);
    if (parts?.length === 0) throw usage(`--${name} names nothing: "${text}"`);
    return parts;
  }

  /**
   * The value of a flag that is a number.
   *
   * @param name The flag.
   * @returns The number, or nothing when it was not given.
   * @throws {RankMeError} `usage`, when it is none.
   */
  number(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : numberIn(name, text);
  }

  /**
   * The values of a flag of numbers that may be given several times.
   *
   * @param name The flag.
   * @returns Each number, in order; none when it was not given.
   * @throws {RankMeError} `usage`, when one is none.
   */
  numbers(name: string): readonly number[] {
    return this.all(name).map((text) => numberIn(name, text));
  }

  /**
   * The value of a flag that is a share of something.
   *
   * @param name The flag.
   * @returns The share, as 0.001 of both `0.001` and `0.1%`, or nothing when it was not given.
   * @throws {RankMeError} `usage`, when it is none.
   */
  share(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const [, digits, percent] = /^([\d.]+)\s*(%?)$/.exec(text.trim()) ?? [];
    const share = Number(digits) / (percent ? 100 : 1);
    if (!(share > 0 && share < 1)) throw usage(`--${name} is a share such as 0.1%, not "${text}"`);
    return share;
  }

  /**
   * The value of a flag that is a size of memory.
   *
   * @param name The flag.
   * @returns Bytes, as 2e9 of `2GB`, or nothing when it was not given.
   * @throws {RankMeError} `usage`, when it is none.
   */
  bytes(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const [, digits, unit = ""] = /^([\d.]+)\s*([kMGT]?)B?$/i.exec(text.trim()) ?? [];
    const bytes = Number(digits) * 1000 ** SIZE_UNITS.indexOf(unit.toLowerCase());
    if (!(bytes > 0)) throw usage(`--${name} is a size such as 2GB, not "${text}"`);
    return bytes;
  }

  /**
   * The value of a flag that counts something.
   *
   * @param name The flag.
   * @param least The least that makes sense.
   * @returns A whole number from `least` on, or nothing when it was not given.
   * @throws {RankMeError} `usage`, when it is none.
   */
  count(name: string, least = 1): number | undefined {
    const number = this.number(name);
    if (number !== undefined && !(Number.isSafeInteger(number) && number >= least)) {
      throw usage(`--${name} is a whole number from ${least} on, not "${this.text(name)}"`);
    }
    return number;
  }
}

function numberIn(name: string, text: string): number {
  const number = Number(text.replaceAll(/(?<=\d)_(?=\d)/g, ""));
  // Of nothing but blanks JavaScript makes a 0.
  if (text.trim() === "" || !Number.isFinite(number)) {
    throw usage(`--${name} is a number, not "${text}"`);
  }
  return number;
}
