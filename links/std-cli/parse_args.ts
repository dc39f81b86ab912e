// Stand-in for the JSR package @std/cli, used only in this checkout because of the `links` entry of
// deno.json. It covers just what this project uses; published consumers get the real package.

/**
 * A parser of command line arguments; see {@linkcode parseArgs}.
 *
 * @module
 */

/** Names listed under an option; `undefined` when the option is not given. */
type Names = string | undefined;

/** What the `boolean` option may list; `true` stands for every long flag. */
type BooleanNames = Names | boolean;

/** For each name, the other name or names of the same flag. */
type Aliases = Partial<Record<string, string | readonly string[]>>;

/** Shows an intersection as the one object type it is. */
type Flatten<T> = T extends infer U ? { [K in keyof U]: U[K] } : never;

/** The names in `T` without the dotted ones, whose values are not typed here. */
type Undotted<T> = T extends `${string}.${string}` ? never : Extract<T, string>;

/** Whether an option surely lists something. */
type Given<T> = undefined extends T ? false : false extends T ? false : true;

/** `false` when the flag `K` is among the negatable flags `N`. */
type Negated<N, K> = N extends K ? false : never;

/** `undefined` when the flags' names are not known to the type checker. */
type Unsure<K> = string extends K ? undefined : never;

/** What each declared flag holds, before defaults and aliases. */
type Declared<B, S, C, N> =
  & { [K in Undotted<Exclude<S, C>>]?: string | Negated<N, K> }
  & { [K in Undotted<Extract<S, C>>]: string[] | Negated<N, K> | Unsure<K> }
  & { [K in Undotted<Exclude<B, C>>]: boolean | Unsure<K> }
  & { [K in Undotted<Extract<B, C>>]: boolean[] | Unsure<K> }
  & { [K in Undotted<Exclude<C, S | B>>]: unknown[] | Negated<N, K> };

/** Adds the types of the default values, and makes the flags that have one required. */
type WithDefaults<T, D> = D extends undefined ? T
  :
    & Omit<T, keyof D>
    & { [K in keyof D]: K extends keyof T ? D[K] | NonNullable<T[K]> : unknown };

/** The literal names that `A` gives the flag `K` besides its own. */
type AliasesOf<K, A> = K extends keyof A ? LiteralNames<A[K]> : never;

type LiteralNames<T> = T extends readonly (infer Name)[] ? LiteralNames<Name>
  : string extends T ? never
  : Extract<T, string>;

/** Repeats each flag under its aliases. */
type WithAliases<T, A> = { [K in keyof T as K | AliasesOf<K, A>]: T[K] };

/** All flags of a call: typed when `boolean`, `string` or `collect` says which there are. */
type Values<B, S, C, N, D, A> = true extends Given<B> | Given<S> | Given<C>
  ? Record<string, unknown> & WithAliases<WithDefaults<Declared<B, S, C, N>, D>, A>
  // deno-lint-ignore no-explicit-any
  : Record<string, any>;

/** What {@linkcode parseArgs} returns. */
export type Args<
  // deno-lint-ignore no-explicit-any
  TArgs extends Record<string, unknown> = Record<string, any>,
  TDoubleDash extends boolean | undefined = undefined,
> = Flatten<
  & TArgs
  & {
    /** The arguments that belong to no flag. */
    _: (string | number)[];
  }
  & (boolean extends TDoubleDash ? { "--"?: string[] }
    : true extends TDoubleDash ? { "--": string[] }
    : unknown)
>;

/** Options of {@linkcode parseArgs}. */
export interface ParseOptions<
  TBooleans extends BooleanNames = BooleanNames,
  TStrings extends Names = Names,
  TCollectable extends Names = Names,
  TNegatable extends Names = Names,
  TDefaults extends Record<string, unknown> | undefined = Record<string, unknown> | undefined,
  TAliases extends Aliases | undefined = Aliases | undefined,
  TDoubleDash extends boolean | undefined = boolean | undefined,
