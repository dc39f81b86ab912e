import { type ColumnSpan, type EmbeddingBatch, haveSameColumns } from "../batch.ts";
import { RankMeError } from "../errors.ts";

/** What all rows are judged by. */
export interface FirstRow extends Pick<EmbeddingBatch, "dim" | "columns"> {
  /** What messages call its input. */
  readonly name: string;
}

/**
 * The error for rows of another D, or of other columns side by side.
 *
 * @param batch The rows.
 * @param first The first row of all.
 * @returns The error, without a place; nothing where they are alike.
 */
export function otherShape(
  batch: Pick<EmbeddingBatch, "dim" | "columns">,
  first: FirstRow,
): RankMeError | undefined {
  if (batch.dim === first.dim && haveSameColumns(batch, first)) return undefined;
  const { columns = [] } = batch, { name, columns: firstColumns = [] } = first;
  const length = Math.max(columns.length, firstColumns.length);
  const places = Array.from({ length }, (_, i) => [columns[i], firstColumns[i]] as const);
  const renamed = places.find(([found, first]) => found?.name !== first?.name);
  if (renamed) {
    const [found, first] = renamed.map((span) => span ? `column "${span.name}"` : "no column");
    return new RankMeError("column", `${found} where ${name} has ${first}`, {
      advice: "score what has other columns by itself",
    });
  }
  const resized = places.find(([found, first]) => widthOf(found!) !== widthOf(first!));
  const what = resized
    ? `column "${resized[0]!.name}" has ${widthOf(resized[0]!)} dimensions where that of ${name} ` +
      `has ${widthOf(resized[1]!)}`
    : `${batch.dim} dimensions where ${name} has ${first.dim}`;
  return new RankMeError("dimension", what);
}

function widthOf({ start, end }: ColumnSpan): number {
  return end - start;
}
