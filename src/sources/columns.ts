import { RankMeError } from "../errors.ts";
import type { Axes } from "./axes.ts";
import { believed, checkCounted } from "./believable.ts";
import { type Column, listed, type UnprovenColumn } from "./column.ts";
import { namesWhat, numberedColumns, patternsOf } from "./column_names.ts";
import type { ReadColumns } from "./read_columns.ts";
import type { RowBlock } from "./row_block.ts";
import { compareNaturally } from "./shards/natural_order.ts";
import { starsIn } from "./stars.ts";

/** Which columns hold the embeddings. */
export interface ColumnChoice {
  /**
   * The one column of vectors; `a.b` is field `b` of a struct in column `a`. Default: the only one
   * that fits. In a file of several arrays, which array. Of a list of names, in which `*` stands for
   * any characters, or of one name with a `*`, the columns stand side by side in a batch: those of a
   * pattern in natural order, as `layer2` before `layer10`.
   */
  readonly column?: string | readonly string[];
  /** One column of numbers per dimension, by name; `*` stands for any characters. */
  readonly columns?: readonly string[];
}

/** Which columns say what rows belong to. */
export interface KeyChoice {
  /**
   * Columns whose text, whole number, boolean or date comes along with each row, by name; `a.b` is
   * field `b` of a struct in column `a`. Default: none.
   */
  readonly keys?: readonly string[];
}

/** Columns that were found to hold embeddings. */
export type ChosenColumns =
  & ReadColumns
  & (
    | {
      readonly kind: "vectors";
      readonly index: number;
      /** Set where its rows have to show that it is one of embeddings. */
      readonly unproven?: UnprovenColumn;
    }
    | { readonly kind: "numbers" | "several"; readonly indices: readonly number[] }
  );

/** What would do, for messages: another for each kind of format. */
export interface Needs {
  /** Of a column of vectors. */
  readonly vectors: string;
  /** Of each of several columns of numbers. */
  readonly numbers: string;
}

const FLOATS = "float16, float32 or float64";
const TYPED: Needs = {
  vectors: `a column of lists of ${FLOATS} is needed`,
  numbers: `each of --columns must be ${FLOATS}`,
};

/**
 * Refuses a choice that contradicts itself.
 *
 * @param choice What the user asked for.
 * @throws {RankMeError} `usage`, when columns of vectors and of dimensions are asked for, or none of
 * a list.
 */
export function checkChoice({ column, columns }: ColumnChoice): void {
  if (Array.isArray(column) && column.length === 0) throw nothingAsked();
  if (column === undefined || columns === undefined) return;
  throw new RankMeError("usage", "both one column and several were asked for", {
    advice: "pass --column or --columns",
  });
}

/**
 * Finds the columns that hold the embeddings.
 *
 * @param columns The columns there are.
 * @param choice What the user asked for. Who says what is to become of axes means matrices too; else
 * these are taken by name only, or where nothing else fits.
 * @param needs What would do, for messages. Default: lists of floats.
 * @returns Which of them.
 * @throws {RankMeError} `column`, when none fits or several do, with the candidates.
 */
export function chooseColumns(
  columns: readonly Column[],
  choice: ColumnChoice & KeyChoice & { readonly axes?: Axes },
  needs: Needs = TYPED,
): ChosenColumns {
  const { column, keys = [] } = choice;
  const all = columns;
  // What says what a row belongs to is no part of it, unless it is asked for by its name.
  if (keys.length > 0) columns = columns.map((column) => asKey(column, keys));
  if (choice.columns) return chooseNumbers(all, columns, choice.columns, needs);
  if (column !== undefined) {
    return asksForSeveral(choice, all)
      ? chooseSeveral(all, columns, [column].flat(), choice.axes, needs)
      : vectors(all, namedColumn(all, column as string, needs), "named by --column");
  }
  const wholes = columns.filter(({ isPart }) => !isPart);
  const fitting = fittingColumns(wholes, choice.axes);
  if (fitting.length === 1) {
    const unproven = believed(fitting[0], wholes);
    const chosen = vectors(columns, columns.indexOf(fitting[0]), "the only one that holds vectors");
    return { ...chosen, ...unproven && { unproven } };
  }
  if (fitting.length > 1) {
    throw new RankMeError("column", `several columns could be embeddings: ${listed(fitting)}`, {
      advice: "choose one with --column NAME",
    });
  }
  return onlyNumbers(columns, needs);
}

function vectors(columns: readonly Column[], index: number, reason: string) {
  const { name } = columns[index];
  return { kind: "vectors" as const, name, names: [name], areNamed: true, reason, index };
}

/**
 * Whether columns are asked for that stand side by side in a batch.
 *
 * @param choice What the user asked for.
 * @param columns The columns there are. Default: not known; a `*` may be part of a name.
 * @returns Whether it is a list, or a pattern.
 */
