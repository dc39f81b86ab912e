// How threads share work. A step is a number of tasks that touch no common memory; whoever has time
// takes the next one. Who finishes the last task of a step of an update opens the next step, so an
// update goes on by itself while the thread that handed it in reads further. No thread is needed for
// another to go on: without helpers, the calling thread does every task.

import {
  COMPLETED,
  CURSOR,
  DONE,
  DOORBELL,
  ENGAGEMENT,
  FAILED,
  KIND,
  PACK_COLUMNS,
  PANEL,
  QUEUE,
  QUEUE_ENTRY_BYTES,
  QUEUE_LENGTH,
  RUNNING,
  SCATTER,
  SLEEPERS,
  STRIDE,
  SUBMITTED,
} from "./layout.as";
import { addBlock, blockCount } from "./blocks.as";
import { packColumns } from "./pack.as";
import { runTridiagonalTask } from "./tridiagonalize.as";

const PACK: i32 = 1;
const ADD: i32 = 2;

/** Looks at the cursor before a thread lies down: some 100 µs, about what waking it up would take. */
const SPINS: i32 = 20000;
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
 * Opens a step. Only for a thread that knows no other step to be under way.
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

/** Wakes whoever sleeps. */
export function ring(): void {
  atomic.add<i32>(DOORBELL, 1);
  if (atomic.load<i32>(SLEEPERS) > 0) atomic.notify(DOORBELL, -1);
}

/** Does one task, if there is one; says whether there was. */
function help(): bool {
  const cursor = atomic.load<i64>(CURSOR);
  const task = nextTask(cursor), count = taskCount(cursor);
  if (task >= count) return false;
  if (atomic.cmpxchg<i64>(CURSOR, cursor, cursor + 1) != cursor) return true;
  const kind = load<i32>(KIND);
  run(kind, task);
  if (atomic.add<i32>(DONE, 1) + 1 == count) finish(kind);
  return true;
}

function run(kind: i32, task: i32): void {
  if (kind > ADD) {
    runTridiagonalTask(kind, task);
    return;
  }
  const entry = queueEntry(load<i32>(COMPLETED));
  const rows = load<i32>(entry, 4);
  if (kind == PACK) {
    packColumns(task, rows, <usize> load<i32>(entry), load<i32>(entry, 8));
  } else {
    const panel = <usize> load<i32>(PANEL), scatter = <usize> load<i32>(SCATTER);
    const stride = load<i32>(STRIDE);
    addBlock(task, stride, (rows + 3) & ~3, panel, panel, scatter, <usize> stride << 3);
  }
}

function queueEntry(panel: i32): usize {
  return QUEUE + <usize> (panel & (QUEUE_LENGTH - 1)) * QUEUE_ENTRY_BYTES;
}

/** What follows on the last task of a step. */
function finish(kind: i32): void {
  if (kind == PACK) {
    openStep(ADD, blockCount(load<i32>(STRIDE)));
  } else if (kind == ADD) {
    atomic.add<i32>(COMPLETED, 1);
    advance();
  } else {
    ring();
  }
}

function advance(): void {
  if (atomic.load<i32>(COMPLETED) != atomic.load<i32>(SUBMITTED)) {
    openStep(PACK, (load<i32>(STRIDE) + PACK_COLUMNS - 1) / PACK_COLUMNS);
    return;
  }
  atomic.store<i32>(RUNNING, 0);
  ring();
  // A panel may have been handed in between the two lines above.
  if (atomic.load<i32>(COMPLETED) != atomic.load<i32>(SUBMITTED)) start();
}

function start(): void {
  if (atomic.cmpxchg<i32>(RUNNING, 0, 1) == 0) advance();
}

/**
 * Hands in rows for a panel. The caller keeps count, so that no more than {@linkcode QUEUE_LENGTH} are
 * not yet completed.
 *
 * @param source Where the rows are; not to be written to until the panel is completed.
 * @param rows How many, from 1 to a panel's.
 * @param type The type of their numbers, by its size in bytes.
 */
export function submit(source: usize, rows: i32, type: i32): void {
  const entry = queueEntry(load<i32>(SUBMITTED));
  store<i32>(entry, <i32> source);
  store<i32>(entry, rows, 4);
  store<i32>(entry, type, 8);
  atomic.add<i32>(SUBMITTED, 1);
  start();
}

/** How many panels have been handed in. */
export function submitted(): i32 {
  return load<i32>(SUBMITTED);
}

/** A number that changes with every task that is taken. */
export function progress(): i64 {
  return atomic.load<i64>(CURSOR);
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
    if (help()) spins = 0;
    else if (spins == SPINS) {
      const bell = atomic.load<i32>(DOORBELL);
      if (!completed(panels)) sleep(bell, <i64> milliseconds * 1000000);
      return completed(panels);
    }
  }
  return true;
}

function completed(panels: i32): bool {
  return atomic.load<i32>(COMPLETED) - panels >= 0;
}

/** Helps until every task of the step is done, but sleeps at most once; says whether they are. */
export function completeStep(milliseconds: i32): bool {
  for (let spins = 0; !stepDone(); spins++) {
    if (help()) spins = 0;
    else if (spins == SPINS) {
      const bell = atomic.load<i32>(DOORBELL);
      if (!stepDone()) sleep(bell, <i64> milliseconds * 1000000);
      return stepDone();
    }
  }
  return true;
}

function stepDone(): bool {
  return atomic.load<i32>(DONE) == taskCount(atomic.load<i64>(CURSOR));
}

/** Sleeps until the doorbell rings, unless it has since `bell` was read. */
function sleep(bell: i32, nanoseconds: i64): void {
  atomic.add<i32>(SLEEPERS, 1);
  const cursor = atomic.load<i64>(CURSOR);
  if (nextTask(cursor) >= taskCount(cursor)) atomic.wait<i32>(DOORBELL, bell, nanoseconds);
  atomic.sub<i32>(SLEEPERS, 1);
}

/**
 * What a helper does: every task it can get, until its engagement ends.
 *
 * @param engagement The number under which it was called.
 */
export function serve(engagement: i32): void {
  let spins = 0;
  while (atomic.load<i32>(ENGAGEMENT) == engagement) {
    if (help()) {
      spins = 0;
    } else if (++spins == SPINS) {
      spins = 0;
      const bell = atomic.load<i32>(DOORBELL);
      if (atomic.load<i32>(ENGAGEMENT) == engagement) sleep(bell, -1);
    }
  }
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
