import { grouped } from "../report/digits.ts";
import type { InputReport, Making } from "../report/report.ts";
import { describeColumns } from "../report/text.ts";

/**
 * What `--verbose` says of a report: what was read, and how long it took.
 *
 * @param making The circumstances of its making.
 * @returns Some lines.
 */
export function circumstances({ inputs, timing }: Making): readonly string[] {
  return [
    ...inputs.map(describeInput),
    `${timing.seconds.toFixed(2)} s, ${grouped(Math.round(timing.rowsPerSecond))} rows/s`,
  ];
}

function describeInput(input: InputReport): string {
  const { name, format, compression, rows } = input;
  const choice = describeChoice(input);
  return `${name}: ${format}${compression ? ` in ${compression}` : ""}, ` +
    `${choice && `${choice}, `}${grouped(rows)} rows`;
}

/**
 * Which columns an input was read from, and why.
 *
 * @param input The input.
 * @returns For example `column "emb" (named by --column)`; nothing where it has no names, or the same
 * as the input before.
 */
export function describeChoice(input: InputReport): string {
  const columns = describeColumns(input);
  return columns ? `${columns[0]} "${columns[1]}" (${input.reason})` : "";
}
