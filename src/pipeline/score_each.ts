import { RankMeError } from "../errors.ts";
import { chooseBackend } from "../linalg/choose_backend.ts";
import type { EachInput, ScoreEachOptions } from "./each_options.ts";
import { type EachOutcome, failure } from "./each_outcome.ts";
import { EachProgressSum } from "./each_progress.ts";
import { score } from "./score.ts";
import { scoreInWorkers } from "./score_in_workers.ts";

/**
 * Scores each of several data sets by itself. One that cannot be scored does not keep the others from
 * being so.
 *
 * Files and URLs are scored several at a time, each by a worker. What a program makes is scored one
 * after the other, as is everything where workers cannot be started (a checkout without permission to
 * read its own files), where metrics are one's own, and where a native BLAS computes, whose threads the
 * whole process shares.
 *
 * @param inputs The data sets.
 * @param options How to score each, and how many at a time.
 * @returns What came of each, in the order of the inputs.
 * @throws {RankMeError} `usage`, for options that would not do for any.
 *
 * @example Two data sets, of which one is empty
 * ```ts
 * import { EmbeddingBatch, scoreEach } from "@rankme/rankme";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(3, 0, 0, 3), dim: 2 });
 * const [full, empty] = await scoreEach([
 *   { name: "full", source: [batch] },
 *   { name: "empty", source: ReadableStream.from<typeof batch>([]) },
 * ]);
 * assertEquals("report" in full && Math.round(full.report.rankMe), 2);
 * assertEquals("error" in empty && empty.error.code, "empty");
 * ```
 */
export async function scoreEach(
  inputs: readonly EachInput[],
  options: ScoreEachOptions = {},
): Promise<readonly EachOutcome[]> {
  return (await outcomesOfEach(inputs, options)).filter((outcome) => outcome !== undefined);
}

/**
 * Scores each of several data sets, as {@linkcode scoreEach} does.
 *
 * @param inputs The data sets.
 * @param options How to score each.
 * @returns What came of each; nothing in the place of one that was stopped.
 * @throws {RankMeError} `usage`, for options that would not do for any.
 */
export async function outcomesOfEach(
  inputs: readonly EachInput[],
  options: ScoreEachOptions,
): Promise<readonly (EachOutcome | undefined)[]> {
  const { jobs = navigator.hardwareConcurrency } = options;
  if (!(Number.isInteger(jobs) && jobs >= 1)) {
    throw new RankMeError("usage", `data sets are scored 1 at a time or more, not ${jobs}`);
  }
  const progress = new EachProgressSum(inputs.length, options.onProgress);
  return await scoreInWorkers(inputs, { ...options, jobs }, progress) ??
    await oneByOne(inputs, options, progress);
}

async function oneByOne(
  inputs: readonly EachInput[],
  { backend: choice, ...options }: ScoreEachOptions,
  progress: EachProgressSum,
): Promise<readonly (EachOutcome | undefined)[]> {
  const { backend } = chooseBackend(choice);
  const outcomes: (EachOutcome | undefined)[] = [];
  for (const [index, { name, source }] of inputs.entries()) {
    if (options.signal?.aborted) break;
    const outcome = await score(source, {
      ...options,
      backend,
      names: namesOf(source, name),
      onProgress: (state) => progress.update(index, state),
    }).then((report) => ({ name, report }), (error) => failure(name, error));
    // What was stopped half-way says nothing.
    if (!options.signal?.aborted) outcomes.push(outcome);
    progress.finish(index);
  }
  return outcomes;
}

/** Paths and URLs are called what they are, not what their data set is. */
function namesOf(source: EachInput["source"], name: string): readonly string[] | undefined {
  const isNamed = [source].flat().some((one) => typeof one === "string" || one instanceof URL);
  return isNamed ? undefined : [name];
}
