import type { ColumnsReport, InputReport } from "../report/report.ts";
import type { ReadColumns } from "../sources/read_columns.ts";

/**
 * The columns that an input was read from, as reports have them.
 *
 * @param columns The columns, where they have names.
 * @returns The columns, and why these.
 */
export function columnsRead(
  columns: ReadColumns | undefined,
): Pick<InputReport, "column" | "columns" | "reason"> {
  return columns ? { ...columnsOf(columns), reason: columns.reason } : {};
}

/**
 * The columns that a data set was read from, as reports have them.
 *
 * @param columns The columns, where they have names.
 * @returns What `--column` or `--columns` would take to read the same.
 */
export function columnsOf(columns: ReadColumns | undefined): ColumnsReport {
  if (!columns) return {};
  const { kind, name, names } = columns;
  if (kind === "numbers") return { columns: name };
  return { column: names.join(",") };
}
