import { RankMeError } from "../errors.ts";
import { type Convention, type ConventionName, CONVENTIONS } from "../metrics/conventions.ts";
import type { NamedExpression } from "../metrics/expression.ts";
import type { Metric } from "../metrics/metric.ts";
import { metricsNamed } from "../metrics/metrics.ts";
import { rankMe } from "../metrics/rank_me.ts";
import { rankMeErrorBound } from "../metrics/rank_me_error_bound.ts";
import type { EmbeddingStatistics } from "../metrics/statistics.ts";
import type { RankReport } from "../report/report.ts";

/** Which metrics are in a report that nobody asked for any. */
export const DEFAULT_METRICS: readonly string[] = ["effectiveRank"];

/** Which numbers to compute, and under which convention RankMe. */
export interface EffectiveRankOptions {
  /** Default: `"paper"`. */
  readonly convention?: ConventionName;
  /** Whether to subtract the mean. Default: what the convention says. */
  readonly center?: boolean;
  /** ε. Default: what the convention says. */
  readonly epsilon?: number;
  /** The metrics besides RankMe, by name. Default: the effective rank, which costs nothing more. */
  readonly metrics?: "all" | readonly string[];
  /** Metrics of one's own, see `metricExpression`. Default: none. */
  readonly expressions?: readonly NamedExpression[];
}

/** RankMe and every metric, by name. */
export type Numbers = { readonly rankMe: number; readonly [name: string]: number };

/** Computes the numbers of reports, as options say. */
export class Ranker {
  /** The metrics that were asked for. */
  readonly metrics: readonly Metric[];
  /** The convention, with what was asked for in place of what it says. */
  readonly convention: Convention;
  readonly #name: ConventionName;
  readonly #expressions: readonly NamedExpression[];

  /**
   * @param options What to compute.
   * @throws {RankMeError} `usage`, for a convention or metric there is none of, or an ε that is no
   * small number.
   */
  constructor(options: EffectiveRankOptions) {
    const { convention = "paper", metrics = DEFAULT_METRICS, expressions = [] } = options;
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
    this.metrics = metricsNamed(metrics);
    this.#name = convention;
    this.convention = { centered, epsilon, values: preset.values };
    this.#expressions = expressions;
  }

  /**
   * RankMe alone.
   *
   * @param statistics Of what.
   * @returns The number.
   */
  rankMe(statistics: EmbeddingStatistics): number {
    return rankMe(statistics.raw, this.convention);
  }

  /**
   * RankMe and every metric.
   *
   * @param statistics Of what.
   * @returns The numbers; what does not apply is absent.
   */
  numbers(statistics: EmbeddingStatistics): Numbers {
    const numbers: Record<string, number> & { rankMe: number } = {
      rankMe: this.rankMe(statistics),
    };
    for (const metric of this.metrics) Object.assign(numbers, metric.compute(statistics));
    const own = this.#expressions.flatMap(({ name, evaluate }) => {
      const value = evaluate({ ...this.#scope(statistics), numbers });
      return value === undefined ? [] : [[name, value]];
    });
    return Object.assign(numbers, Object.fromEntries(own));
  }

  /**
   * A report.
   *
   * @param statistics Of what.
   * @returns The report.
   */
  report(statistics: EmbeddingStatistics): RankReport {
    const { rankMe, ...metrics } = this.numbers(statistics);
    const spectrum = statistics.raw;
    return {
      rankMe,
      rows: statistics.rows,
      dim: statistics.dim,
      convention: this.#name,
      centered: this.convention.centered,
      epsilon: this.convention.epsilon,
      accuracy: {
        rankMeBound: rankMeErrorBound(spectrum, this.convention),
        method: spectrum.computation?.method ?? "gram",
      },
      metrics,
      spectrum,
    };
  }

  #scope(statistics: EmbeddingStatistics) {
    const { singularValues: sigma, eigenvalues: lambda } = statistics.raw;
    const values = this.convention.values === "eigen" ? lambda : sigma;
    const sum = values.reduce((total, value) => total + value, 0);
    const p = values.map((value) => value / sum + this.convention.epsilon);
    return { sigma, lambda, p, n: statistics.rows, d: statistics.dim };
  }
}
