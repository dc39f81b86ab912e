import { A_FEW, checkColumnCount, type Column } from "../column.ts";
import { namesWhat, numberedColumns } from "../column_names.ts";
import {
  checkSameColumns,
  chooseKeys,
  type ChosenColumns,
  type ColumnChoice,
  type KeyChoice,
  movedColumns,
  type Needs,
} from "../columns.ts";
import { chooseSameColumns } from "../same_columns.ts";
import { areOfSparseVector, sparseVector } from "../sparse_vectors.ts";
import type { LearnedColumns } from "./choice_by_rows.ts";
import { countNumbers, jqEach, jsonForm } from "./json_forms.ts";
import { isObject, type JsonObject, numberIn } from "./json_value.ts";
import { numbersInText, shapeOf, VectorScanner } from "./vectors.ts";

const NEEDS: Needs = {
  vectors: "a key with an array of numbers is needed",
  numbers: "each of --columns must be a key with a number",
};

/** Objects in objects deeper than this are not looked into. */
const MAX_DEPTH = 16;

/** Where objects have keys: each with those of the objects under it. */
type KeyTree = Map<string, KeyTree>;

/** The columns of JSON objects, as far as the first of them tell. */
export class JsonColumns implements LearnedColumns {
  readonly mayGrow = true;
  readonly #columns = new Map<string, Column>();
  /** Keys whose values were all null, or NaN, which may stand for a null too. */
  readonly #unknown = new Map<string, Column>();
  /** All keys there were. */
  readonly #keys: KeyTree = new Map();
  #changes = 0;

  /** Whether the kind of each is known. */
  get areKnown(): boolean {
    return this.#unknown.size === 0;
  }

  /** How often something was learned. */
  get changes(): number {
    return this.#changes;
  }

  /**
   * Learns from an object: the first value that is there tells what a column is of.
   *
   * @param object The object.
   */
  learn(object: JsonObject): void {
    addKeys(this.#keys, object);
    this.#learn(object, [], {});
  }

  /**
   * Whether an object has a key that none had that was learned from.
   *
   * @param object The object.
   * @returns Whether it has, in itself or in an object in it.
   */
  hasNewKey(object: JsonObject): boolean {
    return hasNewKey(this.#keys, object);
  }

  /**
   * Finds the columns that hold the embeddings.
   *
   * @param choice What the user asked for.
   * @param nullsAre What those are taken for whose values were all null. Default: what they look like.
   * @returns Which of them.
   * @throws {RankMeError} `column`, when none fits or several do, or one of keys is not there.
   */
  choose(
    choice: Parameters<typeof chooseSameColumns>[1],
    nullsAre?: "other" | "vectors",
  ): ChosenColumns {
    const unknown = [...this.#unknown.values()].map((column) => ({
      ...column,
      ...nullsAre && { kind: nullsAre },
    }));
    const columns = [...this.#columns.values(), ...unknown];
    const chosen = chooseSameColumns(columns, choice, NEEDS);
    chooseKeys(columns, choice);
    return chosen;
  }

  /** The columns of vectors, and those of numbers whose names count as one, but for what is named else. */
  likeEmbeddings(): Pick<Column, "name" | "numbers">[] {
    const known = [...this.#columns.values()].filter(({ name, isPart }) =>
      !isPart && namesWhat(name) !== "other"
    );
    const counted = numberedColumns(known.filter(({ kind }) => kind === "numbers"))
      .map(({ prefix, columns }) => ({ name: `${prefix}*`, numbers: columns.length }));
    return [...known.filter(({ kind }) => kind === "vectors"), ...counted];
  }

  /** Learns from an object under some keys; what is known of all that is in it comes with it. */
  #learn(object: JsonObject, path: readonly string[], part: Partial<Column>): void {
    const isSparse = path.length > 0 && areOfSparseVector(Object.keys(object));
    if (isSparse) part = sparseVector(path.join(".")).part;
    const form = isSparse ? undefined : jsonForm(object, path);
    if (form) {
      const name = path.join(".") || "this line";
      if (!this.#columns.has(name)) {
        this.#setKnown({ name, kind: "other", ...form.column });
      }
      part = { isPart: true };
    }
    for (const [key, value] of Object.entries(object)) {
      const inner = [...path, key], name = inner.join(".");
      // The first of a name stays; a key `a.b` is looked for before key `b` of object `a`.
      if (this.#columns.has(name)) continue;
      if (value === null) {
        this.#setUnknown({ name, kind: "other", type: "null" });
      } else if (typeof value === "string" && numberIn(value) !== undefined) {
        this.#setUnknown({ name, kind: "numbers", type: value });
      } else if (isObject(value) && path.length < MAX_DEPTH) {
        this.#learn(value, inner, part);
      } else {
        this.#unknown.delete(name);
        this.#setKnown({ name, ...describe(value, inner), ...part });
      }
    }
  }

  #setKnown(column: Column): void {
    this.#columns.set(column.name, column);
    this.#changes++;
  }

