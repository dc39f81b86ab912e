import { DEFAULT_METRIC_NAMES } from "./default_metrics.ts";
import type { ExpressionScope } from "./expression_scope.ts";
import { compileExpression, type ExpressionOutcome } from "./expressions/compile.ts";
import { refusal } from "./expressions/refusal.ts";
import { METRICS, metricsNamed } from "./metrics.ts";
import { CONFIDENCE_NUMBERS, numberNames, REPORT_NUMBERS } from "./number_names.ts";

/** A metric of one's own, ready to be computed. */
export interface NamedExpression {
  /** What it is called in reports. */
  readonly name: string;
  /** What it was written as, without the name. */
  readonly text: string;
  /**
   * Computes it: a pure function, which is never an error.
   *
   * @param scope What its names stand for, as {@linkcode expressionScope} has it.
   * @returns The number, or why there is none: an element that this spectrum has not, the logarithm of
   * 0, and so on.
   */
  evaluate(scope: ExpressionScope): ExpressionOutcome<number>;
}

/** What every metric of one's own may name. */
const VECTORS = ["sigma", "lambda", "p"];
const NUMBERS = ["n", "d", "rankMe"];
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/**
 * Metrics of one's own, as in `gap=log(lambda[1]/lambda[2])`, in the language of mathjs.
 *
 * An expression may name the vectors `sigma` (singular values σ, largest first, in embedding units),
 * `lambda` (λ = σ²) and `p` (what RankMe takes the entropy of: σₖ/Σσ + ε, or of λ where the convention
 * says so), the numbers `n` (rows), `d` (dimensions) and `rankMe`, other metrics that are computed, and
 * expressions before it. Elements count from 1. It has arithmetic (`.*`, `./`, `.^` go element by
 * element; `*` of two vectors is their inner product), comparisons, `and`, `or`, `not`, `a ? b : c`,
 * ranges as in `lambda[1:10]` and `lambda[end]`, and functions such as `sum`, `log`, `max`, `mean`,
 * `quantileSeq`; nothing else, so that one from a stranger can do no harm.
 *
 * @param definitions Each a name, `=` and an expression.
 * @param metrics The metrics besides RankMe that are computed as well, as for `score()`.
 * @returns The metrics, in order.
 * @throws {RankMeError} `usage`, with a caret under the place, for a name that is taken or an
 * expression that cannot be understood.
 *
 * @example The gap between the first two eigenvalues
 * ```ts
 * import { metricExpressions } from "@rankme/rankme/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [gap] = await metricExpressions(["gap = log(lambda[1] / lambda[2])"]);
 * const [sigma, lambda] = [Float64Array.of(3, 2, 1), Float64Array.of(9, 4, 1)];
 * const scope = { sigma, lambda, p: sigma.map((value) => value / 6), n: 100, d: 3, numbers: {} };
 * const outcome = gap.evaluate(scope);
 * assertAlmostEquals("value" in outcome ? outcome.value : NaN, Math.log(9 / 4), 1e-12);
 * ```
 */
export async function metricExpressions(
  definitions: readonly string[],
  metrics: "all" | readonly string[] = DEFAULT_METRIC_NAMES,
): Promise<readonly NamedExpression[]> {
  const numbers = [...NUMBERS, ...numberNames(metricsNamed(metrics)).keys()];
  const all = numberNames(METRICS);
  const expressions: NamedExpression[] = [];
  for (const definition of definitions) {
    const { name, text } = split(definition, [...VECTORS, ...numbers, ...all.keys()]);
    const label = `--metric ${name}`;
    const compiled = await compileExpression({ label, text }, "number", {
      vectors: VECTORS,
      numbers,
      advice: (unknown) => all.has(unknown) ? `pass --metrics ${all.get(unknown)}` : undefined,
    });
    expressions.push({
      name,
      text: compiled.text,
      evaluate: ({ numbers, ...own }) => compiled.evaluate({ ...numbers, ...own }),
    });
    numbers.push(name);
  }
  return expressions;
}

function split(definition: string, taken: readonly string[]): { name: string; text: string } {
  const at = definition.indexOf("=");
  const shown = { label: "--metric", text: definition };
  const name = definition.slice(0, Math.max(0, at)).trim();
  // The = of ==, <=, >= and != separates no name.
  if (!NAME.test(name) || definition[at + 1] === "=") {
    throw refusal(
      shown,
      "a metric needs a name of letters and digits, as in gap=log(lambda[1]/lambda[2])",
      0,
    );
  }
  if ([...taken, ...REPORT_NUMBERS, ...CONFIDENCE_NUMBERS].includes(name)) {
    throw refusal(shown, `${name} is something else already`, 0);
  }
  return { name, text: definition.slice(at + 1) };
}