export function asksForSeveral(
  { column }: ColumnChoice,
  columns: readonly Pick<Column, "name">[] = [],
): boolean {
  if (typeof column !== "string") return column !== undefined;
  return isPattern(columns, column);
}

function isPattern(columns: readonly Pick<Column, "name">[], text: string): boolean {
  return text.includes("*") && !columns.some(({ name }) => name === text);
}

function asKey(column: Column, keys: readonly string[]): Column {
  return keys.includes(column.name)
    ? { name: column.name, kind: "key", type: column.type }
    : column;
}

/** Columns of vectors: those that are named, and those of a pattern that fit. */
function chooseSeveral(
  all: readonly Column[],
  columns: readonly Column[],
  patterns: readonly string[],
  axes: Axes | undefined,
  needs: Needs,
): ChosenColumns {
  const indices = new Set(
    patterns.flatMap((pattern) =>
      isPattern(all, pattern)
        ? matchingVectors(columns, pattern, axes, needs)
        : [namedColumn(all, pattern, needs)]
    ),
  );
  return chosenColumns("several", all, patterns.join(","), [...indices], "named by --column");
}

function matchingVectors(
  columns: readonly Column[],
  pattern: string,
  axes: Axes | undefined,
  needs: Needs,
): number[] {
  const matches = matching(columns, pattern).map((index) => columns[index]);
  const fitting = fittingColumns(matches, axes);
  if (fitting.length === 0) {
    throw new RankMeError(
      "column",
      `no column of ${pattern} holds embeddings: ${listed(matches)}`,
      {
        advice: matches.find(({ advice }) => advice !== undefined)?.advice ?? needs.vectors,
      },
    );
  }
  return fitting.toSorted((a, b) => compareNaturally(a.name, b.name))
    .map((column) => columns.indexOf(column));
}

/** The columns that a pattern matches, those that say what rows belong to left out. */
function matching(columns: readonly Column[], pattern: string): number[] {
  const stars = starsIn(pattern);
  const matches = columns.flatMap(({ name, kind }, index) =>
    kind !== "key" && stars.test(name) ? [index] : []
  );
  if (matches.length > 0) return matches;
  throw new RankMeError("column", `no column is named "${pattern}"; there are: ${listed(columns)}`);
}

/**
 * Finds the columns that say what rows belong to.
 *
 * @param columns The columns there are.
 * @param choice Which of them.
 * @returns The index of each, once.
 * @throws {RankMeError} `column`, when there is none, or more than one, of a name.
 */
export function chooseKeys(
  columns: readonly Pick<Column, "name" | "type">[],
  { keys = [] }: KeyChoice,
): number[] {
  return [...new Set(keys)].map((name) => onlyOne(columns, name));
}

/**
 * The columns of vectors, and those of matrices where they are asked for or there is nothing else.
 *
 * @param columns All there are.
 * @param axes What becomes of matrices, where that was asked for.
 * @returns Those that fit.
 */
export function fittingColumns(
  columns: readonly Column[],
  axes: Axes | undefined,
): readonly Column[] {
  const vectors = columns.filter(({ kind }) => kind === "vectors");
  const isElsewhere = vectors.length > 0 || countedColumns(columns) !== undefined;
  if (axes === undefined && isElsewhere) return vectors;
  return columns.filter(({ kind }) => kind === "vectors" || kind === "matrices");
}

/** All columns of numbers, where their names count the dimensions. */
function countedColumns(columns: readonly Column[]) {
  const numbers = columns.filter(({ kind, isPart }) => kind === "numbers" && !isPart);
  const [first] = numberedColumns(numbers);
  return first?.areCounted && first.columns.length === numbers.length ? first : undefined;
}

/** All columns of numbers, where their names count the dimensions and there are no others. */
function onlyNumbers(columns: readonly Column[], needs: Needs): ChosenColumns {
  const wholes = columns.filter(({ isPart }) => !isPart);
  const counted = countedColumns(columns);
  if (counted) {
    const { prefix } = counted;
    refuseOtherCounted(columns, prefix, needs);
    checkCounted(prefix, counted.columns.length, wholes);
    const places = new Map(columns.map((column, index) => [column, index]));
    const indices = counted.columns.map((column) => places.get(column)!);
    const reason = "all columns of numbers, whose names count the dimensions";
    return chosenColumns("numbers", columns, `${prefix}*`, indices, reason);
  }
  const numbers = wholes.filter(({ kind }) => kind === "numbers");
  const advice = wholes.find(({ advice }) => advice !== undefined)?.advice;
  const areOthers = numbers.every(({ name }) => !/\d$/.test(name) && namesWhat(name) === "other");
  if (advice !== undefined || areOthers) {
    throw new RankMeError("column", `no column holds embeddings; there are: ${listed(wholes)}`, {
      advice: advice ?? needs.vectors,
    });
  }
  throw new RankMeError(
    "column",
    `no column holds lists of numbers, but there are columns of numbers: ${listed(numbers)}`,
    { advice: namingNumbers(numbers, columns) },
  );
}

