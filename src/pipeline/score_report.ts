import type { Backend } from "../linalg/backend.ts";
import { grouped, lastDigit, percentOf } from "../report/digits.ts";
import type { BackendReport, RankReport, ScoreReport } from "../report/report.ts";
import { VERSION } from "../report/version.ts";
import { columnsOf } from "./columns_read.ts";
import type { surenessOf } from "./confidence.ts";
import type { Part } from "./parts.ts";
import type { Ranker } from "./rank_report.ts";
import type { Reading } from "./reading.ts";
import type { Round } from "./rounds.ts";

const REMEDIES = {
  gram: "a covariance cannot resolve its small singular values; --exact can",
  qr: "float64 cannot resolve its small singular values",
} as const;

/** From this share of rows on, those of zeros are warned of. */
const MANY_ZERO_ROWS = 0.01;

/** What is known of a score besides its rows. */
export interface Circumstances {
  readonly reading: Reading;
  readonly ranker: Ranker;
  readonly backend: Backend;
  /** When it began, as `performance.now()` tells time. */
  readonly start: number;
  readonly normalize?: boolean;
  /** Finds standard errors and intervals; absent where nobody asked. */
  readonly sureness?: typeof surenessOf;
  /** What RankMe is asked to settle within. */
  readonly until?: number;
  /** How many rows of the data set are read to score as many of one part. */
  readonly rowsRead: (scored: number) => number;
}

/**
 * Reports on all parts of some rows.
 *
 * @param round Which rows.
 * @param circumstances What else is known.
 * @returns The reports, those of one group after the other.
 */
export function reportsOn(round: Round, circumstances: Circumstances): readonly ScoreReport[] {
  const reports = round.groups.flatMap((rows) =>
    rows.parts.map((part) => ({ rows, part, own: partReport(part, circumstances, !round.isLast) }))
  );
  const seconds = (performance.now() - circumstances.start) / 1000;
  const total = round.groups.reduce((sum, { count }) => sum + count, 0);
  const { reading, backend, normalize = false } = circumstances;
  const { interrupted, missingEnd, skippedRows } = reading;
  return reports.map(({ rows, part, own }) => ({
    ...own,
    ...part.column !== undefined ? { column: part.column } : columnsOf(reading.columns),
    ...rows.group !== undefined && { group: rows.group },
    ...part.dims && { dims: [part.dims[0], part.dims[0] + own.dim] as const },
    ...part.zeroRows > 0 && { zeroRows: part.zeroRows },
    ...part.settled && { settled: part.settled },
    normalized: normalize,
    skippedRows,
    complete: round.isLast && !interrupted && !missingEnd,
    backend: describeBackend(backend),
    timing: { seconds, rowsPerSecond: total / seconds },
    inputs: reading.inputs(circumstances.rowsRead(total)),
    warnings: [
      ...reading.warnings,
      ...own.warnings,
      ...warningsOf(own, part, circumstances),
    ],
    version: VERSION,
  }));
}

/** What is computed of one part. */
function partReport(
  { state }: Part,
  { ranker, sureness }: Circumstances,
  more: boolean,
): RankReport & Pick<ScoreReport, "confidence" | "warnings"> {
  const warnings: string[] = [];
  const onAbsent = (name: string, why: string) => warnings.push(`${name} is left out: ${why}`);
  const statistics = state.statistics({ more });
  const report = ranker.report(statistics, onAbsent);
  if (!sureness) return { ...report, warnings };
  const numbers = { ...report.metrics, rankMe: report.rankMe };
  const { confidence, warnings: ofConfidence } = sureness(state, statistics, numbers, ranker);
  return { ...report, ...confidence && { confidence }, warnings: [...warnings, ...ofConfidence] };
}

/**
 * A backend as reports have it.
 *
 * @param backend The backend.
 * @returns Its name and what else is known of it.
 */
export function describeBackend({ name, threads, relaxedSimd, library }: Backend): BackendReport {
  return {
    name,
    threads,
    ...relaxedSimd !== undefined && { relaxedSimd },
    ...library !== undefined && { library },
  };
}

function warningsOf(
  { rankMe, rows, dim, centered, accuracy, confidence }:
    & RankReport
    & Pick<ScoreReport, "confidence">,
  { settled, state, zeroRows }: Part,
  { reading: { interrupted }, until }: Circumstances,
): readonly string[] {
  return [
    ...interrupted ? ["interrupted: only the rows read by then are scored"] : [],
    ...rows < dim
      ? [`${rows} rows for ${dim} dimensions: RankMe cannot exceed ${rows}; score more rows`]
      : [],
    ...accuracy.rankMeBound > lastDigit(rankMe, confidence) / 2
      ? [
        `RankMe may be off by ${accuracy.rankMeBound.toPrecision(1)}: ${REMEDIES[accuracy.method]}`,
      ]
      : [],
    ...zeroRows < rows && zeroRows >= MANY_ZERO_ROWS * rows && zeroRows > 0
      ? [
        `${grouped(zeroRows)} of ${
          grouped(rows)
        } rows are all zero, as failed or padded embeddings ` +
        "are: RankMe is of the others; leave them out where rows are written",
      ]
      : [],
    ...rankMe === 0 && accuracy.rankMeBound === 0
      ? [
        centered
          ? "all rows are equal, so nothing is left after centring: collapsed completely"
          : "every value is zero: collapsed completely",
      ]
      : [],
    ...state.warnings,
    ...until !== undefined && !settled?.reached ? [unsettled(until, settled?.change)] : [],
  ];
}

function unsettled(until: number, change: number | undefined): string {
  return change === undefined
    ? `RankMe could not be seen to settle within ${percentOf(until)}: the rows did not double`
    : `RankMe has not settled within ${percentOf(until)}: it changed by ${
      percentOf(change)
    } when the ` +
      "rows last doubled";
}
