import { toJson } from "../report/json.ts";
import type { ComparisonTableOptions } from "./comparison_table.ts";
import type { Comparison, Ranked } from "./comparison.ts";
import type { Watched } from "./checkpoints.ts";

/** What to put into the JSON. */
export interface ComparisonJsonOptions extends Pick<ComparisonTableOptions, "checkpoints"> {
  /** Whether to include all singular values. Default: false. */
  readonly spectrum?: boolean;
}

/**
 * A comparison as a JSON array: the best first, checkpoints in their order, what could not be scored
 * at the end with its error, what an interruption left unscored after that. Keys that do not apply are
 * absent.
 *
 * @param comparison The comparison.
 * @param options What to include.
 * @returns An object a line: its name, and what its report says besides.
 *
 * @example The shape of the array
 * ```ts
 * import { EmbeddingBatch, scoreEach } from "@rankme/rankme";
 * import { compare, comparisonJson } from "@rankme/rankme/selection";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = (data: number[]) => [new EmbeddingBatch({ data: Float64Array.from(data), dim: 2 })];
 * const outcomes = await scoreEach([
 *   { name: "line", source: rows([3, 3, 3, 3]) },
 *   { name: "square", source: rows([3, 0, 0, 3]) },
 * ]);
 * const [best, other] = JSON.parse(comparisonJson(compare(outcomes)));
 * assertEquals([best.name, best.rows, best.difference], ["square", 2, undefined]);
 * assertEquals([other.name, Math.round(other.difference.value)], ["line", -1]);
 * ```
 */
export function comparisonJson(
  { ranked, failed, unscored }: Comparison,
  { checkpoints, spectrum }: ComparisonJsonOptions = {},
): string {
  const byName = new Map(ranked.map((one) => [one.name, one]));
  const inOrder = checkpoints
    ? checkpoints.watched.map((checkpoint) => ({ ...byName.get(checkpoint.name)!, checkpoint }))
    : ranked;
  const objects = [
    ...inOrder.map((one) => objectOf(one, spectrum)),
    ...failed.map(({ name, error: { code, message } }) => ({ name, error: { code, message } })),
    ...unscored.map((name) => ({ name, interrupted: true })),
  ];
  return `[${objects.map((object) => JSON.stringify(object)).join(",\n")}]\n`;
}

function objectOf(
  { name, report, difference, tied, checkpoint }: Ranked & { readonly checkpoint?: Watched },
  spectrum?: boolean,
): object {
  return {
    name,
    ...checkpoint && { x: checkpoint.x },
    ...JSON.parse(toJson(report, { spectrum })),
    ...difference && { difference },
    ...tied !== undefined && { tied },
    ...checkpoint?.drop && { drop: checkpoint.drop },
  };
}
