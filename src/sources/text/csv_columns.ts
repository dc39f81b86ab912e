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
import { numberOf } from "./numbers.ts";
import { almostVector, type NoVector, VectorScanner } from "./vectors.ts";

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

/** The columns of a text, as far as its first rows tell. */
export class CsvColumns {
  readonly #names: readonly string[];
  /** Whether there was a header. */
  readonly areNamed: boolean;
  readonly #columns: (Column | undefined)[];
  readonly #almost = new Map<string, NoVector>();

  /**
   * @param names What the header says.
   * @param areNamed Whether there was one.
   */
  constructor(names: readonly string[], areNamed: boolean) {
    this.#names = names;
    this.areNamed = areNamed;
    this.#columns = names.map((name) => isIndex(name) ? { name, ...INDEX } : undefined);
  }

  /** How many there are. */
  get count(): number {
    return this.#names.length;
  }

  /** Whether the kind of each is known. */
  get areKnown(): boolean {
    return this.#columns.every((column) => column !== undefined);
  }

  /**
   * Learns from a row: the first value that is there tells what a column is of.
   *
   * @param cells The row.
   */
  learn(cells: readonly string[]): void {
    cells.forEach((cell, index) => this.#columns[index] ??= this.#columnOf(cell, index));
  }

  /**
   * Finds the columns that hold the embeddings.
   *
   * @param choice What the user asked for.
   * @returns Which of them.
   * @throws {RankMeError} `column` or `unsupported`, when none fits or several do.
   */
  choose({ earlier, ...choice }: Parameters<typeof chooseSameColumns>[1]): ChosenColumns {
    const columns = this.#known;
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
    return chooseKeys(this.#known, choice).map((index) => ({ index, name: this.#names[index] }));
  }

  get #known(): readonly Column[] {
    return this.#columns.map((column, index) =>
      column ?? { name: this.#names[index], kind: "other" as const, type: "empty" }
    );
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

  #columnOf(cell: string, index: number): Column | undefined {
    const name = this.#names[index];
    if (BITS.test(cell.trim())) {
      return { name, kind: "other", type: "a bit string", advice: UNPACK };
    }
    const number = numberOf(cell);
    if (number === null) return undefined;
    if (number !== undefined) return { name, kind: "numbers", type: "numeric" };
    if (vectors.read(cell)) return { name, kind: "vectors", type: "array" };
    const almost = almostVector(cell);
    if (almost) this.#almost.set(name, almost);
    return { name, kind: "other", type: almost?.what ?? "text" };
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
