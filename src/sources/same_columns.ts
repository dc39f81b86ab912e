import { RankMeError } from "../errors.ts";
import type { Axes } from "./axes.ts";
import { type Column, listed } from "./column.ts";
import {
  chooseColumns,
  type ChosenColumns,
  type ColumnChoice,
  fittingColumns,
  type KeyChoice,
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
  const { name, names, part } = earlier;
  const here = new Set(columns.map(({ name }) => name));
  const missing = names.find((name) => !here.has(name));
  if (missing !== undefined) {
    throw notTheSame(
      `there is no column "${missing}" as in ${part}; there are: ${listed(columns)}`,
    );
  }
  const chosen = chosenAgain(columns, choice, earlier, needs);
  const there = new Set(names);
  const more = chosen.names.find((name) => !there.has(name));
  if (more !== undefined) throw oneMore(more, part);
  const alike = { name, names, reason: `as in ${part}` };
  return chosen.kind === "vectors"
    ? { ...chosen, ...alike }
    : { ...chosen, ...alike, indices: inOrder(chosen, columns, earlier) };
}

/** Those that are asked for here; where none are, those of the kind that an earlier part has. */
function chosenAgain(
  columns: readonly Column[],
  choice: Omit<Choice, "earlier">,
  { kind, name, part }: EarlierColumns,
  needs?: Needs,
): ChosenColumns {
  const { keys = [] } = choice;
  const isNamed = choice.column !== undefined || choice.columns !== undefined;
  if (kind === "vectors") {
    // Which of two is meant the first part did not have to ask.
    const fitting = fittingColumns(columns.filter(({ isPart }) => !isPart), choice.axes);
    const more = fitting.find((column) => column.name !== name && !keys.includes(column.name));
    if (more && !isNamed) throw oneMore(more.name, part);
    return chooseColumns(columns, { ...choice, column: name, columns: undefined }, needs);
  }
  if (isNamed) return chooseColumns(columns, choice, needs);
  // One more column of numbers could be a dimension more.
  const indices = columns.flatMap(({ kind, name }, index) =>
    kind === "numbers" && !keys.includes(name) ? [index] : []
  );
  const names = indices.map((index) => columns[index].name);
  return { kind: "numbers", name, names, areNamed: true, reason: "", indices };
}

/** The indices of chosen columns as they stand in an earlier part. */
function inOrder(
  chosen: Exclude<ChosenColumns, { readonly kind: "vectors" }>,
  columns: readonly Column[],
  { names, part }: EarlierColumns,
): readonly number[] {
  const isSame = names.length === chosen.names.length &&
    names.every((name, i) => name === chosen.names[i]);
  if (isSame) return chosen.indices;
  const byName = new Map<string, number>();
  for (const [i, name] of chosen.names.entries()) {
    if (byName.has(name)) throw notTheSame(`several columns are named "${name}"`);
    byName.set(name, chosen.indices[i]);
  }
  return names.map((name) => {
    const index = byName.get(name);
    if (index !== undefined) return index;
    const { type } = columns.find((column) => column.name === name)!;
    throw notTheSame(`column "${name}" is ${type}, and is not read as that of ${part}`);
  });
}

function oneMore(name: string, part: string): RankMeError {
  return notTheSame(`${part} has no column "${name}", as there is here`);
}

function notTheSame(what: string): RankMeError {
  return new RankMeError("column", what, { advice: "score what has other columns by itself" });
}
