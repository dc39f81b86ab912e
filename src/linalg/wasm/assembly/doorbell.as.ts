import { DOORBELL, SLEEPERS } from "./layout.as";

/** Looks for a task before a thread lies down: some 140 µs, about what waking it up would take. */
export const SPINS: i32 = 20000;

/** Says that there may be something new to do. */
export function ring(): void {
  atomic.add<i32>(DOORBELL, 1);
  if (atomic.load<i32>(SLEEPERS) > 0) atomic.notify(DOORBELL, -1);
}

/** What the doorbell shows; to be read before looking a last time for something to do. */
export function bell(): i32 {
  return atomic.load<i32>(DOORBELL);
}

/**
 * Says that the calling thread is about to sleep. Whoever makes something to do from now on wakes it;
 * so it must look once more before it does.
 */
export function lieDown(): void {
  atomic.add<i32>(SLEEPERS, 1);
}

/** Sleeps until the doorbell rings, unless it has since it showed `seen`. */
export function sleep(seen: i32, nanoseconds: i64): void {
  atomic.wait<i32>(DOORBELL, seen, nanoseconds);
}

/** The opposite of {@linkcode lieDown}. */
export function getUp(): void {
  atomic.sub<i32>(SLEEPERS, 1);
}
