import type { OnlineCovariance } from "../covariance/online_covariance.ts";
import { RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { metricsNamed } from "../metrics/metrics.ts";
import type { RankReport } from "../report/report.ts";
import { type EffectiveRankOptions, metricsAskedFor, Ranker } from "./rank_report.ts";
import { releasing } from "./releasing.ts";
import { statisticsOf } from "./statistics.ts";

/**
 * Turns each state into a report: an eigendecomposition, then RankMe of the spectrum.
 *
 * @example The end of a pipeline
 * ```ts
 * import { CovarianceStream, EffectiveRankStream, EmbeddingBatch } from "@rankme/rankme";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(1, 0, 0, 1), dim: 2 });
 * const [report] = await Array.fromAsync(
 *   ReadableStream.from([batch])
 *     .pipeThrough(new CovarianceStream())
 *     .pipeThrough(new EffectiveRankStream({ metrics: ["stableRank"] })),
 * );
 * assertAlmostEquals(report.rankMe, 2, 1e-6);
 * assertAlmostEquals(report.metrics.stableRank, 2);
 * ```
 */
export class EffectiveRankStream extends TransformStream<OnlineCovariance, RankReport> {
  /**
   * Makes the stage.
   *
   * @param options The convention, and the metrics besides RankMe.
   * @throws {RankMeError} `usage`, for a convention there is none of, an ε that is no small number, or
   * a metric there is none of or that a covariance does not suffice for.
   */
  constructor(options: EffectiveRankOptions = {}) {
    const ranker = new Ranker(options, metricsNamed(metricsAskedFor(options)));
    const beyond = options.metrics !== "all" && ranker.metrics.find(({ needs }) => needs);
    if (beyond) {
      throw new RankMeError("usage", `${beyond.name} needs more than a covariance`, {
        advice: "score() computes it from the rows",
      });
    }
    const { centered: scoresCentered } = ranker.convention;
    let backend: Backend | undefined;
    super(releasing(() => backend, {
      transform(state: OnlineCovariance, controller: TransformStreamDefaultController<RankReport>) {
        backend = state.backend;
        controller.enqueue(ranker.report(statisticsOf(state, { scoresCentered })));
      },
    }));
  }
}
