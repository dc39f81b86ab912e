import { printable } from "../printable.ts";
import type { ScoreReport } from "./report.ts";

/**
 * Which part of a data set a report is on, in words.
 *
 * @param report The report.
 * @returns For example `column layer1, dims 0:64`; nothing where it is on all.
 */
export function nameOfPart(
  { column, group, dims }: Pick<ScoreReport, "column" | "group" | "dims">,
): string {
  return [
    ...column !== undefined ? [`column ${printable(column)}`] : [],
    ...group !== undefined ? [`group ${printable(group)}`] : [],
    ...dims ? [`dims ${dims.join(":")}`] : [],
  ].join(", ");
}
