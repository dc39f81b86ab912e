import type { Flag } from "./flag.ts";
import type { Arguments } from "./flags.ts";

/** The flags that make a score fail. */
export const GATE_FLAGS: readonly Flag[] = [
  { name: "fail-under", value: "X", repeatable: true, help: "exit with 1 when RankMe is under X" },
  {
    name: "fail-if",
    value: "EXPR",
    repeatable: true,
    help: "exit with 1 when this holds of the report, as 'rankMe < 100 or rows < 25600'",
  },
  {
    name: "baseline",
    value: "JSON",
    isPath: true,
    help: "exit with 1 when RankMe is under that of this earlier --json by more than --max-drop",
  },
  {
    name: "max-drop",
    value: "DROP",
    needs: ["baseline"],
    help: "5% of the baseline, or 3 in units of RankMe (default: what the intervals of --ci allow)",
  },
];

/**
 * Whether any of {@linkcode GATE_FLAGS} was given.
 *
 * @param args The arguments.
 * @returns Whether there is something to check.
 */
export function hasGates(args: Arguments): boolean {
  return GATE_FLAGS.some((flag) => args.isGiven(flag));
}
