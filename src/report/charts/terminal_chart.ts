import { latePackage } from "../../platform/late_package.ts";
import { grouped } from "../digits.ts";
import { isLogarithmic, roundUp } from "./axis.ts";

/** A line over points, for a terminal. */
export interface TerminalChart {
  /** The points, at least one, x ascending; y from 0 on. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Which points to mark, by their place in the list. */
  readonly marked: readonly number[];
  /** What x is. */
  readonly xLabel: string;
  /** What y is. */
  readonly yLabel: string;
}

/** How to draw it. */
export interface TerminalChartOptions {
  /** Whether marks are red. Default: false. */
  readonly color?: boolean;
  /** How many characters fit on a line. Default: 80. */
  readonly width?: number;
}

const HEIGHT = 12;
const MAX_WIDTH = 100;
/** What stands beside the plot: the labels of y, the axis, and half of the last label of x. */
const BESIDE = 14;
const X_TICKS = 5;

/**
 * Draws a line as characters. The axis of y begins at 0, so that a fall looks as large as it is; that
 * of x is logarithmic where the points would crowd otherwise.
 *
 * @param chart What to draw.
 * @param options Colours and width.
 * @returns Some lines, each ended.
 *
 * @example One that falls
 * ```ts
 * import { terminalChart } from "@rankme/rankme/report";
 * import { assertMatch } from "@std/assert";
 *
 * const text = await terminalChart({
 *   points: [[1000, 60], [2000, 80], [3000, 20]],
 *   marked: [2],
 *   xLabel: "step",
 *   yLabel: "RankMe",
 * });
 * assertMatch(text, /^RankMe\n[^]*●[^]*1,000 [^]*step\n$/);
 * ```
 */
export async function terminalChart(
  { points, marked, xLabel, yLabel }: TerminalChart,
  { color = false, width = 80 }: TerminalChartOptions = {},
): Promise<string> {
  const { plot } = await latePackage("simple-ascii-chart");
  const xs = points.map(([x]) => x);
  const [place, value] = isLogarithmic(xs)
    ? [Math.log10, (at: number) => 10 ** at]
    : [(x: number) => x, (at: number) => at];
  const placed = points.map(([x, y]) => [place(x), y] as [number, number]);
  const top = roundUp(points.reduce((most, [, y]) => Math.max(most, y), 0));
  const heights = [0, top / 2, top];
  // The library leaves as much room as the first and the last label need.
  const room = Math.max(...heights.map((height) => label(height).length));
  const text = plot(placed, {
    width: Math.max(10, Math.min(MAX_WIDTH, width) - BESIDE),
    height: HEIGHT,
    yRange: [0, top],
    customYAxisTicks: heights,
    customXAxisTicks: ticks(placed.map(([at]) => at)),
    formatter: (at, { axis }) => axis === "x" ? label(value(at)) : label(at).padStart(room),
    points: marked.map((index) => ({
      x: placed[index][0],
      y: placed[index][1],
      ...color && { color: "ansiRed" as const },
    })),
    symbols: { point: "●" },
    title: yLabel,
    xLabel,
  });
  const lines = text.split("\n").map((line) => line.trimEnd()).filter((line) => line !== "");
  return lines.map((line) => `${line}\n`).join("");
}

/** Some of the places, spread over the axis, the first and the last among them. */
function ticks(places: readonly number[]): number[] {
  const first = places[0], last = places[places.length - 1];
  const wanted = Array.from(
    { length: X_TICKS },
    (_, i) => first + (last - first) * i / (X_TICKS - 1),
  );
  const nearest = (to: number) =>
    places.reduce((best, at) => Math.abs(at - to) < Math.abs(best - to) ? at : best);
  return [...new Set(wanted.map(nearest))];
}

function label(value: number): string {
  const rounded = Number(value.toPrecision(6));
  return Number.isInteger(rounded) ? grouped(rounded) : String(rounded);
}
