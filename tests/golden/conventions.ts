import { type Convention, CONVENTIONS } from "../../src/metrics/conventions.ts";
import type { GoldenConvention } from "./golden.ts";

/** What each golden convention stands for. */
export const goldenConventions: Readonly<Record<GoldenConvention, Convention>> = {
  ...CONVENTIONS,
  "paper-centered": { ...CONVENTIONS.paper, centered: true },
};
