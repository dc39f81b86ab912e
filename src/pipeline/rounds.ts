import type { EmbeddingBatch } from "../batch.ts";
import type { EmbeddingStatistics } from "../metrics/statistics.ts";
import type { PartGroups, PartRows } from "./parts.ts";

/** A time to report. */
export interface Round {
  /** On which rows; nothing may be added to them meanwhile. */
  readonly groups: readonly PartRows[];
  /** Whether there are no more rows to come, or no more are wanted. */
  readonly isLast: boolean;
}

/** How rows are taken in. */
export interface RoundOptions {
  /** The relative change of RankMe, between rows that have doubled, below which no more are wanted. */
  readonly until?: number;
  /** Computes RankMe. */
  readonly rankMe: (statistics: EmbeddingStatistics) => number;
  /** Is told up to which row of the stream nothing is needed any more. */
  readonly onRows: (rows: number) => void;
}

/**
 * Takes rows in, and stops each time that a report is due.
 *
 * @param batches The rows.
 * @param groups Where they go.
 * @param options When no more are wanted.
 * @returns The times to report; none where there are no rows.
 */
export async function* rounds(
  batches: ReadableStream<EmbeddingBatch>,
  groups: PartGroups,
  options: RoundOptions,
): AsyncGenerator<Round, void, void> {
  for await (const batch of batches) {
    if (batch.rows === 0) continue;
    for (const [rows, own] of groups.among(batch)) {
      for (let taken = 0; taken < own.rows;) {
        // Said once more rows have come: those that are all are reported on at the end.
        if (rows.schedule.isReport(rows.count)) yield { groups: [rows], isLast: false };
        const end = Math.min(own.rows, taken + rows.schedule.left(rows.count));
        rows.update(end - taken === own.rows ? own : own.slice(taken, end));
        taken = end;
        if (haveSettled(rows, options)) return yield { groups: [rows], isLast: true };
      }
    }
    groups.checkMemory();
    options.onRows(batch.offset + batch.rows);
  }
  const { all } = groups;
  if (all.length > 0) yield { groups: all, isLast: true };
}

function haveSettled(rows: PartRows, { until, rankMe }: RoundOptions): boolean {
  if (until === undefined || !rows.schedule.hasDoubled(rows.count)) return false;
  for (const part of rows.parts) part.settle(rankMe(part.state.statistics()), until);
  return rows.parts.every(({ settled }) => settled?.reached);
}
