import { RankMeError } from "../../errors.ts";
import type { Column } from "../column.ts";
import {
  chooseKeys,
  type ChosenColumns,
  type ColumnChoice,
  type KeyChoice,
  type Needs,
} from "../columns.ts";
import { chooseSameColumns } from "../same_columns.ts";
import type { LearnedColumns } from "./choice_by_rows.ts";
import { decimalPoints, isDecimalComma, mayBeDecimalComma } from "./decimal_comma.ts";
import { numberOf } from "./numbers.ts";
import { type NoVector, numbersInText, VectorScanner } from "./vectors.ts";

const NEEDS: Needs = {
  vectors: "a column of arrays is needed, such as [0.1, 0.2] or {0.1,0.2}",
  numbers: "each of --columns must be of numbers",
};

const vectors = new VectorScanner();

/**
 * Bits, as pgvector and Postgres write them: no number is written with a zero before other digits, and
 * hardly any in eight digits of zeros and ones.
 */
const BITS = /^(?:0[01]+|[01]{8,})$/;
const UNPACK = "write its bits as an array of numbers, such as [0, 1, 1]";
const BIT_STRING = { kind: "other", type: "a bit string", advice: UNPACK } as const;

/** As few digits, the first a one, could be a number: only many of them, and no other, tell bits. */
const FEW_BITS = /^1[01]{2,6}$/;
const ENOUGH_BITS = 8, LEAST_BITS = 3;

/** Cells of a column so far, all of as many digits, and these zeros and ones. */
interface PossibleBits {
  readonly length: number;
  readonly values: Set<string>;
  rows: number;
}

/** The columns of a text, as far as its first rows tell. */
export class CsvColumns implements LearnedColumns {
  readonly mayGrow = false;
  readonly #names: readonly string[];
  /** Whether there was a header. */
  readonly areNamed: boolean;
  readonly #delimiter: string;
  readonly #columns: (Column | undefined)[];
  readonly #almost = new Map<string, NoVector>();
  readonly #possibleBits = new Map<number, PossibleBits>();
  /** Columns of numbers by their looks that hardly are any: taken where they are named. */
  readonly #likelyBits = new Set<number>();
  /** Columns of what may be decimals or thousands, until any cell of theirs has a decimal comma. */
  readonly #commas = new Set<number>();
  #hasDecimalCommas = false;
  #changes = 0;

  /**
   * @param names What the header says.
   * @param areNamed Whether there was one.
   * @param delimiter What separates the cells.
   */
  constructor(names: readonly string[], areNamed: boolean, delimiter: string) {
    this.#names = names;
    this.#delimiter = delimiter;
    this.areNamed = areNamed;
    this.#columns = names.map((name) => isIndex(name) ? { name, ...INDEX } : undefined);
  }

  /** How many there are. */
  get count(): number {
    return this.#names.length;
  }

  /** Whether the kind of each is known. */
  get areKnown(): boolean {
    const areCommas = this.#commas.size === 0 || this.#hasDecimalCommas;
    return areCommas && this.#possibleBits.size === 0 &&
      this.#columns.every((column) => column !== undefined);
  }

  /** How often something was learned. */
  get changes(): number {
    return this.#changes;
  }

  /**
   * Learns from a row: the first value that is there tells what a column is of, unless these are digits
   * that may be bits.
   *
   * @param cells The row.
   */
  learn(cells: readonly string[]): void {
    cells.forEach((cell, index) => {
      if (this.#columns[index] === undefined) this.#learnColumn(cell, index);
      if (this.#commas.has(index) && !this.#hasDecimalCommas) this.#learnComma(cell);
      const bits = this.#possibleBits.get(index);
      if (bits) this.#learnBits(bits, cell.trim(), index);
    });
  }

  /** Judges by the rows there are, which are all. */
  end(): void {
    for (const [index, bits] of this.#possibleBits) this.#judgeBits(bits, index, LEAST_BITS);
  }

  #learnColumn(cell: string, index: number): void {
    const column = this.#columnOf(cell, index);
    if (!column) return;
    this.#columns[index] = column;
    this.#changes++;
    const text = cell.trim();
    if (!FEW_BITS.test(text)) return;
    this.#possibleBits.set(index, { length: text.length, values: new Set(), rows: 0 });
  }

  #learnComma(cell: string): void {
    if (!isDecimalComma(cell)) return;
    this.#hasDecimalCommas = true;
    this.#changes++;
  }

  #learnBits(bits: PossibleBits, cell: string, index: number): void {
    if (numberOf(cell) === null) return;
    if (cell.length !== bits.length || !/^[01]+$/.test(cell)) {
      this.#possibleBits.delete(index);
    } else if (BITS.test(cell)) {
      this.#possibleBits.delete(index);
      this.#columns[index] = { name: this.#names[index], ...BIT_STRING };
      this.#changes++;
    } else {
      bits.rows++;
      bits.values.add(cell);
      this.#judgeBits(bits, index, ENOUGH_BITS);
    }
  }

