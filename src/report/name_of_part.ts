import { printable } from "../printable.ts";
import type { ScoreReport } from "./report.ts";

/** What tells a report from others on the same data set. */
export type PartOf = Pick<ScoreReport, "column" | "group" | "dims">;

/**
 * Whether reports are on different columns.
 *
 * @param reports The reports.
 * @returns Whether a column tells one from another.
 */
export function areOfSeveralColumns(reports: readonly PartOf[]): boolean {
  return reports.some(({ column }) => column !== reports[0].column);
}

/**
 * Which part of a data set a report is on, in words.
 *
 * @param report The report.
 * @param among All reports on that data set.
 * @returns For example `column layer1, dims 0:64`; nothing where it is on all. The column that all of
 * them were read from is none.
 */
export function nameOfPart(
  { column, group, dims }: PartOf,
  among: readonly PartOf[],
): string {
  return [
    ...column !== undefined && areOfSeveralColumns(among) ? [`column ${printable(column)}`] : [],
    ...group !== undefined ? [`group ${printable(group)}`] : [],
    ...dims ? [`dims ${dims.join(":")}`] : [],
  ].join(", ");
}
