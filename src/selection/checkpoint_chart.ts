import type { Chart } from "../report/charts/svg.ts";
import { isLogarithmic } from "../report/charts/axis.ts";
import { formatRank, withInterval } from "../report/digits.ts";
import type { Watched } from "./checkpoints.ts";

const WIDTH = 640;
const HEIGHT = 320;
const BLUE = "#3468c0", ORANGE = "#e08a1e", RED = "#c0392b", GREY = "#9aa5b1";

/**
 * RankMe against how far a training had come: a line with a band for its interval, and a
 * mark at each checkpoint, of another colour where RankMe dropped.
 *
 * @param watched The checkpoints, in the order of the training.
 * @param word What their numbers count, as `step`.
 * @returns A chart for `toSvg`.
 *
 * @example As a file
 * ```ts
 * import { EmbeddingBatch, score } from "@rankme/rankme";
 * import { toSvg } from "@rankme/rankme/report";
 * import { checkpointChart, findDrops } from "@rankme/rankme/selection";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(3, 0, 0, 3), dim: 2 });
 * const watched = findDrops([{ name: "step-1", x: 1, report: await score([batch]) }]);
 * assertStringIncludes(await toSvg(checkpointChart(watched, "step")), "RankMe");
 * ```
 */
export function checkpointChart(watched: readonly Watched[], word: string): Chart {
  const values = watched.map(({ name, x, report: { rankMe, confidence }, drop }) => ({
    name,
    x,
    rankMe,
    told: `${name}: RankMe ${withInterval(rankMe, confidence, formatRank)}`,
    state: drop ? drop.collapse ? "collapse" : "drop" : "no drop",
    ...confidence && { low: Math.max(0, confidence.low), high: confidence.high },
  }));
  const type = isLogarithmic(watched.map(({ x }) => x)) ? "log" : "linear";
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    width: WIDTH,
    height: HEIGHT,
    data: { values },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        title: word,
        scale: { type, zero: false },
      },
    },
    layer: [
      ...values.some(({ low }) => low !== undefined)
        ? [{
          mark: { type: "area", color: GREY, opacity: 0.35 },
          encoding: {
            y: { field: "low", type: "quantitative", title: "RankMe" },
            y2: { field: "high" },
          },
        }]
        : [],
      {
        mark: { type: "line", color: BLUE },
        encoding: { y: { field: "rankMe", type: "quantitative", title: "RankMe" } },
      },
      {
        mark: { type: "point", filled: true, size: 60, opacity: 1 },
        encoding: {
          y: { field: "rankMe", type: "quantitative", title: "RankMe" },
          color: {
            field: "state",
            type: "nominal",
            title: null,
            scale: {
              domain: ["no drop", "drop", "collapse"],
              range: [BLUE, ORANGE, RED],
            },
          },
          description: { field: "told", type: "nominal" },
        },
      },
    ],
  };
}