  #setUnknown(column: Column): void {
    if (this.#unknown.get(column.name)?.kind === column.kind) return;
    this.#unknown.set(column.name, column);
    this.#changes++;
  }
}

function addKeys(tree: KeyTree, object: JsonObject): void {
  checkColumnCount(Object.keys(object).length, "keys");
  for (const key in object) {
    const value = object[key];
    const inner = tree.get(key) ?? new Map();
    tree.set(key, inner);
    if (isObject(value)) addKeys(inner, value);
  }
}

function hasNewKey(tree: KeyTree, object: JsonObject): boolean {
  for (const key in object) {
    const inner = tree.get(key), value = object[key];
    if (inner === undefined || isObject(value) && hasNewKey(inner, value)) return true;
  }
  return false;
}

/**
 * Checks that with the keys of one more object the same columns would be chosen: a key more could be a
 * dimension more, or a column of a pattern.
 *
 * @param columns What earlier objects told, which learns from this one.
 * @param object The object.
 * @param chosen The columns that were chosen.
 * @param choice What the user asked for.
 * @throws {RankMeError} `column`, when others would be chosen now.
 */
export function checkSameKeys(
  columns: JsonColumns,
  object: JsonObject,
  chosen: ChosenColumns,
  choice: ColumnChoice & KeyChoice,
): void {
  columns.learn(object);
  checkSameColumns(chosen, columns.choose(choice));
}

/**
 * Refuses an object that has its embeddings under another key than those before it, as where texts of
 * two models are joined: it is no row whose embeddings are missing, to be left out.
 *
 * @param object The object, in which nothing is under the keys that were chosen.
 * @param chosen What was chosen, by nobody's name.
 * @param dim D of the rows so far.
 * @throws {RankMeError} `column`, where another key holds as many numbers, or more than a few.
 */
export function checkNotElsewhere(object: JsonObject, chosen: ChosenColumns, dim: number): void {
  const columns = new JsonColumns();
  columns.learn(object);
  const other = columns.likeEmbeddings().find(({ numbers = 0 }) =>
    numbers === dim || numbers >= A_FEW
  );
  if (other) throw movedColumns(`column "${chosen.name}"`, `column "${other.name}"`);
}

function describe(value: unknown, path: readonly string[]): Omit<Column, "name"> {
  if (typeof value === "number") return { kind: "numbers", type: "number" };
  if (typeof value === "string") return describeText(value);
  if (!Array.isArray(value)) return { kind: "other", type: typeof value };
  const isVector = value.every((element) => numberIn(element) !== undefined);
  if (isVector) return { kind: "vectors", type: "array", numbers: value.length };
  const advice = rowsIn(value, path);
  const type = Array.isArray(value[0])
    ? `array of shape ${shapeOf(value)}`
    : isObject(value[0])
    ? "array of objects"
    : "array of others";
  const areSeveral = Array.isArray(value[0]);
  const numbers = value.every(isNumberInText) ? value.length : countNumbers(value);
  return { kind: "other", type, numbers, areSeveral, ...advice && { advice } };
}

function isNumberInText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
}

/** What a text is: a vector, numbers in a form that is not read, or nothing but text. */
function describeText(text: string): Omit<Column, "name"> {
  if (texts.read(text)) return { kind: "vectors", type: "text of an array", numbers: texts.length };
  const almost = numbersInText(text);
  if (!almost) return { kind: "other", type: "string" };
  const { what: type, ...others } = almost;
  return { kind: "other", type, ...others };
}

const texts = new VectorScanner();

/** How to make lines of the rows that an array under some keys holds, where that would be read. */
function rowsIn(array: readonly unknown[], path: readonly string[]): string | undefined {
  const [first] = array, each = jqEach(path);
  if (each === undefined || !isRow(first)) return undefined;
  const pooling = Array.isArray(first)
    ? "one vector per row is needed: pool or flatten them, or "
    : "";
  return `${pooling}jq -c '${each}' makes a line of each`;
}

/** Whether a value would be read if it were a line. */
function isRow(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((element) => numberIn(element) !== undefined);
  if (!isObject(value)) return false;
  const columns = new JsonColumns();
  columns.learn(value);
  try {
    return columns.choose({}) !== undefined;
  } catch {
    return false;
  }
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
