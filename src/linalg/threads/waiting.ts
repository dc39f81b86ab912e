import type { Team } from "./team.ts";

/** How long to sleep before looking whether helpers still get on. */
const NAP_MILLISECONDS = 100;
/** A task takes milliseconds: a helper that finishes none for so long is dead. */
export const PATIENCE_MILLISECONDS = 30_000;

/**
 * Works and waits until something is done, and does not wait for the dead.
 *
 * @param team Whose tasks are waited for.
 * @param done Helps for a while; says whether it is done.
 * @param patience After how many milliseconds without any progress to give up.
 * @throws {Error} When a helper broke down, or got nothing done for that long.
 */
export function waitUntil(
  team: Pick<Team, "fail" | "failed" | "progress">,
  done: (milliseconds: number) => number | boolean,
  patience: number = PATIENCE_MILLISECONDS,
): void {
  let progress: bigint | number | undefined;
  let since = 0;
  while (!team.failed() && !done(Math.min(NAP_MILLISECONDS, patience))) {
    const now = performance.now();
    if (progress !== team.progress()) {
      progress = team.progress();
      since = now;
    } else if (now - since > patience) {
      team.fail();
    }
  }
  if (team.failed()) throw new Error("a helper thread broke down, and with it the sums");
}