  /** One value alone may be a number that has not changed yet. */
  #judgeBits({ values, rows }: PossibleBits, index: number, enough: number): void {
    if (values.size < 2 || rows < enough) return;
    this.#possibleBits.delete(index);
    this.#likelyBits.add(index);
    this.#changes++;
  }

  /**
   * Finds the columns that hold the embeddings.
   *
   * @param choice What the user asked for.
   * @param nullsAre What columns are taken for that were empty so far. Default: `other`.
   * @returns Which of them.
   * @throws {RankMeError} `column` or `unsupported`, when none fits or several do.
   */
  choose(
    { earlier, ...choice }: Parameters<typeof chooseSameColumns>[1],
    nullsAre: "other" | "vectors" = "other",
  ): ChosenColumns {
    const columns = this.#known(nullsAre).map((column, index) =>
      this.#likelyBits.has(index) && choice.columns === undefined
        ? { ...column, ...BIT_STRING }
        : column
    );
    const asked = this.#choiceOf(choice, columns);
    // What has no header is not named otherwise than in an earlier shard.
    const chosen = chooseSameColumns(columns, { ...asked, ...this.areNamed && { earlier } }, NEEDS);
    const repeated = repeatedName(chosen.kind === "numbers" ? chosen.names : []);
    if (repeated === undefined) return chosen;
    throw new RankMeError("column", `several columns are named "${repeated}"`, {
      advice: "give each a name of its own",
    });
  }

  /**
   * Finds the columns that say what rows belong to.
   *
   * @param choice What the user asked for.
   * @returns The index and the name of each.
   * @throws {RankMeError} `column`, when one is not there, or more than once.
   */
  chooseKeys(choice: KeyChoice): readonly { readonly index: number; readonly name: string }[] {
    return chooseKeys(this.#known(), choice).map((index) => ({ index, name: this.#names[index] }));
  }

  #known(nullsAre: "other" | "vectors" = "other"): readonly Column[] {
    return this.#columns.map((column, index) => {
      const name = this.#names[index];
      if (column === undefined) return { name, kind: nullsAre, type: "empty" };
      const isComma = this.#hasDecimalCommas && this.#commas.has(index);
      return isComma ? this.#decimalComma(name) : column;
    });
  }

  #choiceOf(choice: ColumnChoice & KeyChoice, columns: readonly Column[]): typeof choice {
    const { column, keys = [] } = choice;
    const isChosen = column !== undefined || choice.columns !== undefined;
    if (isChosen ? column !== undefined : !columns.some(({ kind }) => kind === "vectors")) {
      this.#refuseAlmost(choice);
    }
    if (isChosen || this.areNamed) return choice;
    const others = columns.filter(({ name }) => !keys.includes(name));
    const kinds = new Set(others.map(({ kind }) => kind));
    if (kinds.has("vectors") || !kinds.has("numbers")) return choice;
    if (kinds.size === 1) return { columns: ["*"], keys };
    const other = others.find(({ kind }) => kind !== "numbers")!;
    throw new RankMeError("column", `column ${other.name} is ${other.type}, others are numeric`, {
      advice: other.advice ??
        "name the dimensions with --columns, from 0, or leave out the rest, as cut -f does",
    });
  }

  /** Says what a column is that was meant to be of vectors, be it one asked for or any. */
  #refuseAlmost(choice: ColumnChoice): void {
    const asked = choice.column === undefined ? undefined : [choice.column].flat();
    for (const [name, { what, advice }] of this.#almost) {
      if (asked && !asked.includes(name)) continue;
      throw new RankMeError("unsupported", `column "${name}" holds ${what}`, { advice });
    }
  }

  #decimalComma(name: string): Column {
    const advice = decimalPoints(this.#delimiter);
    return { name, kind: "other", type: "a number with a decimal comma", advice };
  }

  #columnOf(cell: string, index: number): Column | undefined {
    const name = this.#names[index];
    if (BITS.test(cell.trim())) {
      return { name, ...BIT_STRING };
    }
    const number = numberOf(cell);
    if (number === null) return undefined;
    if (number !== undefined) return { name, kind: "numbers", type: "numeric" };
    if (vectors.read(cell)) {
      return { name, kind: "vectors", type: "array", numbers: vectors.length };
    }
    if (isDecimalComma(cell)) {
      this.#hasDecimalCommas = true;
      return this.#decimalComma(name);
    }
    if (mayBeDecimalComma(cell)) this.#commas.add(index);
    const almost = numbersInText(cell.trim());
    if (!almost) return { name, kind: "other", type: "text" };
    const { what: type, ...others } = almost;
    // Of numbers in a text nobody can tell whether they were meant, unless they are asked for.
    if (!type.startsWith("text of")) this.#almost.set(name, almost);
    return { name, kind: "other", type, ...others };
  }
}

const INDEX = { kind: "other", type: "an index" } as const;

/** The index of a pandas.DataFrame, as to_csv writes it and as it is called when read and written again. */
function isIndex(name: string): boolean {
  return /^(?:Unnamed: 0(?:\.\d+)*)?$/.test(name);
}

function repeatedName(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}
