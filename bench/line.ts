import type { Spread } from "./spread.ts";

/** What a figure is to be. */
export type Limit = { readonly atMost: number } | { readonly atLeast: number };

/** One figure of ours, beside its target. */
export interface Line {
  /** What was done, as "25,600 × 2048 from a file". */
  readonly work: string;
  /** Who of ours did it, as "wasm, 2 threads". */
  readonly ours: string;
  /** What it is divided by; absent where the figure stands for itself. */
  readonly against?: string;
  /** Of a figure that stands for itself. */
  readonly unit?: "MB" | "s";
  /** Absent when it could not be measured here. */
  readonly measured?: Spread;
  /** Absent where there is no target. */
  readonly limit?: Limit;
}

/** Whether the median keeps the limit; nothing when there is no limit or no figure. */
export function passes({ measured, limit }: Line): boolean | undefined {
  if (!measured || !limit) return undefined;
  return "atMost" in limit ? measured.median <= limit.atMost : measured.median >= limit.atLeast;
}
