import { latePackage } from "../../platform/late_package.ts";

/** A chart in the grammar of Vega-Lite: an object as its JSON schema describes. */
export type Chart = object;

/**
 * Draws a chart as SVG. No browser and no permission is needed, and the same chart is the same text
 * every time.
 *
 * @param chart The chart.
 * @returns An SVG document.
 *
 * @example One point
 * ```ts
 * import { toSvg } from "@rankme/rankme/report";
 * import { assertMatch } from "@std/assert";
 *
 * const svg = await toSvg({
 *   data: { values: [{ rank: 31.6, accuracy: 66 }] },
 *   mark: "point",
 *   encoding: {
 *     x: { field: "rank", type: "quantitative" },
 *     y: { field: "accuracy", type: "quantitative" },
 *   },
 * });
 * assertMatch(svg, /^<svg [^]+<\/svg>$/);
 * ```
 */
export async function toSvg(chart: Chart): Promise<string> {
  // Half a second to load: only who draws pays for it.
  // One after the other, so that every run finds the same versions of what both need.
  const vega = await latePackage("vega");
  const { compile } = await latePackage("vega-lite");
  const logger = vega.logger(vega.Error);
  const view = new vega.View(vega.parse(compile(chart, { logger }).spec), {
    renderer: "none",
    logger,
  });
  try {
    // Gradients and clips are numbered from the first chart of the process on.
    vega.resetSVGDefIds();
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
