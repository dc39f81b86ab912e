import type { Opaque } from "./opaque.ts";

/** What is used of vega. */
export interface Vega {
  readonly Error: number;
  readonly View: new (
    runtime: Opaque,
    options: { renderer: "none"; logger: Opaque },
  ) => { toSVG(): Promise<string>; finalize(): unknown };
  logger(level: number): Opaque;
  parse(spec: Opaque): Opaque;
  resetSVGDefIds(): void;
}

/** What is used of vega-lite. */
export interface VegaLite {
  compile(chart: Opaque, options: { logger: Opaque }): { spec: Opaque };
}
