// How threads share work. Tasks are there to be taken by whoever has time; the thread that hands in
// work is one of them where it would have to wait, so no helper is needed for another to go on.

import { bell, getUp, lieDown, ring, sleep, SPINS } from "./doorbell.as";
import { ENGAGEMENT, FAILED } from "./layout.as";
import { helpStep, stepDone, stepProgress, stepWaits } from "./steps.as";
import { completed, helpUpdate, updateProgress, updateWaits } from "./updates.as";

/** Sleeps until there may be a task, unless there is one. */
function rest(seen: i32, nanoseconds: i64): void {
  lieDown();
  if (!stepWaits() && !updateWaits()) sleep(seen, nanoseconds);
  getUp();
}

/**
 * Helps until so many panels are completed, but sleeps at most once.
 *
 * @param panels How many, of all that were ever handed in.
 * @param milliseconds How long to sleep.
 * @returns Whether they are.
 */
export function complete(panels: i32, milliseconds: i32): bool {
  for (let spins = 0; !completed(panels); spins++) {
    if (helpUpdate()) spins = 0;
    else if (spins == SPINS) {
      const seen = bell();
      if (!completed(panels)) rest(seen, <i64> milliseconds * 1000000);
      return completed(panels);
    }
  }
  return true;
}

/** Helps until every task of the step is done, but sleeps at most once; says whether they are. */
export function completeStep(milliseconds: i32): bool {
  for (let spins = 0; !stepDone(); spins++) {
    if (helpStep()) spins = 0;
    else if (spins == SPINS) {
      const seen = bell();
      if (!stepDone()) rest(seen, <i64> milliseconds * 1000000);
      return stepDone();
    }
  }
  return true;
}

/**
 * What a helper does: every task it can get, until its engagement ends.
 *
 * @param engagement The number under which it was called.
 */
export function serve(engagement: i32): void {
  let spins = 0;
  while (atomic.load<i32>(ENGAGEMENT) == engagement) {
    if (helpStep() || helpUpdate()) {
      spins = 0;
    } else if (++spins == SPINS) {
      spins = 0;
      const seen = bell();
      if (atomic.load<i32>(ENGAGEMENT) == engagement) rest(seen, -1);
    }
  }
}

/** A number that changes with every task that is taken. */
export function progress(): i64 {
  return stepProgress() + updateProgress();
}

/** Ends an engagement, or begins one: helpers with another number go. */
export function engage(engagement: i32): void {
  atomic.store<i32>(ENGAGEMENT, engagement);
  ring();
}

/** Says that a helper broke down inside a task, which will now never be done. */
export function fail(): void {
  atomic.store<i32>(FAILED, 1);
  ring();
}

/** Whether a helper did. */
export function failed(): bool {
  return atomic.load<i32>(FAILED) != 0;
}
