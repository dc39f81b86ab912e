import {
  checkSameColumns,
  chooseKeys,
  type ChosenColumns,
  type Column,
  type ColumnChoice,
  type KeyChoice,
  type Needs,
} from "../columns.ts";
import { chooseSameColumns } from "../same_columns.ts";
import { areOfSparseVector, sparseVector } from "../sparse_vectors.ts";
import { shapeOf } from "./vectors.ts";

/** A JSON object. */
export type JsonObject = { readonly [key: string]: unknown };

const NEEDS: Needs = {
  vectors: "a key with an array of numbers is needed",
  numbers: "each of --columns must be a key with a number",
};

/** Objects in objects deeper than this are not looked into. */
const MAX_DEPTH = 16;

/** The columns of JSON objects, as far as the first of them tell. */
export class JsonColumns {
  readonly #columns = new Map<string, Column>();
  /** Keys whose values were all null. */
  readonly #unknown = new Set<string>();

  /** Whether the kind of each is known. */
  get areKnown(): boolean {
    return this.#unknown.size === 0;
  }

  /**
   * Learns from an object: the first value that is there tells what a column is of.
   *
   * @param object The object.
   */
  learn(object: JsonObject): void {
    this.#learn(object, "", 0);
  }

  /**
   * Finds the columns that hold the embeddings.
   *
   * @param choice What the user asked for.
   * @returns Which of them.
   * @throws {RankMeError} `column`, when none fits or several do.
   */
  choose(choice: Parameters<typeof chooseSameColumns>[1]): ChosenColumns {
    return chooseSameColumns(this.#known, choice, NEEDS);
  }

  /**
   * Checks that there are the columns that say what rows belong to.
   *
   * @param choice What the user asked for.
   * @throws {RankMeError} `column`, when one is not there.
   */
  checkKeys(choice: KeyChoice): void {
    chooseKeys(this.#known, choice);
  }

  get #known(): readonly Column[] {
    const empty = [...this.#unknown].map((name) =>
      ({ name, kind: "other", type: "null" }) as const
    );
    return [...this.#columns.values(), ...empty];
  }

  #learn(object: JsonObject, prefix: string, depth: number): void {
    const isSparse = depth > 0 && areOfSparseVector(Object.keys(object));
    const sparse = isSparse ? sparseVector(prefix.slice(0, -1)).part : {};
    for (const [key, value] of Object.entries(object)) {
      const name = prefix + key;
      // The first of a name stays; a key `a.b` is looked for before key `b` of object `a`.
      if (this.#columns.has(name)) continue;
      if (value === null) {
        this.#unknown.add(name);
      } else if (isObject(value) && depth < MAX_DEPTH) {
        this.#learn(value, `${name}.`, depth + 1);
      } else {
        this.#unknown.delete(name);
        this.#columns.set(name, { name, ...describe(value), ...sparse });
      }
    }
  }
}

/**
 * Checks that the columns of an object are those of the first ones: a key more could be a dimension
 * more, or a column of a pattern.
 *
 * @param object The object.
 * @param chosen The columns that were chosen.
 * @param choice What the user asked for.
 * @throws {RankMeError} `column`, when others would be chosen now.
 */
export function checkSameKeys(
  object: JsonObject,
  chosen: ChosenColumns,
  choice: ColumnChoice & KeyChoice,
): void {
  const columns = new JsonColumns();
  columns.learn(object);
  if (chosen.kind !== "several") return checkSameColumns(chosen, columns.choose(choice));
  const now = chosenNow(columns, choice);
  // Those that are null or missing here make a row that is null.
  const isMore = now?.kind === "several" && now.names.some((name) => !chosen.names.includes(name));
  if (isMore) checkSameColumns(chosen, now);
}

function chosenNow(
  columns: JsonColumns,
  choice: ColumnChoice & KeyChoice,
): ChosenColumns | undefined {
  try {
    return columns.choose(choice);
  } catch {
    return undefined;
  }
}

function describe(value: unknown): Omit<Column, "name"> {
  if (typeof value === "number") return { kind: "numbers", type: "number" };
  if (!Array.isArray(value)) return { kind: "other", type: typeof value };
  const [first] = value;
  if (Array.isArray(first)) return { kind: "other", type: `array of shape ${shapeOf(value)}` };
  const isVector = value.every((element) => numberIn(element) !== undefined);
  return isVector ? { kind: "vectors", type: "array" } : { kind: "other", type: "array of others" };
}

/**
 * What an element of an array says, if it is a number.
 *
 * @param element The element.
 * @returns The number; null where it is missing; nothing where it is anything else. NaN and infinities
 * are what JSON has no numbers for: text, as in the JSON of protocol buffers.
 */
export function numberIn(element: unknown): number | null | undefined {
  if (typeof element === "number") return element;
  if (element === null || element === undefined) return null;
  return typeof element === "string" ? NON_FINITE[element] : undefined;
}

const NON_FINITE: { readonly [text: string]: number | undefined } = {
  __proto__: null as never,
  NaN: NaN,
  Infinity: Infinity,
  "-Infinity": -Infinity,
};

/**
 * How many keys an object has, those of objects in it included.
 *
 * @param object The object.
 * @returns Their number.
 */
export function countKeys(object: JsonObject): number {
  let count = 0;
  for (const key in object) {
    const value = object[key];
    count += isObject(value) ? 1 + countKeys(value) : 1;
  }
  return count;
}

/**
 * Whether a JSON value is an object.
 *
 * @param value The value.
 * @returns Whether it is, and no array.
 */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The value under a name.
 *
 * @param object Where to look.
 * @param name A key, or keys of objects in objects with dots between them.
 * @returns The value, or nothing where there is none.
 */
export function valueAt(object: JsonObject, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    const key = name.slice(0, dot);
    const inner = Object.hasOwn(object, key) ? object[key] : undefined;
    const value = isObject(inner) ? valueAt(inner, name.slice(dot + 1)) : undefined;
    if (value !== undefined) return value;
  }
  return undefined;
}