/** How to name the dimensions: by a pattern where their names are numbered, and it takes no others. */
function namingNumbers(numbers: readonly Column[], columns: readonly Column[]): string {
  const [first, ...others] = numberedColumns(numbers);
  const taken = columns.filter(({ kind }) => kind !== "key");
  const patterns = first && others.length === 0 ? patternsOf(first, taken) : undefined;
  return patterns !== undefined
    ? `if each is one dimension, name them: --columns ${patterns}`
    : "name each that is a dimension: --columns NAME,NAME";
}

/** Refuses a dimension that is of another type, without which all others would still count. */
function refuseOtherCounted(columns: readonly Column[], prefix: string, needs: Needs): void {
  const other = columns.find(({ name, kind }) =>
    kind !== "numbers" && kind !== "key" && name.startsWith(prefix) &&
    /^\d+$/.test(name.slice(prefix.length))
  );
  if (!other) return;
  throw new RankMeError(
    "column",
    `column "${other.name}" is ${other.type}, unlike others so named`,
    {
      advice: needs.numbers,
    },
  );
}

function namedColumn(columns: readonly Column[], name: string, needs: Needs): number {
  const index = onlyOne(columns, name);
  const { kind, type, advice = needs.vectors } = columns[index];
  if (kind !== "vectors" && kind !== "matrices") {
    throw new RankMeError("column", `column "${name}" is ${type}`, { advice });
  }
  return index;
}

function onlyOne(columns: readonly Pick<Column, "name" | "type">[], name: string): number {
  const found = columns.flatMap((column, index) => column.name === name ? [index] : []);
  if (found.length === 0) {
    throw new RankMeError("column", `there is no column "${name}"; there are: ${listed(columns)}`);
  }
  if (found.length > 1) {
    throw new RankMeError("column", `${found.length} columns are named "${name}"`);
  }
  return found[0];
}

function nothingAsked(): RankMeError {
  return new RankMeError("usage", "no columns were asked for");
}

function chooseNumbers(
  all: readonly Column[],
  columns: readonly Column[],
  patterns: readonly string[],
  needs: Needs,
): ChosenColumns {
  if (patterns.length === 0) throw nothingAsked();
  const indices = patterns.flatMap((pattern) =>
    matching(isPattern(all, pattern) ? columns : all, pattern)
  );
  if (new Set(indices).size !== indices.length) {
    throw new RankMeError("column", `a column is named twice by ${patterns.join(", ")}`);
  }
  const wrong = indices.map((index) => all[index]).find(({ kind }) => kind !== "numbers");
  if (wrong) {
    throw new RankMeError("column", `column "${wrong.name}" is ${wrong.type}`, {
      advice: wrong.advice ?? needs.numbers,
    });
  }
  return chosenColumns("numbers", all, patterns.join(","), indices, "named by --columns");
}

function chosenColumns(
  kind: "numbers" | "several",
  columns: readonly Column[],
  name: string,
  indices: readonly number[],
  reason: string,
): ChosenColumns {
  const names = indices.map((index) => columns[index].name);
  return { kind, name, names, areNamed: true, reason, indices };
}

/**
 * Checks that two parts of one input have the embeddings in columns of the same names: where streams
 * of different models are joined, those of one are not to be taken for those of the other.
 *
 * @param earlier Where they were.
 * @param later Where they are now.
 * @throws {RankMeError} `column`, when the names differ.
 */
export function checkSameColumns(earlier: ChosenColumns, later: ChosenColumns): void {
  const { names: before } = earlier, { names: now } = later;
  const length = Math.max(before.length, now.length);
  const changed = Array.from({ length }, (_, i) => i).find((i) => before[i] !== now[i]);
  if (changed === undefined) return;
  const [from, to] = [before[changed], now[changed]].map((name) =>
    name === undefined ? "no column" : `column "${name}"`
  );
  throw movedColumns(from, to);
}

/**
 * The error for one input of which a part has the embeddings elsewhere.
 *
 * @param from Where they were.
 * @param to Where they are now.
 * @returns A `column` error.
 */
export function movedColumns(from: string, to: string): RankMeError {
  return new RankMeError("column", `the embeddings move from ${from} to ${to}`, {
    advice: "score what has other columns by itself",
  });
}

/**
 * What messages call the numbers of some columns.
 *
 * @param chosen The columns.
 * @returns The `origin`, `dimensions` and `unproven` of a `RowBlock`.
 */
export function originOf(
  chosen: ChosenColumns,
): Pick<RowBlock, "origin" | "dimensions" | "unproven"> & { readonly origin: string } {
  const origin = `column "${chosen.name}"`;
  switch (chosen.kind) {
    case "vectors":
      return { origin, ...chosen.unproven && { unproven: chosen.unproven } };
    case "numbers":
      return { origin, dimensions: chosen.names.map((name) => `column "${name}"`) };
    case "several":
      return { origin };
  }
}
