import type { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";

/**
 * What the rows of a batch belong to.
 *
 * @param batch Some rows.
 * @param column The column that says it.
 * @returns A text for each row.
 * @throws {RankMeError} `column`, when rows have no value in it.
 */
export function keysOf(batch: EmbeddingBatch, column: string): readonly string[] {
  const keys = batch.keys?.[column];
  if (keys) return keys;
  throw new RankMeError("column", `rows without a value in column "${column}"`, {
    advice: "batches that a program makes need it in their keys",
  });
}
