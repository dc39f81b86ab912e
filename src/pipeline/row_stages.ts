import type { EmbeddingBatch } from "../batch.ts";
import { LimitStream } from "../transforms/limit_stream.ts";
import type { SampleOptions, SampleStream } from "../transforms/sample_stream.ts";
import { SkipStream } from "../transforms/skip_stream.ts";
import { interruptible } from "./interruptible.ts";
import type { ScoreOptions } from "./score_options.ts";

/** Which rows of those that are read. */
type RowChoice = Pick<
  ScoreOptions,
  "skip" | "limit" | "sample" | "seed" | "signal" | "onProgress"
>;

/** Who is told of what on the way. */
export interface RowListeners {
  /** Is told of the first batch, before anything is done with it. */
  readonly onFirst: (batch: EmbeddingBatch) => void;
  /** Is told that reading was made to stop. */
  readonly onInterrupt: () => void;
  /** Says which share of all files was read so far, where that is known. */
  readonly share?: () => number | undefined;
  /** Is told up to which row, from the first of all, nothing is needed any more. */
  readonly onRows: (rows: number) => void;
}

/**
 * The stages from what is read to the rows that count.
 *
 * @param choice Which rows.
 * @param listeners Who is told of what on the way.
 * @returns The stages, in order.
 * @throws {RankMeError} `usage`, for a number of rows that is none.
 */
export async function rowStages(
  { skip = 0, limit, sample, seed, signal, onProgress }: RowChoice,
  { onFirst, onInterrupt, onRows, share }: RowListeners,
): Promise<TransformStream<EmbeddingBatch, EmbeddingBatch>[]> {
  const read = { rows: 0, bytes: 0 };
  const onBatch = (batch: EmbeddingBatch) => {
    if (read.rows === 0) onFirst(batch);
    read.rows += batch.rows;
    read.bytes += batch.data.byteLength;
    const shares = [share?.(), limit && read.rows / limit].filter((one) => one !== undefined);
    onProgress?.({ ...read, ...shares.length > 0 && { share: Math.max(...shares) } });
  };
  return [
    ...skip === 0 ? [] : [new SkipStream(skip, { onRows })],
    ...limit === undefined ? [] : [new LimitStream(limit)],
    interruptible(signal, onBatch, onInterrupt),
    ...sample === undefined ? [] : [await sampling(sample, { seed, onRows })],
  ];
}

/** Loaded when it is asked for: a start takes as long as what it loads. */
async function sampling(count: number, options: SampleOptions): Promise<SampleStream> {
  const { SampleStream } = await import("../transforms/sample_stream.ts");
  return new SampleStream(count, options);
}
