import { parseArgs } from "@std/cli/parse-args";
import { closest, RankMeError } from "../errors.ts";

/** One flag of a command. */
export interface Flag {
  /** Its name, without the hyphens. */
  readonly name: string;
  /** One letter that stands for it. */
  readonly short?: string;
  /** What stands for its value in the help; a flag without one is on or off. */
  readonly value?: string;
  /** What it does, for the help. */
  readonly help: string;
  /** Whether `--no-NAME` turns off what is otherwise on. */
  readonly negatable?: boolean;
  /** The only values there are. */
  readonly choices?: readonly string[];
  /** Whether it may be given several times; otherwise the last one counts. */
  readonly repeatable?: boolean;
}

/** By which powers of a thousand sizes are told. */
const SIZE_UNITS = ["", "k", "m", "g", "t"];

/** Flags that every command has. */
export const COMMON_FLAGS: readonly Flag[] = [
  { name: "help", short: "h", help: "show this help" },
  { name: "version", short: "V", help: "show the version" },
];

/** The arguments of a command, checked against its flags. */
export class Arguments {
  /** What is no flag, in order. */
  readonly positionals: readonly string[];
  #values: ReadonlyMap<string, unknown>;

  /**
   * @param args The words after the command.
   * @param flags The flags there are, besides {@linkcode COMMON_FLAGS}.
   * @throws {RankMeError} `usage`, for a flag there is none of, and for a value that is missing or
   * none of the choices.
   */
  constructor(args: readonly string[], flags: readonly Flag[]) {
    const all = [...flags, ...COMMON_FLAGS];
    const names = (pick: (flag: Flag) => unknown) => all.filter(pick).map(({ name }) => name);
    const switches: string[] = names(({ value }) => value === undefined);
    const negatable: string[] = names((flag) => flag.negatable);
    const parsed: Record<string, unknown> & { _: (string | number)[] } = parseArgs([...args], {
      boolean: switches,
      string: [...names(({ value }) => value !== undefined), "_"],
      collect: names(({ repeatable }) => repeatable),
      negatable,
      alias: Object.fromEntries(all.flatMap(({ short, name }) => short ? [[short, name]] : [])),
      // Without a default, a flag that may be turned off would be off when it was not given.
      default: Object.fromEntries(negatable.map((name) => [name, undefined])),
      unknown: (arg, key) => {
        if (key !== undefined) throw unknownFlag(arg, all);
      },
    });
    for (const { name, value, choices } of all) {
      if (value === undefined) continue;
      for (const given of [parsed[name]].flat()) {
        if (given === undefined) continue;
        if (given === "") throw usage(`--${name} needs a value: --${name}=${value}`);
        if (choices && !choices.includes(String(given))) {
          throw usage(`--${name} is ${choices.join(", ")}, not "${given}"`);
        }
      }
    }
    this.positionals = parsed._.map(String);
    this.#values = new Map(Object.entries(parsed));
  }

  /**
   * Whether a switch was given.
   *
   * @param name The flag.
   * @returns Whether it is on.
   */
  on(name: string): boolean {
    return this.#values.get(name) === true;
  }

  /**
   * Whether a switch that may be turned off was given, and how.
   *
   * @param name The flag.
   * @returns On, off, or neither.
   */
  choice(name: string): boolean | undefined {
    return this.#values.get(name) as boolean | undefined;
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
   */
  list(name: string): readonly string[] | undefined {
    return this.text(name)?.split(",").map((part) => part.trim()).filter(Boolean);
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
    if (text === undefined) return undefined;
    const number = Number(text.replaceAll("_", ""));
    if (!Number.isFinite(number)) throw usage(`--${name} is a number, not "${text}"`);
    return number;
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
   * @returns A whole number from 1 on, or nothing when it was not given.
   * @throws {RankMeError} `usage`, when it is none.
   */
  count(name: string): number | undefined {
    const number = this.number(name);
    if (number !== undefined && !(Number.isSafeInteger(number) && number >= 1)) {
      throw usage(`--${name} is a whole number from 1 on, not "${this.text(name)}"`);
    }
    return number;
  }
}

/** An error of how the command line was used. */
export function usage(what: string, advice?: string): RankMeError {
  return new RankMeError("usage", what, { advice });
}

function unknownFlag(arg: string, flags: readonly Flag[]): RankMeError {
  const name = arg.replace(/^-+/, "").replace(/=.*$/s, "");
  if (/^-[\d.]/.test(arg)) {
    return usage(`${arg} looks like a flag`, `write a negative value with =, as in --NAME=${arg}`);
  }
  const near = closest(name, flags.map((flag) => flag.name));
  return usage(
    `there is no flag ${arg.replace(/=.*$/s, "")}`,
    near ? `did you mean --${near}?` : "see --help",
  );
}
