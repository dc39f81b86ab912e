import type { OnlineCovariance } from "../covariance/online_covariance.ts";
import { RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { type ConventionName, CONVENTIONS } from "../metrics/conventions.ts";
import { effectiveRank } from "../metrics/effective_rank.ts";
import { rankMe } from "../metrics/rank_me.ts";
import { rankMeErrorBound } from "../metrics/rank_me_error_bound.ts";
import type { RankReport } from "../report/report.ts";
import { releasing } from "./releasing.ts";

/** Under which convention to compute an effective rank. */
export interface EffectiveRankOptions {
  /** Default: `"paper"`. */
  readonly convention?: ConventionName;
  /** Whether to subtract the mean. Default: what the convention says. */
  readonly center?: boolean;
  /** ε. Default: what the convention says. */
  readonly epsilon?: number;
}

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
 *     .pipeThrough(new EffectiveRankStream()),
 * );
 * assertAlmostEquals(report.rankMe, 2, 1e-6);
 * ```
 */
export class EffectiveRankStream extends TransformStream<OnlineCovariance, RankReport> {
  /**
   * Makes the stage.
   *
   * @param options The convention.
   * @throws {RankMeError} `usage`, for a convention there is none of, or an ε that is no small number.
   */
  constructor(options: EffectiveRankOptions = {}) {
    const { convention = "paper" } = options;
    if (!Object.hasOwn(CONVENTIONS, convention)) {
      throw new RankMeError("usage", `there is no convention "${convention}"`, {
        advice: `choose one of ${Object.keys(CONVENTIONS).join(", ")}`,
      });
    }
    const preset = CONVENTIONS[convention];
    const { center: centered = preset.centered, epsilon = preset.epsilon } = options;
    if (!(epsilon >= 0 && epsilon < 1)) {
      throw new RankMeError("usage", `ε must be at least 0 and below 1, not ${epsilon}`);
    }
    let backend: Backend | undefined;
    super(releasing(() => backend, {
      transform(state: OnlineCovariance, controller: TransformStreamDefaultController<RankReport>) {
        backend = state.backend;
        const spectrum = state.spectrum({ centered });
        const how = { values: preset.values, epsilon };
        controller.enqueue({
          rankMe: rankMe(spectrum, how),
          rows: state.count,
          dim: state.dim,
          convention,
          centered,
          epsilon,
          accuracy: {
            rankMeBound: rankMeErrorBound(spectrum, how),
            method: state.exact ? "qr" : "gram",
          },
          metrics: { effectiveRank: effectiveRank(spectrum) },
          spectrum,
        });
      },
    }));
  }
}
