import type { Field, Schema } from "apache-arrow";
import { Type } from "apache-arrow/enum";
import { DataType } from "apache-arrow/type";
import { RankMeError } from "../errors.ts";
import { decoding } from "./corrupt.ts";

/** Which columns hold the embeddings. */
export interface ColumnChoice {
  /** The one column of lists of floats. Default: the only one that fits. */
  readonly column?: string;
  /** One float column per dimension, by name; `*` stands for any characters. */
  readonly columns?: readonly string[];
}

/** Columns that were found to hold embeddings. */
export type EmbeddingColumn =
  | { readonly kind: "list"; readonly name: string; readonly index: number }
  | {
    readonly kind: "scalars";
    readonly name: string;
    readonly indices: readonly number[];
    /** The columns' own names, in the order of the dimensions. */
    readonly names: readonly string[];
  };

/** How many names a message lists before it says "and more". */
const NAMES_SHOWN = 12;

/**
 * Finds the columns that hold the embeddings.
 *
 * @param schema The columns there are.
 * @param choice What the user asked for.
 * @returns The columns' places.
 * @throws {RankMeError} `column`, when none fits or several do, with the candidates; `unsupported`,
 * for tensors of more than one axis.
 */
export function chooseColumn(schema: Schema, choice: ColumnChoice): EmbeddingColumn {
  if (choice.columns) return chooseScalars(schema, choice.columns);
  const index = choice.column === undefined
    ? onlyCandidate(schema)
    : namedColumn(schema, choice.column);
  const field = schema.fields[index];
  refuseManyAxes(field);
  return { kind: "list", name: field.name, index };
}

function onlyCandidate(schema: Schema): number {
  const candidates = schema.fields.filter((field) => isListOfFloats(field.type));
  if (candidates.length === 1) return schema.fields.indexOf(candidates[0]);
  if (candidates.length > 1) {
    throw new RankMeError("column", `several columns could be embeddings: ${list(candidates)}`, {
      advice: "choose one with --column NAME",
    });
  }
  const floats = schema.fields.filter((field) => DataType.isFloat(field.type));
  if (floats.length > 0) {
    throw new RankMeError(
      "column",
      `no column holds lists of floats, but there are float columns: ${list(floats)}`,
      {
        advice: `if each is one dimension, name them: --columns '${sharedPattern(floats)}'`,
      },
    );
  }
  throw new RankMeError("column", `no column holds embeddings; there are: ${list(schema.fields)}`, {
    advice: "a column of lists of float16, float32 or float64 is needed",
  });
}

/** A pattern that fits all names, such as `dim_*` for `dim_0`, `dim_1`, … */
function sharedPattern(fields: readonly Field[]): string {
  const [{ name: first }, ...others] = fields;
  let shared = first.replace(/\d+$/, "");
  while (!others.every(({ name }) => name.startsWith(shared))) shared = shared.slice(0, -1);
  return `${shared}*`;
}

function namedColumn(schema: Schema, name: string): number {
  const found = schema.fields.flatMap((field, index) => field.name === name ? [index] : []);
  if (found.length === 0) {
    throw new RankMeError(
      "column",
      `there is no column "${name}"; there are: ${list(schema.fields)}`,
    );
  }
  if (found.length > 1) {
    throw new RankMeError("column", `${found.length} columns are named "${name}"`);
  }
  const { type } = schema.fields[found[0]];
  if (!isListOfFloats(type)) {
    throw new RankMeError("column", `column "${name}" is ${typeName(type)}`, {
      advice: "a column of lists of float16, float32 or float64 is needed",
    });
  }
  return found[0];
}

function chooseScalars(schema: Schema, patterns: readonly string[]): EmbeddingColumn {
  if (patterns.length === 0) throw new RankMeError("usage", "no columns were asked for");
  const indices: number[] = [];
  for (const pattern of patterns) {
    const matches = schema.fields.flatMap((field, index) =>
      globMatches(pattern, field.name) ? [index] : []
    );
    if (matches.length === 0) {
      throw new RankMeError(
        "column",
        `no column is named "${pattern}"; there are: ${list(schema.fields)}`,
      );
    }
    indices.push(...matches);
  }
  if (new Set(indices).size !== indices.length) {
    throw new RankMeError("column", `a column is named twice by ${patterns.join(", ")}`);
  }
  const wrong = schema.fields.find((field, index) =>
    indices.includes(index) && !DataType.isFloat(field.type)
  );
  if (wrong) {
    throw new RankMeError("column", `column "${wrong.name}" is ${typeName(wrong.type)}`, {
      advice: "each of --columns must be float16, float32 or float64",
    });
  }
  const names = indices.map((index) => schema.fields[index].name);
  return { kind: "scalars", name: patterns.join(","), indices, names };
}

/**
 * Checks that two schemas of one input have the embeddings in columns of the same names: where streams
 * of different models are joined, those of one are not to be taken for those of the other.
 *
 * @param earlier Where they were.
 * @param later Where they are now.
 * @param batch The index of the record batch where they are now.
 * @throws {RankMeError} `column`, when the names differ.
 */
export function checkSameColumn(
  earlier: EmbeddingColumn,
  later: EmbeddingColumn,
  batch: number,
): void {
  const [before, now] = [earlier, later].map((column) =>
    column.kind === "scalars" ? column.names : [column.name]
  );
  const length = Math.max(before.length, now.length);
  const changed = Array.from({ length }, (_, i) => i).find((i) => before[i] !== now[i]);
  if (changed === undefined) return;
  const [from, to] = [before[changed], now[changed]].map((name) =>
    name === undefined ? "no column" : `column "${name}"`
  );
  throw new RankMeError("column", `the embeddings move from ${from} to ${to}`, {
    place: { batch },
    advice: "score what has other columns by itself",
  });
}

function globMatches(pattern: string, name: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
}

function isListOfFloats(type: DataType): boolean {
  const isList = DataType.isFixedSizeList(type) || DataType.isList(type) ||
    DataType.isLargeList(type);
  return isList && DataType.isFloat(type.children[0].type);
}

/** A fixed-shape tensor is stored as a flat list: without this, (T, D) would pass for T·D. */
function refuseManyAxes(field: Field): void {
  if (field.metadata.get("ARROW:extension:name") !== "arrow.fixed_shape_tensor") return;
  const parameters = field.metadata.get("ARROW:extension:metadata") ?? "{}";
  const shape: unknown = decoding(() => JSON.parse(parameters).shape);
  if (Array.isArray(shape) && shape.length > 1) {
    throw new RankMeError(
      "unsupported",
      `column "${field.name}" holds tensors of shape (${shape.join(", ")})`,
      {
        advice: "one embedding per row is needed: pool or flatten them first",
      },
    );
  }
}

function list(fields: readonly Field[]): string {
  const names = fields.slice(0, NAMES_SHOWN).map(({ name, type }) => `${name} (${typeName(type)})`);
  const more = fields.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function typeName(type: DataType): string {
  if (DataType.isFixedSizeList(type)) {
    return `fixed_size_list<${typeName(type.children[0].type)}>[${type.listSize}]`;
  }
  if (DataType.isList(type)) return `list<${typeName(type.children[0].type)}>`;
  if (DataType.isLargeList(type)) return `large_list<${typeName(type.children[0].type)}>`;
  if (DataType.isDictionary(type)) return `dictionary<${typeName(type.dictionary)}>`;
  return (type.children?.length > 0 ? Type[type.typeId] : String(type)).toLowerCase();
}
