import type { EmbeddingBatch } from "../batch.ts";
import { statesOfGroups } from "../covariance/memory_needed.ts";
import { LimitStream } from "../transforms/limit_stream.ts";
import type { SampleOptions, SampleStream } from "../transforms/sample_stream.ts";
import { SkipStream } from "../transforms/skip_stream.ts";
import { interruptible } from "./interruptible.ts";
import type { Reading } from "./reading.ts";
import { refuseTooLarge } from "./refuse_too_large.ts";
import type { ScoreOptions } from "./score_options.ts";
import type { ScorePlan } from "./score_plan.ts";

/**
 * The stages from what is read to the rows that are scored.
 *
 * @param reading The reading.
 * @param options Which rows.
 * @param plan What will be accumulated of them.
 * @returns The stages, in order.
 * @throws {RankMeError} `usage`, for a number of rows that is none.
 */
export async function rowStages(
  reading: Reading,
  options: ScoreOptions,
  plan: ScorePlan,
): Promise<TransformStream<EmbeddingBatch, EmbeddingBatch>[]> {
  const { skip = 0, limit, sample, seed, signal, onProgress } = options;
  const read = { rows: 0, bytes: 0 };
  const giveBack = { onRows: (rows: number) => reading.giveBack(rows) };
  const onBatch = (batch: EmbeddingBatch) => {
    if (read.rows === 0) refuseStates(batch, options, plan);
    read.rows += batch.rows;
    read.bytes += batch.data.byteLength;
    onProgress?.({ ...read });
  };
  return [
    ...skip === 0 ? [] : [new SkipStream(skip, giveBack)],
    ...limit === undefined ? [] : [new LimitStream(limit)],
    interruptible(signal, onBatch, () => reading.interrupted = true),
    ...sample === undefined ? [] : [await sampling(sample, { seed, ...giveBack })],
  ];
}

/** Loaded when it is asked for: a start takes as long as what it loads. */
async function sampling(count: number, options: SampleOptions): Promise<SampleStream> {
  const { SampleStream } = await import("../transforms/sample_stream.ts");
  return new SampleStream(count, options);
}

/** Refuses states that cannot fit, as the first batch tells how large they will be. */
function refuseStates(
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