> {
  /**
   * Whether what follows `--` goes into the property `--` of the result instead of `_`.
   *
   * @default {false}
   */
  "--"?: TDoubleDash;

  /** Further names of flags; a flag's value is stored under all its names. */
  alias?: TAliases;

  /** The flags that take no value, or `true` for every long flag; they are `false` by default. */
  boolean?: TBooleans | readonly Extract<TBooleans, string>[];

  /** The values of flags that are not in the arguments. */
  default?: TDefaults;

  /**
   * Whether everything after the first argument that belongs to no flag goes into `_` as it is.
   *
   * @default {false}
   */
  stopEarly?: boolean;

  /** The flags whose value stays a string; `"_"` keeps the arguments in `_` strings too. */
  string?: TStrings | readonly Extract<TStrings, string>[];

  /** The flags that gather the values of all their occurrences in an array. */
  collect?: TCollectable | readonly Extract<TCollectable, string>[];

  /** The flags that `--no-NAME` sets to `false`. */
  negatable?: TNegatable | readonly Extract<TNegatable, string>[];

  /**
   * Called with each argument that no other option declares; one that belongs to no flag comes
   * without key and value. When it returns `false`, the argument is dropped.
   */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** The type of the options before the type parameters narrow it. */
type AnyOptions = ParseOptions;

/** A long flag: whether `no-` comes first, its name, and the value after `=`. */
const LONG_FLAG = /^--(no-)?(.+?)(?:=(.*))?$/s;

/** An argument that cannot be the value of a short flag. */
const FLAG_LIKE = /^--?[^-]/;

/** What the options say about the flags, by name. */
class Flags {
  readonly booleans: Set<string>;
  readonly strings: Set<string>;
  readonly collected: Set<string>;
  readonly negatable: Set<string>;
  readonly everyLongFlagIsBoolean: boolean;
  readonly #aliases = new Map<string, Set<string>>();

  constructor({ alias, boolean, string, collect, negatable }: AnyOptions) {
    for (const [name, others] of Object.entries(alias ?? {})) {
      if (others === undefined) throw new TypeError("Alias value must be defined");
      const names = [name, ...[others].flat()];
      for (const one of names) {
        this.#aliases.set(one, new Set(names.filter((other) => other !== one)));
      }
    }
    this.everyLongFlagIsBoolean = boolean === true;
    this.booleans = this.#withAliases(typeof boolean === "boolean" ? [] : boolean);
    this.strings = this.#withAliases(string);
    this.collected = this.#withAliases(collect);
    this.negatable = this.#withAliases(negatable);
  }

  #withAliases(names: string | readonly string[] = []): Set<string> {
    return new Set(
      [names].flat().filter(Boolean).flatMap((name) => [name, ...this.aliasesOf(name)]),
    );
  }

  aliasesOf(name: string): Iterable<string> {
    return this.#aliases.get(name) ?? [];
  }

  isBoolean(name: string): boolean {
    return this.booleans.has(name) ||
      [...this.aliasesOf(name)].some((alias) => this.booleans.has(alias));
  }

  isDeclared(name: string): boolean {
    return this.booleans.has(name) || this.strings.has(name) || this.collected.has(name) ||
      this.#aliases.has(name);
  }

  /** The value of a flag that came without one. */
  valueless(name: string): "" | true {
    return this.strings.has(name) ? "" : true;
  }
}

/** An object whose properties are addressed by dotted paths. */
interface Tree {
  [name: string]: unknown;
}

function has(tree: Tree, path: string): boolean {
  let at: unknown = tree;
  for (const name of path.split(".")) {
    if (!Object.hasOwn(at as Tree, name)) return false;
    at = (at as Tree)[name];
  }
  return true;
}

