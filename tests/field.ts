/**
 * Inputs as people have them (fixtures/make_field.py), and the advice that their messages give, which is
 * tried: what it names reads this very input, or is not given.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { DENO_RUN } from "./deno_run.ts";
import type { Flag } from "../src/commands/flag.ts";
import { scoreCommand } from "../src/commands/score.ts";

/** An input, and what must come of it. */
export interface FieldCase {
  readonly input: string;
  readonly args: readonly string[];
  /** By NumPy; null where it holds no embeddings. */
  readonly rankMe: number | null;
  readonly result: "number" | "refused" | "either";
  /** What capitals in advice stand for. */
  readonly values: Readonly<Record<string, string>>;
  /** Whether some advice has to lead to the number. */
  readonly advised: boolean;
}

/** What a message advises to do. */
export interface Advice {
  /** A line for a shell, or nothing. */
  readonly command?: string;
  /** Flags to add, each with its value, or those to leave out. */
  readonly flags?: readonly string[];
  readonly leftOut?: readonly string[];
}

/** What a run came to. */
export interface Outcome {
  readonly status: number;
  readonly rankMe?: number;
  readonly stderr: string;
}

const FOLDER = new URL("fixtures/field/", import.meta.url);
const CLI = new URL("../cli.ts", import.meta.url).href;
const FLAGS: ReadonlyMap<string, Flag> = new Map<string, Flag>(
  scoreCommand.flags.flatMap((flag) => [
    [`--${flag.name}`, flag] as const,
    ...flag.negatable ? [[`--no-${flag.name}`, flag] as const] : [],
  ]),
);
/** Programs that begin a command. */
const PROGRAMS =
  "rankme python3 jq unzip tar mkdir sqlite3 iconv bzip2 xz lz4 7z unrar sed cut tail " +
  "head awk tr git dvc psql pg_restore Rscript";
const COMMAND = new RegExp(
  `(?:^|[:;,] |\\b(?:use|run|with|as in) )((?:${PROGRAMS.replaceAll(" ", "|")}) .*)$`,
  "m",
);
/** What cannot be had here: the file of a pointer, a server, programs and packages too large for tests. */
const ELSEWHERE =
  /^(git lfs|git annex|dvc|psql|pg_restore|unrar|Rscript)\b|\b(torch|tensorflow|lance)\b/;

/** All cases. */
export const FIELD: readonly FieldCase[] = JSON.parse(
  Deno.readTextFileSync(new URL("cases.json", FOLDER)),
);

/** What a case is called in a test. */
export function nameOf({ input, args }: FieldCase): string {
  return [input, ...args].join(" ");
}

/** A copy of the inputs, in which commands may write, and with a program `rankme`. */
export class Field implements AsyncDisposable {
  readonly #folder: string;
  readonly #path: string;

  private constructor(folder: string, path: string) {
    this.#folder = folder;
    this.#path = path;
  }

  /** Makes it; programs are looked for in some more folders first. */
  static async open(programs: readonly string[] = []): Promise<Field> {
    const folder = await Deno.makeTempDir();
    await copyFolder(FOLDER, new URL(`file://${folder}/field/`));
    await Deno.mkdir(`${folder}/bin`);
    const words = [Deno.execPath(), ...DENO_RUN, "--allow-read", CLI];
    const line = words.map((word) => `'${word}'`).join(" ");
    await Deno.writeTextFile(`${folder}/bin/rankme`, `#!/bin/sh\nexec ${line} "$@" --json\n`, {
      mode: 0o755,
    });
    const path = [`${folder}/bin`, ...programs, Deno.env.get("PATH") ?? ""].join(":");
    return new Field(folder, path);
  }

