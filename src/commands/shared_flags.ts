import type { Backend } from "../linalg/backend.ts";
import { type BackendChoice, type BackendName, chooseBackend } from "../linalg/choose_backend.ts";
import { type ConventionName, CONVENTIONS } from "../metrics/conventions.ts";
import { type EffectiveRankOptions, metricsAskedFor } from "../pipeline/rank_report.ts";
import type { BackendReport } from "../report/report.ts";
import type { Flag } from "./flag.ts";
import type { Arguments } from "./flags.ts";
import { say } from "./output.ts";
import { usage } from "./usage.ts";

/** The flags that choose how an effective rank is computed. */
export const RANK_FLAGS: readonly Flag[] = [
  {
    name: "convention",
    value: "NAME",
    help: `how to compute it: ${Object.keys(CONVENTIONS).join(", ")} (default: paper)`,
    choices: Object.keys(CONVENTIONS),
  },
  { name: "center", negatable: true, help: "subtract the mean, or not, whatever the convention" },
  { name: "epsilon", value: "X", help: "ε, added to every normalised value (paper: 1e-7)" },
];

/** Which metrics there are, for the help; their table itself is loaded when one is asked for. */
export const METRICS_HELP = `Metrics for --metrics (docs/metrics.md says what each means):
effectiveRank, participationRatio, stableRank, numericalRank, conditionNumber,
pseudoConditionNumber, explainedVariance, spectralEntropy, nesum, alphaReq, isotropy, selfCluster,
coherence (with --sample), lidar (with --group), meanNorm, deadDimensions; all for every one.`;

/** The flags that choose what is computed besides RankMe. */
export const METRIC_FLAGS: readonly Flag[] = [
  {
    name: "metrics",
    value: "LIST",
    help: "which metrics besides RankMe: names between commas, or all (default: effectiveRank)",
  },
  {
    name: "metric",
    value: "NAME=EXPR",
    repeatable: true,
    help: "one of your own over sigma, lambda, p, n, d: 'gap=log(lambda[1]/lambda[2])'",
  },
];

/**
 * What {@linkcode METRIC_FLAGS} say.
 *
 * @param args The arguments.
 * @returns Options; what was not given is absent.
 * @throws {RankMeError} `usage`, for a metric there is none of, or an expression that cannot be
 * understood.
 */
export async function metricOptions(
  args: Arguments,
): Promise<Pick<EffectiveRankOptions, "metrics" | "expressions">> {
  const list = args.list("metrics");
  const metrics = list?.includes("all") ? "all" : list;
  const own = args.all("metric");
  if (own.length === 0) return { metrics };
  const { metricExpressions } = await import("../metrics/expression.ts");
  const computed = metricsAskedFor({ metrics, group: args.text("group") });
  return { metrics, expressions: await metricExpressions(own, computed) };
}

/** The flags that choose what computes. */
export const BACKEND_FLAGS: readonly Flag[] = [
  {
    name: "backend",
    value: "NAME",
    help: "what computes: auto (default), blas, wasm, reference",
    choices: ["auto", "blas", "wasm", "reference"],
  },
  { name: "threads", value: "N", help: "on how many threads at most (default: all)" },
  { name: "blas", value: "PATH", isPath: true, help: "the BLAS library to use; needs --allow-ffi" },
];

/**
 * What {@linkcode BACKEND_FLAGS} say.
 *
 * @param args The arguments.
 * @returns Which backend; what was not given is absent.
 * @throws {RankMeError} `usage`, for a library where none is used.
 */
export function backendChoice(args: Arguments): BackendChoice {
  const backend = args.text("backend") as BackendName | undefined;
  const blas = args.text("blas");
  if (blas !== undefined && (backend === "wasm" || backend === "reference")) {
    throw usage(`--backend ${backend} uses no BLAS`, "leave out --blas, or write --backend blas");
  }
  return { backend, threads: args.count("threads"), blas };
}

/**
 * The backend that {@linkcode BACKEND_FLAGS} choose. With `--verbose` it is named on standard error,
 * and after it the libraries that could not be used.
 *
 * @param args The arguments.
 * @returns The backend.
 */
export function chosenBackend(args: Arguments): Backend {
  const { backend, notes } = chooseBackend(backendChoice(args));
  if (args.on("verbose")) {
    const lines = [
      `backend ${describeBackend(backend)}`,
      ...notes.map((one) => `not used: ${one}`),
    ];
    lines.forEach((line) => say(line));
  }
  return backend;
}

/**
 * What {@linkcode RANK_FLAGS} say.
 *
 * @param args The arguments.
 * @returns Options; what was not given is absent.
 */
export function rankOptions(args: Arguments): EffectiveRankOptions {
  return {
    convention: args.text("convention") as ConventionName | undefined,
    center: args.choice("center"),
    epsilon: args.number("epsilon"),
  };
}

/**
 * A backend as notes and tables call it.
 *
 * @param backend The backend.
 * @returns For example `wasm, 2 threads, fused multiply-add`.
 */
export function describeBackend({ name, threads, relaxedSimd, library }: BackendReport): string {
  return [
    name,
    `${threads} thread${threads === 1 ? "" : "s"}`,
    ...library !== undefined ? [library] : [],
    ...relaxedSimd !== undefined ? [`${relaxedSimd ? "fused" : "separate"} multiply-add`] : [],
  ].join(", ");
}
