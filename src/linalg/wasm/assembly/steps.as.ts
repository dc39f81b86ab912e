// A step is a number of tasks that touch no common memory, and ends when all are done. The calling
// thread opens one after the other; whoever has time takes a task.

import { ring } from "./doorbell.as";
import { CURSOR, DONE, KIND } from "./layout.as";
import { runTridiagonalTask } from "./tridiagonalize.as";

const COUNT_BITS: i64 = 20;
const COUNT_MASK: i64 = (1 << COUNT_BITS) - 1;

// The cursor holds the number of the step, too, so that no one can take a task of a later step for
// one of the step they looked at.

// @ts-ignore: decorator
@inline
function nextTask(cursor: i64): i32 {
  return <i32> (cursor & COUNT_MASK);
}

// @ts-ignore: decorator
@inline
function taskCount(cursor: i64): i32 {
  return <i32> ((cursor >> COUNT_BITS) & COUNT_MASK);
}

/**
 * Opens a step. Only for the calling thread, when it knows the step before to be done.
 *
 * @param kind What its tasks are.
 * @param count How many there are.
 */
export function openStep(kind: i32, count: i32): void {
  store<i32>(KIND, kind);
  atomic.store<i32>(DONE, 0);
  const step = (atomic.load<i64>(CURSOR) >> (2 * COUNT_BITS)) + 1;
  atomic.store<i64>(CURSOR, (step << (2 * COUNT_BITS)) | (<i64> count << COUNT_BITS));
  ring();
}

/** Does a task of the step, if there is one; says whether there was. */
export function helpStep(): bool {
  const cursor = atomic.load<i64>(CURSOR);
  const task = nextTask(cursor), count = taskCount(cursor);
  if (task >= count) return false;
  if (atomic.cmpxchg<i64>(CURSOR, cursor, cursor + 1) != cursor) return true;
  runTridiagonalTask(load<i32>(KIND), task);
  if (atomic.add<i32>(DONE, 1) + 1 == count) ring();
  return true;
}

/** Whether a task of the step is there to be taken. */
export function stepWaits(): bool {
  const cursor = atomic.load<i64>(CURSOR);
  return nextTask(cursor) < taskCount(cursor);
}

/** Whether every task of the step is done. */
export function stepDone(): bool {
  return atomic.load<i32>(DONE) == taskCount(atomic.load<i64>(CURSOR));
}

/** A number that changes with every task that is taken. */
export function stepProgress(): i64 {
  return atomic.load<i64>(CURSOR);
}
