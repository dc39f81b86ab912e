import { shapeName } from "../axes.ts";
import { namesWhat } from "../column_names.ts";
import type { Column } from "../column.ts";
import { isObject, type JsonObject } from "./json_value.ts";

/** An object that is one thing, of which no key is a column. */
export interface JsonForm {
  /** What it is as a column. */
  readonly column: Omit<Column, "name" | "kind">;
}

/**
 * What an object is that is no row and no struct: a tensor or a buffer as libraries write them, a whole
 * table, or many rows by their names.
 *
 * @param object The object.
 * @param path The keys that it is under.
 * @returns What it is, with the way to make rows of it; nothing when it is an object like others.
 */
export function jsonForm(object: JsonObject, path: readonly string[]): JsonForm | undefined {
  return bufferIn(object) ?? tensorIn(object, path) ?? rowsInOneArray(object, path) ??
    tableIn(object, path) ??
    rowsByName(object, path);
}

/** `{"type": "Buffer", "data": [1, 2]}`, as Node.js writes bytes. */
function bufferIn({ type, data }: JsonObject): JsonForm | undefined {
  if (type !== "Buffer" || !Array.isArray(data)) return undefined;
  return {
    column: {
      type: `Buffer of ${data.length} bytes`,
      numbers: data.length / 4,
      advice: "write the numbers of its bytes, as Array.from(new Float32Array(…)) makes them",
    },
  };
}

/** `{"dims": [2, 3], "data": {"0": 1, …}}`: all numbers of a tensor, one after the other. */
function tensorIn(object: JsonObject, path: readonly string[]): JsonForm | undefined {
  for (const key of ["shape", "dims"]) {
    const shape = object[key];
    if (!Array.isArray(shape) || shape.length === 0 || !shape.every(Number.isSafeInteger)) continue;
    const size = shape.reduce((product, length) => product * length, 1);
    const holder = Object.keys(object).find((name) =>
      name !== key && numbersUnder(object[name]) === size
    );
    if (holder !== undefined) return tensorOf({ shape, holder, path, last: `.${key}[-1]` });
  }
}

/** Keys that say how many numbers a row has, or how many rows there are. */
const DIM =
  /^(?:d|n?_?dims?|(?:n_?)?dimensions?|dimensionality|(?:n_?)?(?:col|column|feature)s?|width|(?:emb(?:edding)?|vec(?:tor)?|hidden)_?(?:dims?|size|dimensions?))$/i;
const COUNT =
  /^(?:n|count|total|length|len|height|(?:n|num)?_?(?:row|sample|vector|embedding|item|point)s?(?:_?count)?)$/i;
/** A key that means the length of a row whatever else there is. */
const SURELY_DIM = /dim/i;

/** `{"vectors": [1, …], "dimension": 8, "count": 40}`: all rows one after the other. */
function rowsInOneArray(object: JsonObject, path: readonly string[]): JsonForm | undefined {
  const wholes = Object.keys(object).filter((key) => Number.isSafeInteger(object[key]));
  if (wholes.length === 0) return undefined;
  const counts = wholes.filter((key) => COUNT.test(key)).map((key) => object[key]);
  for (const [holder, value] of Object.entries(object)) {
    if (!Array.isArray(value) || !value.every((element) => typeof element === "number")) continue;
    for (const key of wholes.filter((key) => DIM.test(key))) {
      const dim = object[key] as number, rows = value.length / dim;
      if (dim < 2 || rows < 2 || !Number.isInteger(rows)) continue;
      if (!SURELY_DIM.test(key) && !counts.includes(rows)) continue;
      return tensorOf({ shape: [rows, dim], holder, path, last: `.${key}` });
    }
  }
}

