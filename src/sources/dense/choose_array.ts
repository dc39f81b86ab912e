import { RankMeError } from "../../errors.ts";
import type { UnprovenColumn } from "../column.ts";
import type { Column } from "../column.ts";
import { chooseKeys } from "../columns.ts";
import type { RowOptions } from "../format_reader.ts";
import { chooseSameColumns } from "../same_columns.ts";
import { unequalRows } from "../side_by_side.ts";

/** What `np.savez(path, a, b)` calls arrays. */
const PLACE = /^arr_\d+$/;

/** Arrays that were chosen, by their indices. */
export interface ChosenArrays {
  readonly indices: readonly number[];
  /** Whether they are to stand side by side, be it only one. Else it is only one. */
  readonly areSeveral: boolean;
  /** Those that say what rows belong to. */
  readonly keys: readonly number[];
  /** Set where the rows of the only one have to show that it is one of embeddings. */
  readonly unproven?: UnprovenColumn;
}

/**
 * Finds the arrays of embeddings in a file of several.
 *
 * @param arrays The arrays there are, as columns of vectors where they fit.
 * @param options What the user asked for.
 * @param needed What would do, for messages.
 * @returns Which of them.
 * @throws {RankMeError} `column`, when none fits or several do, with the candidates; `usage`, when
 * columns of single dimensions were asked for.
 */
export function chooseArrays(
  arrays: readonly Column[],
  { column, columns, keys, earlier, onColumns }: RowOptions,
  needed: string,
): ChosenArrays {
  if (columns) {
    throw new RankMeError("usage", "a file of arrays has no columns of single dimensions", {
      advice: "choose one array with --column NAME",
    });
  }
  const fitting = arrays.filter(({ kind }) => kind === "vectors");
  const areNamed = fitting.some(({ name }) => !PLACE.test(name));
  // What nobody named is not named otherwise than in an earlier shard.
  const choice = { column, keys, ...areNamed && { earlier } };
  const chosen = chooseSameColumns(arrays, choice, { vectors: needed, numbers: needed });
  onColumns?.({ ...chosen, areNamed });
  return {
    indices: chosen.kind === "vectors" ? [chosen.index] : chosen.indices,
    areSeveral: chosen.kind === "several",
    keys: chooseKeys(arrays, { keys }),
    ...chosen.kind === "vectors" && { unproven: chosen.unproven },
  };
}

/** An array of which it is known how many rows it has. */
interface CountedArray {
  readonly origin: string;
  readonly rows: number;
}

/**
 * Checks that arrays can be read row by row together.
 *
 * @param columns Those of embeddings.
 * @param keys Those that say what rows belong to.
 * @throws {RankMeError} `dimension`, when one has more rows than another.
 */
export function checkTogether(
  columns: readonly CountedArray[],
  keys: readonly CountedArray[],
): void {
  const [first, ...others] = [...columns, ...keys];
  const other = others.find(({ rows }) => rows !== first.rows);
  if (other) throw unequalRows(first, other);
}
