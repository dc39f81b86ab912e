import type { Making } from "../report/report.ts";
import { grouped } from "../report/text.ts";
import { describeBackend } from "./shared_flags.ts";

/**
 * What `--verbose` says of a report: what was read, and what computed it.
 *
 * @param making The circumstances of its making.
 * @returns Some lines.
 */
export function circumstances({ inputs, backend, timing }: Making): readonly string[] {
  return [
    ...inputs.map(({ name, format, compression, rows }) =>
      `${name}: ${format}${compression ? ` in ${compression}` : ""}, ${grouped(rows)} rows`
    ),
    `backend ${describeBackend(backend)}`,
    `${timing.seconds.toFixed(2)} s, ${grouped(Math.round(timing.rowsPerSecond))} rows/s`,
  ];
}