function put(tree: Tree, path: string, value: unknown, collect = false): void {
  const parents = path.split(".");
  const name = parents.pop()!;
  let at = tree;
  for (const parent of parents) at = (at[parent] ??= {}) as Tree;

  const before = at[name];
  if (!collect) at[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else at[name] = before ? [before, value] : [value];
}

function isNumeric(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}

/**
 * The value written in one word with the short flag `letter`, if `rest`, the end of the word, is
 * one: what follows `=`, anything that ends in a number, or what begins with a special character.
 */
function attachedValue(letter: string, rest: string): string | undefined {
  if (rest === "-") return rest;
  if (rest === "=") return "";
  if (/[A-Za-z]/.test(letter)) {
    const assigned = /=(.+)/.exec(rest);
    if (assigned) return assigned[1];
    if (/\d(\.\d*)?(e-?\d+)?$/.test(rest)) return rest;
  }
  return rest.length > 1 && /^\W/.test(rest) ? rest : undefined;
}

/**
 * Reads flags and other arguments from a command line.
 *
 * Flags are long, `--name`, or short, `-n`, and several short ones may share one hyphen. A value
 * follows after `=` or as the next argument; a short flag's may follow directly. A value that reads
 * as a number becomes one, unless the flag is listed under `string`. Everything after `--` is
 * neither a flag nor converted.
 *
 * @typeParam TArgs The flags of the result.
 * @typeParam TDoubleDash The option `--`.
 * @typeParam TBooleans The names under `boolean`.
 * @typeParam TStrings The names under `string`.
 * @typeParam TCollectable The names under `collect`.
 * @typeParam TNegatable The names under `negatable`.
 * @typeParam TDefaults The default values.
 * @typeParam TAliases The alias table.
 * @param args The arguments, as in `Deno.args`.
 * @param options Which flags there are and how to read them.
 * @returns The flags' values by name, and the other arguments in `_`.
 */
export function parseArgs<
  TArgs extends Values<TBooleans, TStrings, TCollectable, TNegatable, TDefaults, TAliases>,
  TDoubleDash extends boolean | undefined = undefined,
  TBooleans extends BooleanNames = undefined,
  TStrings extends Names = undefined,
  TCollectable extends Names = undefined,
  TNegatable extends Names = undefined,
  TDefaults extends Record<string, unknown> | undefined = undefined,
  const TAliases extends Aliases | undefined = undefined,
>(
  args: string[],
  options?: ParseOptions<
    TBooleans,
    TStrings,
    TCollectable,
    TNegatable,
    TDefaults,
    TAliases,
    TDoubleDash
  >,
): Args<TArgs, TDoubleDash> {
  const given: AnyOptions = options ?? {};
  const flags = new Flags(given);
  const result: Tree & { _: (string | number)[] } = { _: [] };

  const end = args.indexOf("--");
  const parsed = end === -1 ? args : args.slice(0, end);
  const unparsed = end === -1 ? [] : args.slice(end + 1);
  let index = 0;

  function store(name: string, value: unknown, arg: string, collect = true): void {
    const declared = flags.isDeclared(name) ||
      flags.everyLongFlagIsBoolean && /^--[^=]+$/.test(arg);
    if (!declared && given.unknown?.(arg, name, value) === false) return;

    const kept = typeof value === "string" && !flags.strings.has(name) && isNumeric(value)
      ? Number(value)
      : value;
    const gather = collect && flags.collected.has(name);
    for (const path of [name, ...flags.aliasesOf(name)]) put(result, path, kept, gather);
  }

  /** Stores a flag that may take the next argument as its value. */
  function storeWithNext(name: string, arg: string, takes: (next: string) => boolean): void {
    const next = parsed[index + 1];
    if (next && takes(next)) {
      index++;
      store(name, next, arg);
    } else if (next === "true" || next === "false") {
      index++;
      store(name, next === "true", arg);
    } else {
      store(name, flags.valueless(name), arg);
    }
  }

  function readLongFlag(arg: string): void {
    const [, no, bareName, value] = LONG_FLAG.exec(arg)!;
    if (value !== undefined) {
      return store(bareName!, flags.booleans.has(bareName!) ? value !== "false" : value, arg);
    }
    if (no && flags.negatable.has(bareName!)) return store(bareName!, false, arg, false);

    const name = (no ?? "") + bareName;
    storeWithNext(
      name,
      arg,
      (next) => !next.startsWith("-") && !flags.everyLongFlagIsBoolean && !flags.isBoolean(name),
    );
  }

  function readShortFlags(arg: string): void {
    const last = arg.length - 1;
    for (let i = 1; i < last; i++) {
      const letter = arg[i]!;
      const value = attachedValue(letter, arg.slice(i + 1));
      if (value !== undefined) return store(letter, value, arg);
      store(letter, flags.valueless(letter), arg);
    }

    const letter = arg[last]!;
    storeWithNext(letter, arg, (next) => !FLAG_LIKE.test(next) && !flags.isBoolean(letter));
  }

  for (; index < parsed.length; index++) {
    const arg = parsed[index]!;
    if (arg.startsWith("--")) {
      readLongFlag(arg);
    } else if (arg.startsWith("-") && arg.length > 1) {
      readShortFlags(arg);
    } else {
      if (given.unknown?.(arg) !== false) {
        result._.push(!flags.strings.has("_") && isNumeric(arg) ? Number(arg) : arg);
      }
      if (given.stopEarly) {
        result._.push(...parsed.slice(index + 1));
        break;
      }
    }
  }

  for (const [name, value] of Object.entries(given.default ?? {})) {
    if (has(result, name)) continue;
    for (const path of [name, ...flags.aliasesOf(name)]) put(result, path, value);
  }
  for (const name of flags.booleans) {
    if (!has(result, name)) put(result, name, flags.collected.has(name) ? [] : false);
  }
  for (const name of flags.strings) {
    if (!has(result, name) && flags.collected.has(name)) put(result, name, []);
  }

  if (given["--"]) result["--"] = unparsed;
  else result._.push(...unparsed);

  return result as unknown as Args<TArgs, TDoubleDash>;
}
