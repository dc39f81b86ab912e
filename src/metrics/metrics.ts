import { closest, RankMeError } from "../errors.ts";
import { alphaReq } from "./alpha_req.ts";
import { coherence } from "./coherence.ts";
import { conditionNumber, pseudoConditionNumber } from "./condition_number.ts";
import { deadDimensions } from "./dead_dimensions.ts";
import { EFFECTIVE_RANK } from "./default_metrics.ts";
import { explainedVariance } from "./explained_variance.ts";
import { isotropy } from "./isotropy.ts";
import { lidar } from "./lidar.ts";
import { meanNorm } from "./mean_norm.ts";
import type { Metric } from "./metric.ts";
import { nesum } from "./nesum.ts";
import { numericalRank } from "./numerical_rank.ts";
import { participationRatio } from "./participation_ratio.ts";
import { counted, directions, ratio, share } from "./range.ts";
import { selfCluster } from "./self_cluster.ts";
import { spectralEntropy } from "./spectral_entropy.ts";
import { stableRank } from "./stable_rank.ts";

/** In per cent: the shares whose numbers of dimensions are reported. */
const EXPLAINED = [50, 90, 95, 99];

/**
 * Every metric, in the order of reports.
 *
 * @example What can be asked for
 * ```ts
 * import { METRICS } from "@rankme/rankme/metrics";
 *
 * for (const { name, summary } of METRICS) console.log(name, summary);
 * ```
 */
export const METRICS: readonly Metric[] = [
  {
    name: "rankMe",
    summary: "RankMe, which every report has on its own",
    ranges: { rankMe: directions },
    compute: () => ({}),
  },
  EFFECTIVE_RANK,
  {
    name: "participationRatio",
    summary: "directions that carry the variance: (Σλ)²/Σλ²",
    ranges: { participationRatio: directions },
    compute: ({ centered }) => present({ participationRatio: participationRatio(centered) }),
  },
  {
    name: "stableRank",
    summary: "energy in units of the first direction's: ‖Z‖_F²/σ₁²",
    ranges: { stableRank: directions },
    compute: ({ scored }) => present({ stableRank: stableRank(scored) }),
  },
  {
    name: "numericalRank",
    summary: "singular values that are no rounding noise",
    ranges: { numericalRank: counted },
    compute: ({ scored }) => present({ numericalRank: numericalRank(scored) }),
  },
  {
    name: "conditionNumber",
    summary: "the first singular value over the last",
    ranges: { conditionNumber: ratio },
    compute: ({ scored }) => present({ conditionNumber: conditionNumber(scored) }),
  },
  {
    name: "pseudoConditionNumber",
    summary: "the first singular value over the last that is not 0 (Tsitsulin et al.)",
    ranges: { pseudoConditionNumber: ratio },
    compute: ({ scored }) => present({ pseudoConditionNumber: pseudoConditionNumber(scored) }),
  },
  {
    name: "explainedVariance",
    summary: `directions that hold ${EXPLAINED.join(", ")} % of the variance`,
    ranges: Object.fromEntries(EXPLAINED.map((share) => [`explainedVariance${share}`, counted])),
    compute: ({ centered }) =>
      present(Object.fromEntries(
        EXPLAINED.map((share) => [
          `explainedVariance${share}`,
          explainedVariance(centered, share / 100),
        ]),
      )),
  },
  {
    name: "spectralEntropy",
    summary: "von Neumann entropy of the covariance, in nats",
    ranges: { spectralEntropy: ({ rows, dim }) => [0, Math.log(Math.min(rows, dim))] },
    compute: ({ centered }) => present({ spectralEntropy: spectralEntropy(centered) }),
  },
  {
    name: "nesum",
    summary: "variance in units of the first direction's: Σλ/λ₁ (He & Ozay)",
    ranges: { nesum: directions },
    compute: ({ centered }) => present({ nesum: nesum(centered) }),
  },
  {
    name: "alphaReq",
    summary: "α of a power law through eigenvalues 11 to 100 (Agrawal et al.)",
    ranges: {
      alphaReq: () => [0, Infinity],
      alphaReqR2: () => [-Infinity, 1],
      alphaReqFrom: counted,
      alphaReqTo: counted,
    },
    compute: ({ centered }) => {
      const { alpha, r2, from, to } = alphaReq(centered) ?? {};
      return present({ alphaReq: alpha, alphaReqR2: r2, alphaReqFrom: from, alphaReqTo: to });
    },
  },
  {
    name: "isotropy",
    summary: "IsoScore: how evenly the variance fills all dimensions (Rudman et al.)",
    ranges: { isotropy: share },
    compute: ({ centered }) => present({ isotropy: isotropy(centered) }),
  },
  {
    name: "selfCluster",
    summary: "squared cosines of rows beside those of random ones (Tsitsulin et al.)",
    needs: "unit",
    ranges: { selfCluster: ({ dim }) => [-1 / Math.max(dim - 1, 1), 1] },
    compute: ({ unit }) => present({ selfCluster: unit && selfCluster(unit) }),
  },
  {
    name: "coherence",
    summary: "the largest leverage of a row over the mean one (Tsitsulin et al.)",
    needs: "leverage",
    ranges: { coherence: ({ rows }) => [1, rows] },
    compute: ({ leverage, rows }) => present({ coherence: leverage && coherence(leverage, rows) }),
  },
  {
    name: "lidar",
    summary: "directions that tell objects apart, and not their views (Thilak et al.)",
    needs: "objects",
    ranges: { lidar: directions },
    compute: ({ lidar: eigenvalues }) => present({ lidar: eigenvalues && lidar(eigenvalues) }),
  },
  {
    name: "meanNorm",
    summary: "the mean's share of the energy",
    ranges: { meanNorm: share },
    compute: (statistics) => present({ meanNorm: meanNorm(statistics) }),
  },
  {
    name: "deadDimensions",
    summary: "dimensions that are the same in all rows",
    ranges: { deadDimensions: ({ dim }) => [0, dim] },
    compute: (statistics) => present({ deadDimensions: deadDimensions(statistics) }),
  },
];

/**
 * Metrics by their names.
 *
 * @param names What is asked for, in any order; `all`, alone or among others, stands for every one.
 * @returns Them in the order of {@linkcode METRICS}, each once.
 * @throws {RankMeError} `usage`, for a name that no metric has.
 *
 * @example Two of them
 * ```ts
 * import { metricsNamed } from "@rankme/rankme/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * const names = metricsNamed(["stableRank", "effectiveRank"]).map(({ name }) => name);
 * assertEquals(names, ["effectiveRank", "stableRank"]);
 * ```
 */
export function metricsNamed(names: readonly string[] | "all"): readonly Metric[] {
  const known = METRICS.map(({ name }) => name);
  const asked = typeof names === "string" ? [names] : names;
  for (const name of asked) {
    if (name === "all" || known.includes(name)) continue;
    const near = closest(name.toLowerCase(), known.map((one) => one.toLowerCase()));
    const meant = known.find((one) => one.toLowerCase() === near);
    throw new RankMeError("usage", `there is no metric "${name}"`, {
      advice: meant ? `did you mean ${meant}?` : `there are ${known.join(", ")}, and all`,
    });
  }
  return asked.includes("all") ? METRICS : METRICS.filter(({ name }) => asked.includes(name));
}

/** What applies, and is a number. */
function present(
  values: { readonly [name: string]: number | undefined },
): { readonly [name: string]: number } {
  const entries = Object.entries(values).filter((entry): entry is [string, number] =>
    Number.isFinite(entry[1])
  );
  return Object.fromEntries(entries);
}
