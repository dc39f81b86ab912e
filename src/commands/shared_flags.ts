import { type ConventionName, CONVENTIONS } from "../metrics/conventions.ts";
import type { EffectiveRankOptions } from "../pipeline/effective_rank_stream.ts";
import type { Arguments, Flag } from "./flags.ts";

/** The flags that choose how an effective rank is computed. */
export const RANK_FLAGS: readonly Flag[] = [
  {
    name: "convention",
    value: "NAME",
    help: `how to compute it: ${Object.keys(CONVENTIONS).join(", ")} (default: paper)`,
    choices: Object.keys(CONVENTIONS),
  },
  { name: "center", negatable: true, help: "subtract the mean, or not, whatever the convention" },
  { name: "epsilon", value: "X", help: "ε, added to every normalised value (paper: 1e-7)" },
];

/**
 * What {@linkcode RANK_FLAGS} say.
 *
 * @param args The arguments.
 * @returns Options; what was not given is absent.
 */
export function rankOptions(args: Arguments): EffectiveRankOptions {
  return {
    convention: args.text("convention") as ConventionName | undefined,
    center: args.choice("center"),
    epsilon: args.number("epsilon"),
  };
}
