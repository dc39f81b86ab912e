import type { EmbeddingBatch } from "../batch.ts";
import { statesOfGroups } from "../covariance/memory_needed.ts";
import { RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { checkRange, type DimensionRange } from "../transforms/dimensions_stream.ts";
import type { StateOptions } from "./part_state.ts";
import type { GroupOptions } from "./parts.ts";
import { type Ranker, rankerOf } from "./rank_report.ts";
import { availableMemory, refuseTooLarge } from "./refuse_too_large.ts";
import { checkSchedule } from "./schedule.ts";
import type { ScoreOptions } from "./score_options.ts";

/** How many groups rows are put into, each to be left out once. */
const JACKKNIFE_GROUPS = 16;
/** How many groups of rows are scored by themselves, unless more are asked for. */
const MAX_GROUPS = 1000;
const GROUP_MEMORY = 4e9;

/** What a score was asked for, checked. */
export interface ScorePlan {
  /** Computes the numbers. */
  readonly ranker: Ranker;
  /** What is accumulated of each part. */
  readonly states: StateOptions;
  /** The dimensions to score, each range by itself; `undefined` is all. */
  readonly ranges: readonly (DimensionRange | undefined)[];
  /** The columns that say what rows belong to. */
  readonly keys: readonly string[];
  /** How rows are put into groups that are scored by themselves. */
  readonly by?: GroupOptions;
}

/**
 * Checks what is asked for before anything is read.
 *
 * @param options What is asked for.
 * @param backend What will compute.
 * @returns The same, as it is to be done.
 * @throws {RankMeError} `usage`, for what there is not, and what cannot be had together.
 */
export async function planScore(options: ScoreOptions, backend: Backend): Promise<ScorePlan> {
  const ranker = await rankerOf(options);
  checkOptions(options, ranker);
  return {
    ranker,
    states: stateOptions(options, ranker, backend),
    ranges: rangesOf(options),
    keys: keysOf(options),
    by: groupsBy(options),
  };
}

/** Refuses what cannot be had together. */
function checkOptions({ every, until, by, sample, group, metrics }: ScoreOptions, ranker: Ranker) {
  checkSchedule({ every, until });
  const refuse = (what: string, advice: string) => {
    throw new RankMeError("usage", what, { advice });
  };
  if (until !== undefined && (by !== undefined || sample !== undefined)) {
    const other = by === undefined ? "a sample" : "groups";
    refuse(`reading cannot stop when RankMe settles and have ${other}`, "leave out --until");
  }
  if (metrics === "all") return;
  const needs = ranker.metrics.map((metric) => metric.needs);
  if (needs.includes("objects") && group === undefined) {
    refuse("lidar needs to know what object each row is a view of", "pass --group COLUMN");
  }
  if (needs.includes("leverage") && sample === undefined) {
    refuse("coherence needs the rows at hand, and one pass does not keep them", "pass --sample N");
  }
}

function stateOptions(
  { normalize: normalized, exact, ci, sample, group, groupMemory: memory }: ScoreOptions,
  { metrics, convention: { centered } }: Ranker,
  backend: Backend,
): StateOptions {
  const needs = metrics.map((metric) => metric.needs);
  return {
    backend,
    exact,
    normalized,
    centered,
    groups: jackknifeGroups(ci),
    unit: needs.includes("unit"),
    leverage: needs.includes("leverage") && sample !== undefined,
    ...group !== undefined && { objects: { column: group, memory } },
  };
}

function rangesOf({ dims }: ScoreOptions): readonly (DimensionRange | undefined)[] {
  const ranges = dims === undefined ? [undefined] : [dims].flat();
  for (const range of ranges) if (range) checkRange(range);
  return ranges;
}

function keysOf({ by, group }: ScoreOptions): readonly string[] {
  return [...new Set([by, group])].filter((column) => column !== undefined);
}

function jackknifeGroups(ci: ScoreOptions["ci"]): number | undefined {
  if (!ci) return undefined;
  const { groups = JACKKNIFE_GROUPS } = ci === true ? {} : ci;
  if (Number.isInteger(groups) && groups >= 2) return groups;
  throw new RankMeError("usage", `rows can be put into 2 groups or more, not ${groups}`);
}

function groupsBy(
  { by, maxGroups = MAX_GROUPS, groupMemory }: ScoreOptions,
): GroupOptions | undefined {
  const memory = groupMemory ?? availableMemory() ?? GROUP_MEMORY;
  return by === undefined ? undefined : { by, maxGroups, memory };
}

/**
 * Refuses states that cannot fit, as the first batch tells how large they will be.
 *
 * @param batch The first rows.
 * @param options How many there may be, and who is told of the memory.
 * @param plan What will be accumulated of them.
 * @throws {RankMeError} `memory`.
 */
export function refuseStates(
  { dim, data, columns }: EmbeddingBatch,
  { limit = Infinity, sample = Infinity, onMemory }: ScoreOptions,
  { ranges, states: { exact, backend, groups = 0, unit, objects } }: ScorePlan,
): void {
  const rows = Math.min(limit, sample);
  // Between objects and within, of each group; and while these are decomposed together.
  const ofObjects = objects ? 2 * Math.max(1, groups) + 5 : 0;
  const widths = columns?.map(({ start, end }) => end - start) ?? [dim];
  const questions = widths.flatMap((width) =>
    ranges.map(({ start = 0, end = width } = {}) => ({
      dim: Math.max(0, Math.min(end, width) - start),
      rows,
      exact,
      states: statesOfGroups(groups) * (unit ? 2 : 1) + ofObjects,
    }))
  );
  const sampleBytes = sample === Infinity ? 0 : rows * dim * data.BYTES_PER_ELEMENT;
  const bytes = refuseTooLarge(questions, backend, sampleBytes);
  onMemory?.(bytes);
}
