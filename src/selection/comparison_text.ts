import { formatRank, grouped } from "../report/digits.ts";
import { describeColumns } from "../report/text.ts";
import type { Drop, Watched } from "./checkpoints.ts";
import type { Comparison } from "./comparison.ts";

/**
 * What a reader of a comparison has to know besides its table.
 *
 * @param comparison The comparison.
 * @returns Some sentences, a line each.
 */
export function comparisonLegend({ ranked, sort }: Comparison): string[] {
  if (ranked.length === 0) return [];
  const tied = ranked.filter(({ tied }) => tied).length;
  return [
    ...tied > 0 ? ["≈ no significant difference to the best: its 95 % interval holds 0"] : [],
    `${describeComputation(ranked)}; ` +
    (sort === "rankMe"
      ? "higher is better, between runs of one method only"
      : `by ${sort}, between runs of one method only`),
  ];
}

/** How all of them were computed; the column where it is the same, as else a note says which are not. */
function describeComputation(ranked: Comparison["ranked"]): string {
  const [{ report }] = ranked;
  const { convention, centered, epsilon, normalized, dims } = report;
  const column = describeColumns(report)?.join(" ");
  const isShared = ranked.every((one) => describeColumns(one.report)?.join(" ") === column);
  return [
    ...column !== undefined && isShared ? [column] : [],
    `convention ${convention}`,
    centered ? "centred" : "not centred",
    `ε = ${epsilon}`,
    ...normalized ? ["rows of length 1"] : [],
    ...dims ? [`dims ${dims.join(":")}`] : [],
  ].join(", ");
}

/**
 * What became of RankMe in a training.
 *
 * @param watched The checkpoints, in the order of the training.
 * @param word What their numbers count, as `step`.
 * @returns Some sentences, a line each: where it first dropped, and where it collapsed.
 *
 * @example A training that goes well
 * ```ts
 * import { describeDrops } from "@rankme/rankme/selection";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(describeDrops([], "step"), ["no drop: no step is significantly below an earlier checkpoint"]);
 * ```
 */
export function describeDrops(watched: readonly Watched[], word: string): string[] {
  const dropped = watched.filter((one): one is Watched & { readonly drop: Drop } =>
    one.drop !== undefined
  );
  if (dropped.length === 0) {
    return [`no drop: no ${word} is significantly below an earlier checkpoint`];
  }
  const collapsed = dropped.find(({ drop }) => drop.collapse);
  const untrained = dropped.every(({ drop }) => drop.from === 0);
  return [
    ...collapsed ? [`collapse at ${word} ${extent(collapsed, word)}`] : [],
    ...dropped[0] === collapsed ? [] : [`first drop at ${word} ${extent(dropped[0], word)}`],
    `${dropped.length} of ${watched.length} significantly below an earlier checkpoint`,
    ...untrained ? [`at ${word} 0 a network is untrained, and its rank high by nature`] : [],
  ];
}

function extent({ x, report, drop }: Watched & { readonly drop: Drop }, word: string): string {
  const before = report.rankMe - drop.value;
  return `${position(x)}: RankMe ${formatRank(report.rankMe)}, ` +
    `${(100 * drop.share).toPrecision(2)} % of ${formatRank(before)} at ${word} ` +
    position(drop.from);
}

/**
 * How far a training had come, for a person to read.
 *
 * @param x The number.
 * @returns For example `10,000`.
 */
export function position(x: number): string {
  return Number.isInteger(x) ? grouped(x) : String(x);
}