/** A tensor as a column, of which jq makes rows by the place of its last axis. */
function tensorOf({ shape, holder, path, last }: {
  readonly shape: readonly number[];
  readonly holder: string;
  readonly path: readonly string[];
  readonly last: string;
}): JsonForm {
  const size = shape.reduce((product, length) => product * length, 1);
  const [at, inner] = [jqPath(path), jqPath([holder])];
  const rows = `${last} as $d | [${inner}[]] | range(0; length; $d) as $i | .[$i:$i+$d]`;
  const piped = path.length > 0 ? `${at} | ${rows}` : rows;
  const isSaid = size > 0 && at !== undefined && inner !== undefined;
  return {
    column: {
      type: `tensor of shape ${shapeName(shape)}`,
      numbers: size,
      ...isSaid && { advice: `jq -c '${piped}' makes a line of each row` },
    },
  };
}

/** How many numbers an array, or an object of counted keys as of a typed array, holds and nothing else. */
function numbersUnder(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const isCounted = Array.isArray(value) || Object.keys(value).every((key, i) => key === `${i}`);
  const elements = isCounted ? Object.values(value) : [];
  return elements.length > 0 && elements.every((element) => typeof element === "number")
    ? elements.length
    : undefined;
}

/** What pandas' `to_json(orient="split")` writes: all of a table in one object. */
function tableIn(
  { columns, index, data }: JsonObject,
  path: readonly string[],
): JsonForm | undefined {
  const isTable = path.length === 0 && Array.isArray(columns) && Array.isArray(index) &&
    Array.isArray(data) && data.length === index.length;
  if (!isTable || !data.every((row) => Array.isArray(row) && row.length === columns.length)) {
    return undefined;
  }
  return {
    column: {
      type: `table of ${index.length} rows`,
      numbers: countNumbers(data),
      advice: "jq -c '. as $t | .data[] | [$t.columns, .] | transpose | " +
        "map({(.[0] | tostring): .[1]}) | add' makes a line of each row; " +
        'pandas writes them with orient="records", lines=True',
    },
  };
}

/** As many keys of one kind are hardly columns. */
const MANY = 16;

/** `{"a0": [1, 2], "a1": [3, 4], …}`: a row under each key, be it a vector or an object. */
function rowsByName(object: JsonObject, path: readonly string[]): JsonForm | undefined {
  const [first, ...others] = Object.keys(object);
  if (others.length + 1 < MANY || namesWhat(first) === "embeddings") return undefined;
  const kind = rowKind(object[first]);
  if (kind === undefined || others.some((key) => rowKind(object[key]) !== kind)) return undefined;
  const each = jqEach(path);
  return {
    column: {
      type: `object of ${others.length + 1} rows`,
      numbers: countNumbers(object),
      ...each !== undefined && { advice: `jq -c '${each}' makes a line of each` },
    },
  };
}

/** The length of a vector, or the keys of an object with numbers in it. */
function rowKind(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    return value.every((element) => typeof element === "number") ? `${value.length}` : undefined;
  }
  return isObject(value) && countNumbers(value) > 1
    ? JSON.stringify(Object.keys(value))
    : undefined;
}

/**
 * How many numbers there are in a JSON value.
 *
 * @param value The value.
 * @returns Their number, in arrays and objects at any depth.
 */
export function countNumbers(value: unknown): number {
  let count = 0;
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next === "number") count++;
    else if (Array.isArray(next)) { for (const element of next) rest.push(element); }
    else if (isObject(next)) { for (const key in next) rest.push(next[key]); }
  }
  return count;
}

/** Longer paths are no help in a message. */
const LONGEST_PATH = 80;

/**
 * Where something is, for jq in a shell's single quotes.
 *
 * @param path The keys that it is under.
 * @returns For example `.a."b c"`; nothing where it cannot be said shortly.
 */
export function jqPath(path: readonly string[]): string | undefined {
  const said = path.map((key) => /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `.${JSON.stringify(key)}`)
    .join("");
  // deno-lint-ignore no-control-regex
  return said.length <= LONGEST_PATH && !/['\x00-\x1f]/.test(said) ? said : undefined;
}

/**
 * What makes jq give out each element of something.
 *
 * @param path The keys that it is under.
 * @returns For example `.data[]`; nothing where it cannot be said shortly.
 */
export function jqEach(path: readonly string[]): string | undefined {
  const at = jqPath(path);
  return at === undefined ? undefined : `${at || "."}[]`;
}
