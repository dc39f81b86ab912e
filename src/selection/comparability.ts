import type { ScoreReport } from "../report/report.ts";
import { grouped } from "../report/digits.ts";
import { describeColumns } from "../report/text.ts";

/** A report, and what it is called. */
interface Named {
  readonly name: string;
  readonly report: ScoreReport;
}

/** How many names a note lists. */
const SHOWN = 3;

/**
 * Why numbers that stand side by side may not be comparable.
 *
 * @param reports The reports.
 * @returns A sentence for each reason.
 */
export function comparabilityNotes(reports: readonly Named[]): string[] {
  const notes: string[] = [];
  const differing = (
    what: (report: ScoreReport) => string,
    unit: string,
    why: string,
    among = reports,
  ) => {
    const groups = Map.groupBy(among, ({ report }) => what(report));
    if (groups.size < 2) return;
    const parts = Array.from(groups, ([value, group]) => `${value}${unit} (${some(group)})`);
    notes.push(`${listed(parts)}: ${why}`);
  };
  differing(
    ({ dim }) => grouped(dim),
    " dimensions",
    "RankMe can be compared between embeddings of as many dimensions only",
  );
  differing(
    (report) => describeColumns(report)!.join(" "),
    "",
    "columns of other names may be of other embeddings; --column says which are meant",
    reports.filter(({ report }) => describeColumns(report)),
  );
  differing(
    ({ rows }) => grouped(rows),
    " rows",
    "RankMe grows with the number of rows; score as many of each with --rows",
  );
  differing(
    ({ convention, centered, epsilon, normalized }) =>
      `${convention}, ${centered ? "" : "not "}centred, ε = ${epsilon}` +
      (normalized ? ", rows of length 1" : ""),
    "",
    "these are different numbers by the same name",
  );
  const partial = reports.filter(({ report }) => !report.complete);
  if (partial.length > 0) notes.push(`${some(partial)}: partial, as not all of it was read`);
  return notes;
}

function some(group: readonly Named[]): string {
  const names = group.slice(0, SHOWN).map(({ name }) => name).join(", ");
  return group.length > SHOWN ? `${names} and ${group.length - SHOWN} more` : names;
}

function listed(parts: readonly string[]): string {
  const shown = parts.slice(0, SHOWN);
  const more = parts.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}
