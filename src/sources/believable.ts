import { RankMeError } from "../errors.ts";
import {
  mayNameWholes,
  namesWhat,
  numberedColumns,
  patternsOf,
  prefixNamesWhat,
} from "./column_names.ts";
import { A_FEW, type Column, listed, type UnprovenColumn } from "./column.ts";
import type { RowBlock } from "./row_block.ts";
import { Verdicts } from "./verdicts.ts";

/**
 * Decides whether the only column of vectors can be taken though nobody named it. Beside one that holds
 * embeddings in another form, or named like boxes and identifiers, it is only listed.
 *
 * @param column The column.
 * @param columns All there are.
 * @returns What its rows have yet to show, if anything.
 * @throws {RankMeError} `column`, when it is not to be believed.
 */
export function believed(
  column: Column,
  columns: readonly Column[],
): UnprovenColumn | undefined {
  const { name } = column;
  const says = namesWhat(name), isNamed = says === "embeddings";
  // Where there is one column only, but for what says what rows belong to, hardly another can be meant.
  const isAlone = columns.every((other) => other === column || other.kind === "key");
  if (isAlone && says !== "other" && !mayNameWholes(name)) return undefined;
  if (says === "other") throw doubted(`"${name}" is named as none are`, columns);
  const others = rivals(column, columns);
  const { numbers = 0 } = column;
  const rival = isNamed ? undefined : others.find(isNamedEmbeddings);
  if (rival) throw doubted(`"${name}" is beside "${rival.name}"`, columns, rival);
  if (numbers > 0) checkNumbers({ name, columns, isNamed, rivals: others }, numbers);
  return { name, columns, isNamed, rivals: others };
}

/** What could hold embeddings beside a column: in a form that is not read, or as dimensions. */
function rivals({ name, kind }: Column, columns: readonly Column[]): Column[] {
  const others = columns.filter((column) => isInOtherForm(column, name));
  // Matrices are taken beside dimensions only if they are asked for.
  return kind === "matrices" ? others : [...others, ...dimensions(columns)];
}

/** Refuses few numbers beside what could hold more. */
function checkNumbers({ name, columns, isNamed, rivals }: UnprovenColumn, dim: number): void {
  const rival = rivals.find((other) => couldHoldThem(other, dim, isNamed));
  if (rival) throw doubted(`"${name}" has ${dim} numbers beside "${rival.name}"`, columns, rival);
}

function isInOtherForm(column: Column, name: string): boolean {
  return column.name !== name && ["other", "matrices"].includes(column.kind) &&
    (column.numbers ?? 0) > 0 && namesWhat(column.name) !== "other";
}

function isNamedEmbeddings({ name }: Column): boolean {
  return namesWhat(name) === "embeddings";
}

/** Columns of numbers that could be dimensions: those whose names count, and the fields of an object. */
function dimensions(columns: readonly Column[]): Column[] {
  const numbers = columns.filter(({ kind, isPart }) => kind === "numbers" && !isPart);
  const counted = numberedColumns(numbers)
    .filter(({ prefix, areCounted }) => areCounted && prefixNamesWhat(prefix) !== "other")
    .map(({ prefix, columns: theirs }) => asOne(prefix, theirs, columns));
  const fields = Map.groupBy(
    numbers.filter(({ name }) => name.includes(".")),
    ({ name }) => name.slice(0, name.lastIndexOf(".") + 1),
  );
  const objects = [...fields].filter(([prefix]) => namesWhat(prefix) === "embeddings")
    .map(([prefix, theirs]) => asOne(prefix, theirs, columns));
  return [...counted, ...objects].filter(({ numbers = 0 }) => numbers > 1);
}

function asOne(prefix: string, theirs: readonly Column[], columns: readonly Column[]): Column {
  const { length } = theirs, type = `${length} columns of numbers`;
  const patterns = patternsOf({ prefix, columns: theirs }, columns) ?? "NAME,NAME";
  const advice = `say which it is with --column NAME or --columns ${patterns}`;
  return { name: `${prefix}*`, kind: "numbers", type, numbers: length, advice };
}

/**
 * Checks that columns whose names count are dimensions, and no identifiers beside the embeddings.
 *
 * @param prefix What their names have before the number, as in `dim_`.
 * @param dim How many they are.
 * @param columns All there are.
 * @throws {RankMeError} `column`, when they are not to be believed.
 */
export function checkCounted(prefix: string, dim: number, columns: readonly Column[]): void {
  const says = prefixNamesWhat(prefix), name = `${prefix}*`;
  if (says === "other") throw doubted(`"${name}" is named as none are`, columns);
  const isNamed = says === "embeddings";
  const others = columns.filter((column) => isInOtherForm(column, name));
  const rival = others.find((other) =>
    !isNamed && isNamedEmbeddings(other) && other.kind !== "matrices" ||
    other.advice !== undefined && couldHoldThem(other, dim, isNamed)
  );
  if (rival) throw doubted(`"${name}" is beside "${rival.name}"`, columns, rival);
}

/** Whether a column could hold the embeddings rather than one of so many numbers. */
function couldHoldThem(other: Column, dim: number, isNamed: boolean): boolean {
  const { kind, areSeveral = kind === "matrices", numbers = 0 } = other;
  if (!isNamed) return numbers >= dim;
  if (kind === "numbers") return dim < A_FEW && numbers > dim;
  if (!isNamedEmbeddings(other)) return false;
  return areSeveral
    ? dim < A_FEW && numbers >= dim
    : numbers > 1 && (dim < A_FEW || numbers >= dim);
}

/** What the first rows show of a column that nobody named, by their number alone. */
export class FirstNumbers {
  readonly #verdicts = new Verdicts();
  /** Whether one was a fraction, which makes it believable. */
  #isProven = false;
  #isZero = true;
  #unproven: UnprovenColumn | undefined;

  /**
   * Takes the next rows.
   *
   * @param block The rows.
   * @throws {RankMeError} `column`, when all numbers so far are whole, or few beside a column that could
   * hold more.
   */
  take({ unproven, dim, rows, data, nullRows = [] }: RowBlock): void {
    if (!unproven || rows === nullRows.length) return;
    checkNumbers(unproven, dim);
    if (unproven.isNamed) return;
    this.#unproven = unproven;
    const isNull = new Set(nullRows);
    for (let row = 0; row < rows && !this.#isProven; row++) {
      if (isNull.has(row)) continue;
      for (let at = row * dim; at < (row + 1) * dim; at++) {
        const number = data[at];
        if (Number.isInteger(number)) this.#isZero &&= number === 0;
        else if (Number.isFinite(number)) this.#isProven = true;
      }
      if (this.#verdicts.isDue()) this.end();
    }
  }

  /**
   * Judges by the rows so far. Of zeros alone nobody can tell: those may be of a dead network.
   *
   * @throws {RankMeError} `column`, when all numbers are whole.
   */
  end(): void {
    if (!this.#unproven || this.#isProven || this.#isZero) return;
    const { name, columns } = this.#unproven;
    throw doubted(`"${name}" holds whole numbers only`, columns);
  }
}

function doubted(why: string, columns: readonly Column[], rival?: Column): RankMeError {
  const advice = rival?.advice ?? columns.find(({ advice }) => advice !== undefined)?.advice;
  return new RankMeError(
    "column",
    `no column is plainly of embeddings: ${why}; there are: ${listed(columns)}`,
    { advice: advice ?? "say which it is with --column NAME" },
  );
}
