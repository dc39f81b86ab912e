// Panels of rows are handed in, packed, and added to the scatter. Packing one is a number of tasks, and
// adding it is one for each block of the scatter. No thread waits for a whole panel: while the last
// tasks of one are being done, those of the next begin. A task may be taken once
//
//   packing panel p:              p − 1 is packed, and p − 2, whose place it takes, is added
//   adding panel p to a block:    p is packed, and the block has p panels
//
// so each entry of the scatter gets its panels in order, and sums are the same bits for any number of
// threads. Numbers of panels may overflow and are compared by their difference.

import { addBlock, blockCount } from "./blocks.as";
import { ring } from "./doorbell.as";
import {
  ADD_CURSOR,
  ADDED,
  BLOCKS,
  PACK_COLUMNS,
  PACK_CURSOR,
  PACK_DONE,
  PACKED,
  PAIR_BYTES,
  PANELS,
  QUEUE,
  QUEUE_ENTRY_BYTES,
  QUEUE_LENGTH,
  SCATTER,
  STRIDE,
  SUBMITTED,
} from "./layout.as";
import { packColumns } from "./pack.as";

// A cursor holds the number of a panel in its high half and that of a task in its low half.

// @ts-ignore: decorator
@inline
function panelAt(cursor: i64): i32 {
  return <i32> (cursor >> 32);
}

// @ts-ignore: decorator
@inline
function taskAt(cursor: i64): i32 {
  return <i32> cursor;
}

/** The cursor moved on by one of so many tasks a panel. */
// @ts-ignore: decorator
@inline
function next(cursor: i64, tasks: i32): i64 {
  return taskAt(cursor) + 1 < tasks ? cursor + 1 : <i64> (panelAt(cursor) + 1) << 32;
}

/** Gets a memory ready for panels, once D and what follows from it are there. */
export function beginUpdates(): void {
  store<i32>(BLOCKS, blockCount(load<i32>(STRIDE)));
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
  ring();
}

/** How many panels have been handed in. */
export function submitted(): i32 {
  return load<i32>(SUBMITTED);
}

/** Whether so many panels, of all that were ever handed in, are in the sums. */
export function completed(panels: i32): bool {
  // The last blocks come last.
  for (let block = load<i32>(BLOCKS) - 1; block >= 0; block--) {
    if (addedTo(block) - panels < 0) return false;
  }
  return true;
}

/** Does one task, if there is one; says whether there was. Packing goes first: others wait for it. */
export function helpUpdate(): bool {
  return helpPack() || helpAdd();
}

/** Whether a task is there to be taken. */
export function updateWaits(): bool {
  return mayPack(panelAt(atomic.load<i64>(PACK_CURSOR))) || mayAdd(atomic.load<i64>(ADD_CURSOR));
}

/** A number that changes with every task that is taken. */
export function updateProgress(): i64 {
  return atomic.load<i64>(PACK_CURSOR) + atomic.load<i64>(ADD_CURSOR);
}

function mayPack(panel: i32): bool {
  return atomic.load<i32>(SUBMITTED) - panel > 0 && atomic.load<i32>(PACKED) == panel &&
    completed(panel - 1);
}

function helpPack(): bool {
  const cursor = atomic.load<i64>(PACK_CURSOR);
  const panel = panelAt(cursor);
  if (!mayPack(panel)) return false;
  const tasks = (load<i32>(STRIDE) + PACK_COLUMNS - 1) / PACK_COLUMNS;
  if (atomic.cmpxchg<i64>(PACK_CURSOR, cursor, next(cursor, tasks)) != cursor) return true;
  const entry = queueEntry(panel);
  const source = <usize> load<i32>(entry), rows = load<i32>(entry, 4), type = load<i32>(entry, 8);
  packColumns(taskAt(cursor), rows, source, type, panelOf(panel));
  if (atomic.add<i32>(PACK_DONE, 1) + 1 == tasks) {
    atomic.store<i32>(PACK_DONE, 0);
    atomic.add<i32>(PACKED, 1);
    ring();
  }
  return true;
}

function mayAdd(cursor: i64): bool {
  const panel = panelAt(cursor);
  return atomic.load<i32>(PACKED) - panel > 0 && addedTo(taskAt(cursor)) == panel;
}

function helpAdd(): bool {
  const cursor = atomic.load<i64>(ADD_CURSOR);
  if (!mayAdd(cursor)) return false;
  const moved = next(cursor, load<i32>(BLOCKS));
  if (atomic.cmpxchg<i64>(ADD_CURSOR, cursor, moved) != cursor) return true;
  const panel = panelAt(cursor), block = taskAt(cursor);
  const rows = (load<i32>(queueEntry(panel), 4) + 3) & ~3;
  const stride = load<i32>(STRIDE), from = panelOf(panel);
  const scatter = <usize> load<i32>(SCATTER);
  addBlock(block, stride, rows, from, from, PAIR_BYTES, scatter, <usize> stride << 3);
  atomic.store<i32>(addressOf(block), panel + 1);
  ring();
  return true;
}

function queueEntry(panel: i32): usize {
  return QUEUE + <usize> (panel & (QUEUE_LENGTH - 1)) * QUEUE_ENTRY_BYTES;
}

function panelOf(panel: i32): usize {
  const bytes = <usize> (load<i32>(STRIDE) >> 1) * PAIR_BYTES;
  return <usize> load<i32>(PANELS) + (panel & 1 ? bytes : 0);
}

function addressOf(block: i32): usize {
  return <usize> load<i32>(ADDED) + (<usize> block << 2);
}

function addedTo(block: i32): i32 {
  return atomic.load<i32>(addressOf(block));
}
