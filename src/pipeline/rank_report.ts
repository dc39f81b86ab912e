import { RankMeError } from "../errors.ts";
import { type Convention, type ConventionName, CONVENTIONS } from "../metrics/conventions.ts";
import { DEFAULT_METRIC_NAMES, DEFAULT_METRICS } from "../metrics/default_metrics.ts";
import type { NamedExpression } from "../metrics/expression.ts";
import { expressionScope } from "../metrics/expression_scope.ts";
import type { Metric } from "../metrics/metric.ts";
import { rankMe } from "../metrics/rank_me.ts";
import { rankMeErrorBound } from "../metrics/rank_me_error_bound.ts";
import type { EmbeddingStatistics } from "../metrics/statistics.ts";
import type { RankReport } from "../report/report.ts";

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
  /** Metrics of one's own, see `metricExpressions`. Default: none. */
  readonly expressions?: readonly NamedExpression[];
}

/** What to compute, and whether rows are views of objects. */
interface RankerOptions extends EffectiveRankOptions {
  /** The column of objects. */
  readonly group?: string;
}

/**
 * Which metrics to compute: who says what object each row is a view of wants LiDAR as well.
 *
 * @param options Which were asked for, and the column of objects.
 * @returns Their names.
 */
export function metricsAskedFor(
  { metrics = DEFAULT_METRIC_NAMES, group }: Pick<RankerOptions, "metrics" | "group">,
): "all" | readonly string[] {
  return group !== undefined && metrics !== "all" ? [...metrics, "lidar"] : metrics;
}

/**
 * What computes the numbers that are asked for. Metrics are loaded when any are: a start takes as long
 * as what it loads.
 *
 * @param options What to compute.
 * @returns What computes it.
 * @throws {RankMeError} `usage`, for a metric there is none of, and as {@linkcode Ranker} does.
 */
export async function rankerOf(options: RankerOptions): Promise<Ranker> {
  if (options.metrics === undefined && options.group === undefined) return new Ranker(options);
  const { metricsNamed } = await import("../metrics/metrics.ts");
  return new Ranker(options, metricsNamed(metricsAskedFor(options)));
}

/** RankMe and every metric, by name. */
export type Numbers = { readonly rankMe: number; readonly [name: string]: number };

/** Is told which metric there is no number of, and why. */
export type OnAbsent = (name: string, reason: string) => void;

/** Computes the numbers of reports, as options say. */
export class Ranker {
  /** The metrics that were asked for. */
  readonly metrics: readonly Metric[];
  /** The convention, with what was asked for in place of what it says. */
  readonly convention: Convention;
  /** What the convention is called. */
  readonly name: ConventionName;
  readonly #expressions: readonly NamedExpression[];

  /**
   * @param options Under which convention, and which expressions.
   * @param metrics Which metrics. Default: those of a report that nobody asked for any.
   * @throws {RankMeError} `usage`, for a convention there is none of, or an ε that is no small number.
   */
  constructor(
    options: Omit<EffectiveRankOptions, "metrics">,
    metrics: readonly Metric[] = DEFAULT_METRICS,
  ) {
    const { convention = "paper", expressions = [] } = options;
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
    this.metrics = metrics;
    this.name = convention;
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
    return rankMe(statistics.scored, this.convention);
  }

  /**
   * RankMe and every metric.
   *
   * @param statistics Of what.
   * @param onAbsent Is told of each metric of one's own that there is no number of, and why.
   * @returns The numbers; what does not apply is absent.
   */
  numbers(statistics: EmbeddingStatistics, onAbsent?: OnAbsent): Numbers {
    const numbers: Record<string, number> & { rankMe: number } = {
      rankMe: this.rankMe(statistics),
    };
    for (const metric of this.metrics) Object.assign(numbers, metric.compute(statistics));
    if (this.#expressions.length === 0) return numbers;
    const scope = expressionScope(statistics.scored, this.convention, numbers);
    for (const { name, evaluate } of this.#expressions) {
      const outcome = evaluate(scope);
      if ("value" in outcome) numbers[name] = outcome.value;
      else onAbsent?.(name, outcome.absent);
    }
    return numbers;
  }

  /**
   * A report.
   *
   * @param statistics Of what.
   * @param onAbsent As for {@linkcode numbers}.
   * @returns The report.
   */
  report(statistics: EmbeddingStatistics, onAbsent?: OnAbsent): RankReport {
    const { rankMe, ...metrics } = this.numbers(statistics, onAbsent);
    const spectrum = statistics.scored;
    return {
      rankMe,
      rows: statistics.rows,
      dim: statistics.dim,
      convention: this.name,
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
}
