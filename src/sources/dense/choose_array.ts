import { RankMeError } from "../../errors.ts";
import { chooseColumns, type Column, type ColumnChoice } from "../columns.ts";

/**
 * Finds the array of embeddings in a file of several.
 *
 * @param arrays The arrays there are, as columns of vectors where they fit.
 * @param choice What the user asked for.
 * @param needed What would do, for messages.
 * @returns The index of one.
 * @throws {RankMeError} `column`, when none fits or several do, with the candidates; `usage`, when
 * several were asked for.
 */
export function chooseArray(
  arrays: readonly Column[],
  { column, columns }: ColumnChoice,
  needed: string,
): number {
  if (columns) {
    throw new RankMeError("usage", "a file of arrays has no columns of single dimensions", {
      advice: "choose one array with --column NAME",
    });
  }
  const chosen = chooseColumns(arrays, { column }, { vectors: needed, numbers: needed });
  if (chosen.kind !== "vectors") throw new Error("an array that is a column of numbers");
  return chosen.index;
}
