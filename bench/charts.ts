import type { Point } from "./findings.ts";

/** In variables, so that checking the types of this file downloads nothing. */
const VEGA = "npm:vega@6.4.0";
const VEGA_LITE = "npm:vega-lite@6.5.0";

/** A picture for the page. */
export interface Chart {
  /** The file's name, without folder and ending. */
  readonly name: string;
  readonly caption: string;
  /** What Vega-Lite draws. */
  readonly draw: (points: readonly Point[]) => unknown;
}

/** All pictures. */
export const CHARTS: readonly Chart[] = [
  {
    name: "performance-speed",
    caption: "Speed of the rank-k update against D",
    draw: (points) => ({
      width: 560,
      height: 340,
      ...lines(points, "speed", "D: dimensions", "GF/s in float64", { base: 2, log: false }),
    }),
  },
  {
    name: "performance-rows",
    caption: "Time and memory of whole processes against N, D = 384",
    draw: (points) => ({
      hconcat: [
        lines(points, "seconds", "N: rows", "seconds", { base: 10, log: true }),
        lines(points, "megabytes", "N: rows", "peak memory in MB", { base: 10, log: true }),
      ],
    }),
  },
];

function lines(
  points: readonly Point[],
  chart: string,
  x: string,
  y: string,
  { base, log }: { base: number; log: boolean },
): object {
  const values = points.filter((point) => point.chart === chart);
  const scale = log ? { type: "log" } : { zero: true };
  return {
    data: { values },
    mark: { type: "line", point: true },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        title: x,
        scale: { type: "log", base },
        axis: { format: base === 10 ? "~s" : "d", values: [...new Set(values.map(({ x }) => x))] },
      },
      y: { field: "y", type: "quantitative", title: y, scale, axis: { format: ",~r" } },
      // In the order in which they were measured: ours first.
      color: {
        field: "series",
        title: null,
        sort: null,
        legend: { orient: "bottom", columns: 2, labelLimit: 0 },
      },
    },
  };
}

/** Draws as SVG, without a browser. */
export async function toSvg(chart: Chart, points: readonly Point[]): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import(VEGA), import(VEGA_LITE)]);
  const { spec } = vegaLite.compile({ background: "white", ...chart.draw(points) as object });
  return await new vega.View(vega.parse(spec), { renderer: "none" }).toSVG();
}
