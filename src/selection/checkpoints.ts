import type { ScoreReport } from "../report/report.ts";
import { type Difference, differenceBetween } from "./differences.ts";

/** A report on a checkpoint of a training. */
export interface Checkpoint {
  /** What it is called. */
  readonly name: string;
  /** How far the training had come, as a step or an epoch. */
  readonly x: number;
  /** The report. */
  readonly report: ScoreReport;
}

/** How much lower RankMe is than it was. */
export interface Drop extends Difference {
  /** Where the best was, before it. */
  readonly from: number;
  /** What is left of the best: RankMe now over RankMe then. */
  readonly share: number;
  /** Whether so little is left that it is a collapse. */
  readonly collapse: boolean;
}

/** A checkpoint, and whether RankMe dropped. */
export interface Watched extends Checkpoint {
  /** Absent where it did not. */
  readonly drop?: Drop;
}

/**
 * At a collapse less than this share is left of the best before. RankMe falls slowly, and surely, in
 * trainings that go well too, so that a drop by itself is no collapse: how much is lost makes it one.
 */
export const COLLAPSE_SHARE = 0.5;

/**
 * Finds where RankMe dropped in a training: where it is lower than at the best checkpoint before by
 * more than chance allows.
 *
 * The best of many is high by chance as well, so the interval of the difference is widened for how many
 * there were to choose from. Without intervals in the reports only a collapse is seen. A checkpoint at 0
 * is of an untrained network, whose rank is high by nature: a fall from there is a drop, but never by
 * itself a collapse.
 *
 * @param checkpoints The checkpoints, in any order.
 * @returns The same in the order of the training.
 *
 * @example A collapse
 * ```ts
 * import { EmbeddingBatch, score } from "@rankme/rankme";
 * import { findDrops } from "@rankme/rankme/selection";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = (data: number[]) => [new EmbeddingBatch({ data: Float64Array.from(data), dim: 3 })];
 * const full = await score(rows([3, 0, 0, 0, 3, 0, 0, 0, 3]));
 * const flat = await score(rows([3, 3, 3, 3, 3, 3, 3, 3, 3]));
 * const found = findDrops([
 *   { name: "step-200", x: 200, report: flat },
 *   { name: "step-100", x: 100, report: full },
 * ]);
 * assertEquals(found.map(({ x, drop }) => [x, drop?.collapse]), [[100, undefined], [200, true]]);
 * ```
 */
export function findDrops(checkpoints: readonly Checkpoint[]): readonly Watched[] {
  const ordered = checkpoints.toSorted((a, b) => a.x - b.x);
  return ordered.map((checkpoint, index) => {
    const drop = dropAt(checkpoint, ordered.slice(0, index));
    return drop ? { ...checkpoint, drop } : checkpoint;
  });
}

function dropAt({ report }: Checkpoint, before: readonly Checkpoint[]): Drop | undefined {
  const best = highest(before);
  if (!best || best.report.rankMe <= report.rankMe) return undefined;
  const difference = differenceBetween(report, best.report, "rankMe", before.length)!;
  const trained = highest(before.filter(({ x }) => x > 0));
  const collapse = trained !== undefined &&
    report.rankMe < COLLAPSE_SHARE * trained.report.rankMe;
  const { high } = difference;
  const isSure = high === undefined ? collapse : high < 0;
  if (!isSure) return undefined;
  return { ...difference, from: best.x, share: report.rankMe / best.report.rankMe, collapse };
}

function highest(checkpoints: readonly Checkpoint[]): Checkpoint | undefined {
  let best: Checkpoint | undefined;
  for (const one of checkpoints) if (!best || one.report.rankMe > best.report.rankMe) best = one;
  return best;
}
