import { RankMeError } from "../../errors.ts";
import type { ChosenColumns } from "../columns.ts";
import type { RowOptions } from "../format_reader.ts";

/**
 * Rows that are looked at for what their columns are of, and how long their text may be: what is null
 * in all of them is taken for null.
 */
const MOST_ROWS = 100, MOST_LENGTH = 1 << 20;

/** The columns of a text, as far as its rows have told. */
export interface LearnedColumns {
  /** Whether nothing that is there now could turn out to be of another kind. */
  readonly areKnown: boolean;
  /** Whether a later row could have columns that none before it has. */
  readonly mayGrow: boolean;
  /** How often something was learned. */
  readonly changes: number;
  /** Says that there are no more rows to learn from. */
  end?(): void;
  /**
   * Finds the columns that hold the embeddings.
   *
   * @param choice What the user asked for.
   * @param nullsAre What columns are taken for that were null so far.
   * @returns Which of them.
   * @throws {RankMeError} `column` or `unsupported`, when none fits or several do.
   */
  choose(choice: RowOptions, nullsAre?: "other" | "vectors"): ChosenColumns;
}

/**
 * Chooses the columns of a text as soon as they can be told, though others were null so far: rows that
 * have come are not to wait for what may never be there. Should that turn out to be embeddings too, the
 * text is refused, so that no choice depends on when its rows came.
 */
export class ChoiceByRows {
  readonly #columns: LearnedColumns;
  readonly #options: RowOptions;
  #chosen: ChosenColumns | undefined;
  #changes = -1;
  #rows = 0;
  #length = 0;
  #isSettled = false;

  /**
   * @param columns What learns from the rows.
   * @param options What the user asked for.
   */
  constructor(columns: LearnedColumns, options: RowOptions) {
    this.#columns = columns;
    this.#options = options;
  }

  /** Whether no later row can change the choice. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /**
   * Takes note of a row that the columns have learned from.
   *
   * @param length How long its text is.
   * @returns The columns, where something was learned of them and they can be told.
   * @throws {RankMeError} `column` or `unsupported`, when none fits or several do.
   */
  add(length: number): ChosenColumns | undefined {
    this.#rows++;
    this.#length += length;
    const isLast = this.#rows >= MOST_ROWS || this.#length > MOST_LENGTH;
    const { areKnown, mayGrow, changes } = this.#columns;
    const isNew = changes !== this.#changes;
    this.#changes = changes;
    const found = isNew || isLast ? this.#find(isLast || areKnown && !mayGrow) : undefined;
    this.#isSettled = isLast || areKnown && !mayGrow && this.#chosen !== undefined;
    return found;
  }

  /**
   * Says that there are no more rows.
   *
   * @returns The columns, where they were not told before.
   * @throws {RankMeError} `column` or `unsupported`, when none fits or several do.
   */
  end(): ChosenColumns | undefined {
    if (this.#isSettled || this.#rows === 0) return undefined;
    this.#columns.end?.();
    this.#isSettled = true;
    return this.#find(true);
  }

  /** The columns; nothing where later rows may help, and have to. */
  #find(isLast: boolean): ChosenColumns | undefined {
    const before = this.#chosen;
    try {
      const found = this.#columns.choose(this.#options);
      if (before) checkSame(before, found);
      else if (!isLast && this.#isInDoubt(found)) return undefined;
      return this.#chosen = found;
    } catch (error) {
      if (isLast || before) throw error;
      return undefined;
    }
  }

  /** Whether a column of a pattern is null so far: it is meant, if it is one of vectors. */
  #isInDoubt({ kind, names }: ChosenColumns): boolean {
    if (kind !== "several" || this.#columns.areKnown) return false;
    return this.#columns.choose(this.#options, "vectors").names.length !== names.length;
  }
}

/** Refuses columns that were null in the first rows and are chosen now. */
function checkSame({ names: before }: ChosenColumns, { names: now }: ChosenColumns): void {
  if (before.length === now.length && before.every((name, i) => name === now[i])) return;
  const other = now.find((name) => !before.includes(name)) ?? now[0];
  throw new RankMeError(
    "column",
    `column "${other}", which held nothing in the first rows, could be the embeddings as well as ` +
      `"${before[0]}"`,
    { advice: "say which it is with --column NAME, or name the dimensions with --columns" },
  );
}
