import { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";
import type { EachInput, ScoreEachOptions } from "./each_options.ts";
import type { EachOutcome } from "./each_outcome.ts";
import type { ScoreSource } from "./reading.ts";
import { outcomesOfEach, scoreEach } from "./score_each.ts";

/** How many rows of each data set to score: so many, or as many as the shortest has. */
export type EqualRows = number | "min";

/**
 * Scores the first rows of each of several data sets, as many of each: RankMe grows with the number of
 * rows.
 *
 * @param inputs The data sets. With `"min"` those that are longer than the shortest are read twice, and
 * have to be files or URLs.
 * @param rows How many rows.
 * @param options As for {@linkcode scoreEach}.
 * @returns What came of each, in the order of the inputs; one that has not as many rows is an error.
 * @throws {RankMeError} `usage`, as {@linkcode scoreEach} does, and for rows that can be read once only.
 *
 * @example As many as the shortest has
 * ```ts
 * import { EmbeddingBatch, scoreEqualRows } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = (data: number[]) => [new EmbeddingBatch({ data: Float64Array.from(data), dim: 2 })];
 * const outcomes = await scoreEqualRows([
 *   { name: "short", source: rows([3, 0, 0, 3]) },
 *   { name: "long", source: rows([3, 3, 3, 3, 3, 3]) },
 * ], "min");
 * assertEquals(outcomes.map((one) => "report" in one && one.report.rows), [2, 2]);
 * ```
 */
export async function scoreEqualRows(
  inputs: readonly EachInput[],
  rows: EqualRows,
  options: Omit<ScoreEachOptions, "limit" | "sample"> = {},
): Promise<readonly EachOutcome[]> {
  if (rows === "min") return await scoreAsShortest(inputs, options);
  const outcomes = await scoreEach(inputs, { ...options, limit: rows });
  return outcomes.map((outcome) => {
    if ("error" in outcome || outcome.report.rows === rows) return outcome;
    const what = `${outcome.report.rows} rows, and ${rows} of each are to be compared`;
    const error = new RankMeError("usage", what, {
      place: { input: outcome.name },
      advice: "ask for fewer, or for as many as the shortest has",
    });
    return { name: outcome.name, error };
  });
}

async function scoreAsShortest(
  inputs: readonly EachInput[],
  options: ScoreEachOptions,
): Promise<readonly EachOutcome[]> {
  const once = inputs.find(({ source }) => !isReadAgain(source));
  if (once) {
    throw new RankMeError("usage", "how many rows there are is known only when all are read", {
      place: { input: once.name },
      advice: "a stream cannot be read twice: say how many rows, or pass a file",
    });
  }
  const all = await outcomesOfEach(inputs, options);
  const least = Math.min(...all.map((outcome) => rowsOf(outcome) ?? Infinity));
  const longer = inputs.filter((_, index) => (rowsOf(all[index]) ?? 0) > least);
  const again = (await outcomesOfEach(longer, { ...options, limit: least })).values();
  return all
    .map((outcome) => (rowsOf(outcome) ?? 0) > least ? again.next().value : outcome)
    .filter((outcome) => outcome !== undefined);
}

function rowsOf(outcome: EachOutcome | undefined): number | undefined {
  return outcome && "report" in outcome ? outcome.report.rows : undefined;
}

function isReadAgain(source: EachInput["source"]): boolean {
  const parts: readonly (ScoreSource | EmbeddingBatch)[] = Array.isArray(source)
    ? source
    : [source];
  return parts.every((part) =>
    typeof part === "string" || part instanceof URL || part instanceof EmbeddingBatch
  );
}
