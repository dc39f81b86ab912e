/** A point of a line. */
export type Point = [x: number, y: number];

/** How a chart is drawn. */
export interface PlotSettings {
  readonly width: number;
  readonly height: number;
  readonly yRange: [least: number, most: number];
  readonly customYAxisTicks: number[];
  readonly customXAxisTicks: number[];
  formatter(value: number, place: { axis: "x" | "y" }): string;
  readonly points: { x: number; y: number; color?: "ansiRed" }[];
  readonly symbols: { point: string };
  readonly title: string;
  readonly xLabel: string;
}

/** What is used of simple-ascii-chart. */
export interface SimpleAsciiChart {
  plot(points: Point[], settings: PlotSettings): string;
}
