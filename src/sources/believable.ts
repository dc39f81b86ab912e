import { RankMeError } from "../errors.ts";
import { mayNameWholes, namesWhat } from "./column_names.ts";
import { type Column, listed, type UnprovenColumn } from "./column.ts";
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
  const says = namesWhat(name);
  // Where there is one column only, hardly anything else can be meant.
  const isAlone = columns.length === 1 && !mayNameWholes(name);
  if (says === "embeddings" || says === undefined && isAlone) return undefined;
  if (says === "other") throw doubted(`"${name}" is named as none are`, columns);
  const rival = columns.find((other) => isEmbeddingInOtherForm(other, column));
  if (rival) throw doubted(`"${name}" is beside "${rival.name}"`, columns, rival);
  return { name, columns };
}

function isEmbeddingInOtherForm(other: Column, column: Column): boolean {
  return other !== column && ["other", "matrices"].includes(other.kind) &&
    (other.numbers ?? 0) > 0 && namesWhat(other.name) === "embeddings";
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
  const says = namesWhat(prefix.replace(/\.$/, ""));
  // A field of an object that is named so: of `dim_0` and `y1` the prefix says less than the number.
  if (says === "other" && prefix.endsWith(".")) {
    throw doubted(`"${prefix}*" is named as none are`, columns);
  }
  const rival = says === "embeddings"
    ? undefined
    : columns.find((other) =>
      other.advice !== undefined && (other.numbers ?? 0) >= dim && namesWhat(other.name) !== "other"
    );
  if (rival) throw doubted(`"${prefix}*" is beside "${rival.name}"`, columns, rival);
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
    const { name, columns } = this.#unproven = unproven;
    const rival = columns.find((other) =>
      other.name !== name && ["other", "matrices"].includes(other.kind) &&
      (other.numbers ?? 0) >= dim && namesWhat(other.name) !== "other"
    );
    if (rival) throw doubted(`"${name}" has ${dim} numbers beside "${rival.name}"`, columns, rival);
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
