import { RankMeError } from "../errors.ts";

/** How many names a message lists before it says "and more". */
const NAMES_SHOWN = 12;

/** A column that an input has. */
export interface Column {
  /** Its name; that of a field of a struct has the struct's before it, as in `a.b`. */
  readonly name: string;
  /**
   * What its values could be: embeddings, lists of as many as there are, one dimension of them, what
   * rows belong to as the user says, or none of these.
   */
  readonly kind: "vectors" | "matrices" | "numbers" | "key" | "other";
  /** What messages call its type, as in `list<float32>`. */
  readonly type: string;
  /** What would do in its place, where it holds embeddings in a form that is none of these. */
  readonly advice?: string;
  /**
   * As many numbers as its first value holds, be they in a form that is read or not; of a type that only
   * could hold them, {@linkcode A_FEW}. Default: none, or not known.
   */
  readonly numbers?: number;
  /** Whether these are several vectors, as the states of each token, and not one. */
  readonly areSeveral?: boolean;
  /** Whether it is only a part of a value, as the shape of a tensor is: taken by its name only. */
  readonly isPart?: boolean;
}

/** A column of vectors that nobody named: its first rows have to show that it holds embeddings. */
export interface UnprovenColumn {
  readonly name: string;
  /** What else could hold them, where these are few numbers. */
  readonly rivals: readonly Column[];
  /** Whether its name says so, which whole numbers do not contradict. */
  readonly isNamed: boolean;
  /** All columns there are, for messages. */
  readonly columns: readonly Column[];
}

/** As many columns are read: several times more than embeddings that are scored have dimensions. */
export const MOST_COLUMNS = 2 ** 18;

/**
 * Refuses what has more columns than anybody has a use for, before memory is taken for each.
 *
 * @param count How many there are.
 * @param what What they are called there.
 * @throws {RankMeError} `unsupported`.
 */
export function checkColumnCount(count: number, what: "columns" | "keys"): void {
  if (count <= MOST_COLUMNS) return;
  throw new RankMeError("unsupported", `${count} ${what}, where ${MOST_COLUMNS} are the most`, {
    advice: "write the numbers of a row as one vector: a list, an array, or a row of a .npy file",
  });
}

/** A vector of fewer numbers is hardly one of embeddings where another column could hold these. */
export const A_FEW = 16;

/**
 * Columns as messages list them.
 *
 * @param columns The columns.
 * @returns Their names and types, as far as there is room for them.
 */
export function listed(columns: readonly Pick<Column, "name" | "type">[]): string {
  if (columns.length === 0) return "none";
  const names = columns.slice(0, NAMES_SHOWN).map(({ name, type }) => `${name} (${type})`);
  const more = columns.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
