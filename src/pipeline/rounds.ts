import type { EmbeddingBatch } from "../batch.ts";
import type { EmbeddingStatistics } from "../metrics/statistics.ts";
import { Patience } from "../sources/bytes/patience.ts";
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
 * Takes rows in, and stops each time that a report is due. A report on rows that may be all waits for
 * more of them, or for a pause: at the end there is one in any case.
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
  const reader = batches.getReader(), patience = new Patience();
  const due = new Set<PartRows>();
  try {
    for (;;) {
      const reading = reader.read();
      if (due.size > 0 && await patience.endsBefore(reading)) yield* reportsDue(due);
      const { value: batch, done } = await reading;
      if (done) break;
      if (batch.rows === 0) continue;
      for (const [rows, own] of groups.among(batch)) {
        for (let taken = 0; taken < own.rows;) {
          if (due.has(rows)) yield* reportsDue(due, rows);
          const end = Math.min(own.rows, taken + rows.schedule.left(rows.count));
          rows.update(end - taken === own.rows ? own : own.slice(taken, end));
          taken = end;
          if (rows.schedule.isReport(rows.count)) due.add(rows);
          if (haveSettled(rows, options)) return yield { groups: [rows], isLast: true };
        }
      }
      groups.checkMemory();
      options.onRows(batch.offset + batch.rows);
    }
  } finally {
    patience.stop();
    // Where it failed, that is known already.
    await reader.cancel().catch(() => {});
  }
  const { all } = groups;
  if (all.length > 0) yield { groups: all, isLast: true };
}

/** The reports that wait, or the one on some of the rows. */
function* reportsDue(due: Set<PartRows>, only?: PartRows): Generator<Round> {
  for (const rows of only ? [only] : [...due]) {
    due.delete(rows);
    yield { groups: [rows], isLast: false };
  }
}

function haveSettled(rows: PartRows, { until, rankMe }: RoundOptions): boolean {
  if (until === undefined || !rows.schedule.hasDoubled(rows.count)) return false;
  for (const part of rows.parts) part.settle(rankMe(part.state.statistics()), until);
  return rows.parts.every(({ settled }) => settled?.reached);
}
