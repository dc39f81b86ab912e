import { RankMeError } from "../errors.ts";
import type { Axes } from "./axes.ts";
import {
  chooseColumns,
  type ChosenColumns,
  type Column,
  type ColumnChoice,
  type KeyChoice,
  listed,
  type Needs,
} from "./columns.ts";
import type { ReadColumns } from "./read_columns.ts";

/** The columns that an earlier part of a data set was read from. */
export interface EarlierColumns extends Pick<ReadColumns, "kind" | "name" | "names"> {
  /** What messages call that part, as in `part-0.csv`. */
  readonly part: string;
}

/** What was asked for, and what an earlier part was read from. */
type Choice = ColumnChoice & KeyChoice & {
  readonly axes?: Axes;
  readonly earlier?: EarlierColumns;
};

/**
 * Finds the columns of one part of a data set, be it a shard or what follows a repeated schema: in a
 * later part those of the names that the first has, in its order, wherever they stand. Joined by their
 * places, the rows of two models or of columns in another order would pass for those of one.
 *
 * @param columns The columns there are.
 * @param choice What was asked for, and what an earlier part was read from, where there is one.
 * @param needs What would do, for messages. Default: lists of floats.
 * @returns Which of them.
 * @throws {RankMeError} `column`, when one is here or there only, and as `chooseColumns` does.
 */
export function chooseSameColumns(
  columns: readonly Column[],
  { earlier, ...choice }: Choice,
  needs?: Needs,
): ChosenColumns {
  if (!earlier) return chooseColumns(columns, choice, needs);
  const missing = earlier.names.find((name) => columns.every((column) => column.name !== name));
  if (missing !== undefined) {
    throw notTheSame(
      `there is no column "${missing}" as in ${earlier.part}; there are: ${listed(columns)}`,
    );
  }
  const chosen = chooseColumns(columns, choiceAgain(columns, choice, earlier), needs);
  const more = chosen.names.find((name) => !earlier.names.includes(name));
  if (more !== undefined) {
    throw notTheSame(`${earlier.part} has no column "${more}", as there is here`);
  }
  return inOrder(chosen, columns, earlier);
}

/** What was asked for; where nothing was, what an earlier part was found to hold. */
function choiceAgain(
  columns: readonly Column[],
  { column, columns: dimensions, ...choice }: Omit<Choice, "earlier">,
  { kind, name, names }: EarlierColumns,
): typeof choice & ColumnChoice {
  if (kind === "vectors") return { ...choice, column: name };
  if (column !== undefined || dimensions !== undefined) {
    return { ...choice, column, columns: dimensions };
  }
  const { keys = [] } = choice;
  // One more could be a dimension more.
  const others = columns.filter(({ kind, name }) =>
    kind === "numbers" && !keys.includes(name) && !names.includes(name)
  );
  return { ...choice, columns: [...names, ...others.map(({ name }) => name)] };
}

/** Columns as they stand in an earlier part. */
function inOrder(
  chosen: ChosenColumns,
  columns: readonly Column[],
  { name, names, part }: EarlierColumns,
): ChosenColumns {
  const alike = { name, names, reason: `as in ${part}` };
  if (chosen.kind === "vectors") return { ...chosen, ...alike };
  const isSame = names.length === chosen.names.length &&
    names.every((name, i) => name === chosen.names[i]);
  if (isSame) return { ...chosen, ...alike };
  const indices = names.map((name) => {
    const [index, ...others] = chosen.indices.filter((index) => columns[index].name === name);
    if (others.length > 0) throw notTheSame(`several columns are named "${name}"`);
    if (index !== undefined) return index;
    const { type } = columns.find((column) => column.name === name)!;
    throw notTheSame(`column "${name}" is ${type}, and is not read as that of ${part}`);
  });
  return { ...chosen, ...alike, indices };
}

function notTheSame(what: string): RankMeError {
  return new RankMeError("column", what, { advice: "score what has other columns by itself" });
}
