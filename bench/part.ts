import type { Findings } from "./findings.ts";
import type { Settings } from "./settings.ts";

/** One part of the benchmarks, which can be run by itself. */
export interface Part {
  /** As the command line calls it. */
  readonly name: string;
  /** As the page calls it. */
  readonly title: string;
  /** What is measured, and how, in whole sentences for the page. */
  readonly method: string;
  /** Whether it is about rows a second, which the page has first. */
  readonly measuresRates?: boolean;
  run(settings: Settings): Promise<Findings>;
}