  /** Scores an input. */
  async score(args: readonly string[]): Promise<Outcome> {
    return await this.#run(Deno.execPath(), [
      ...DENO_RUN,
      "--allow-read",
      CLI,
      "--json",
      ...args,
    ]);
  }

  /** Runs a line in a shell, beside the inputs; what it unpacks is gone afterwards. */
  async runLine(line: string): Promise<Outcome> {
    const outcome = await this.#run("sh", ["-c", line]);
    for (const name of ["unpacked", "unpacked.zarr"]) {
      await Deno.remove(`${this.#folder}/field/${name}`, { recursive: true }).catch(() => {});
    }
    return outcome;
  }

  /** Whether there is a program. */
  async has(program: string): Promise<boolean> {
    return (await this.#run("sh", ["-c", `command -v ${program}`])).status === 0;
  }

  async #run(program: string, args: readonly string[]): Promise<Outcome> {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      cwd: `${this.#folder}/field`,
      env: { NO_COLOR: "1", PATH: this.#path },
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout);
    const rankMe = /"rankMe":([^,}]+)/.exec(text)?.[1];
    return {
      status: code,
      ...rankMe !== undefined && { rankMe: Number(rankMe) },
      stderr: new TextDecoder().decode(stderr),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function copyFolder(from: URL, to: URL): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(new URL(`${name}/`, from), new URL(`${name}/`, to));
    else await Deno.copyFile(new URL(name, from), new URL(name, to));
  }
}

/** The advice in a message: commands on lines of their own, or the one that ends it, and flags. */
export function adviceIn(message: string): readonly Advice[] {
  const lines = message.matchAll(/^ {4}(rankme .*)$/gm).map(([, command]) => ({ command }));
  return [...lines, ...adviceInLine(message.replace(/^ {4}rankme .*$/gm, ""))];
}

function adviceInLine(message: string): readonly Advice[] {
  const command = COMMAND.exec(message)?.[1].trim();
  const rest = command === undefined ? message : message.slice(0, message.lastIndexOf(command));
  return [...command === undefined ? [] : [{ command }], ...flagsIn(rest)];
}

/** Flags that stand together are one piece of advice. */
function flagsIn(text: string): Advice[] {
  const advice: Advice[] = [];
  const words = text.split(/\s+/);
  for (let i = 0; i < words.length; i++) {
    if (!/^\(?--[a-z]/.test(words[i])) continue;
    const isLeftOut = /\bleave out$/.test(words.slice(0, i).join(" "));
    const flags: string[] = [];
    for (; /^\(?--[a-z]|^and$/.test(words[i] ?? ""); i++) {
      if (words[i] === "and" && isLeftOut) continue;
      const name = /--[a-z-]+/.exec(words[i])?.[0];
      if (name === undefined) break;
      const flag = FLAGS.get(name);
      assert(flag !== undefined, `${name} is no flag of score: ${text}`);
      flags.push(name);
      const isLast = /[,;)]$/.test(words[i]);
      if (flag.value !== undefined && !isLast && !isLeftOut) {
        i++;
        flags.push((words[i] ?? "").replace(/[,;)]+$/, "").replace(/^'(.*)'$/, "$1"));
      }
    }
    i--;
    advice.push(isLeftOut ? { leftOut: flags } : { flags });
  }
  return advice;
}

/** The arguments of a case as some advice has them. */
export function advised(args: readonly string[], { flags = [], leftOut = [] }: Advice): string[] {
  const replaced = new Set([...flags, ...leftOut].filter((word) => word.startsWith("--")));
  const kept: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const takesValue = FLAGS.get(args[i])?.value !== undefined;
    if (!replaced.has(args[i])) kept.push(...args.slice(i, i + (takesValue ? 2 : 1)));
    if (takesValue) i++;
  }
  return [...kept, ...flags];
}

/** Puts in what only the user knows. */
export function filledIn(text: string, { values }: FieldCase): string {
  return text.replace(/\b(NAME|TABLE|COLUMN|LIST|D)\b/g, (word) => {
    assertEquals(word in values, true, `nobody can know ${word} here: ${text}`);
    return values[word];
  });
}

/** Asserts that a run gave the right number. */
export function assertRight({ rankMe }: FieldCase, outcome: Outcome): void {
  assertEquals(outcome.status, 0, outcome.stderr);
  assertAlmostEquals(outcome.rankMe!, rankMe ?? NaN, 1e-6);
}

/**
 * Follows some advice: it gives the right number, or fails, but never gives another number.
 *
 * @returns Whether it gave the number; nothing where it cannot be followed here.
 */
export async function follow(
  one: FieldCase,
  advice: Advice,
  field: Field,
): Promise<boolean | undefined> {
  if (advice.command !== undefined && ELSEWHERE.test(advice.command)) return undefined;
  const outcome = advice.command === undefined
    ? await field.score([
      one.input,
      ...advised(one.args, advice).map((word) => filledIn(word, one)),
    ])
    : await field.runLine(filledIn(advice.command, one));
  if (outcome.rankMe === undefined) return false;
  assertRight(one, outcome);
  return true;
}
