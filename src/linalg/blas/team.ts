import type { Team } from "../threads/team.ts";
import type { Routines } from "./library.ts";

/** Words that threads tell each other things by. */
export type Words = Int32Array<SharedArrayBuffer>;

/** The routines that tasks call, each on one thread. */
export type TaskRoutines = Pick<Routines, "dsyrk" | "dgemm">;

/** Sums that threads grow together, all of it in shared memory. */
export interface TeamSums {
  /** The control block, of {@linkcode wordsOf} words. */
  readonly words: Words;
  /** D: the number of columns. */
  readonly dim: number;
  /** The scatter is cut into blocks of so many columns and rows. */
  readonly blockColumns: number;
  /** Where rows are handed in, one panel after the other, over and over. */
  readonly panels: readonly Float64Array[];
  /** Σ(x−c)(x−c)ᵀ, D×D; only the lower triangle means anything. */
  readonly scatter: Float64Array;
}

/** Threads that multiply panels. */
export interface BlasTeam extends Team {
  /** Hands in so many centred rows, which are in the panel whose turn it is. */
  submit(rows: number): void;
  /** How many panels have been handed in. */
  submitted(): number;
  /** Helps until so many panels are added, but sleeps at most once; says whether they are. */
  complete(panels: number, milliseconds: number): boolean;
}

/** How many words a team needs: a word for each block comes after the others. */
export function wordsOf(dim: number, blockColumns: number): number {
  const side = Math.ceil(dim / blockColumns);
  return 128 + side * (side + 1) / 2;
}

/**
 * A thread of those that grow sums. A panel times itself is as many tasks as the lower triangle has
 * blocks. Tasks are numbered through all panels and taken in order; a block takes its panels in order
 * too, so that sums are the same bits whoever computes them, but no thread waits for a whole panel.
 *
 * Helpers run this function's text, so it uses nothing around it.
 *
 * @param routines The library, told to use one thread.
 * @param sums What they work on.
 * @returns The thread's part in it.
 */
export function blasTeam(
  { dsyrk, dgemm }: TaskRoutines,
  { words, dim, blockColumns, panels, scatter }: TeamSums,
): BlasTeam {
  /** Places in the control block, a cache line for each word that threads fight for. */
  const NEXT = 0, SUBMITTED = 16, BELL = 32, ENGAGEMENT = 48, FAILED = 49, ROWS = 64, ADDED = 128;
  /** CBLAS_ORDER, CBLAS_UPLO and CBLAS_TRANSPOSE, of the reference header cblas.h. */
  const ROW_MAJOR = 101n, LOWER = 122n, PLAIN = 111n, TRANSPOSED = 112n;
  /** Looks for a task before a thread lies down: some 20 µs, less than waking it up would take. */
  const SPINS = 1000;

  /** The blocks, the heaviest first: those on the diagonal are but half. */
  const blocks: { readonly top: number; readonly left: number }[] = [];
  for (let top = 0; top < dim; top += blockColumns) {
    for (let left = 0; left < top; left += blockColumns) blocks.push({ top, left });
  }
  for (let top = 0; top < dim; top += blockColumns) blocks.push({ top, left: top });
  const tasksPerPanel = blocks.length;
  const n = BigInt(dim);

  /** Whether a task's panel has been handed in, and its block has had every earlier one. */
  function ready(task: number): boolean {
    const panel = Math.floor(task / tasksPerPanel), block = task % tasksPerPanel;
    return panel !== Atomics.load(words, SUBMITTED) &&
      Atomics.load(words, ADDED + block) === panel;
  }

  /** Takes the next task, if it is ready. */
  function take(): number {
    for (;;) {
      const task = Atomics.load(words, NEXT);
      if (!ready(task)) return -1;
      if (Atomics.compareExchange(words, NEXT, task, task + 1) === task) return task;
    }
  }

  function run(task: number): void {
    const panel = Math.floor(task / tasksPerPanel), block = task % tasksPerPanel;
    const slot = panel % panels.length;
    const rows = panels[slot], k = BigInt(words[ROWS + slot]);
    const { top, left } = blocks[block];
    const height = BigInt(Math.min(blockColumns, dim - top));
    const to = scatter.subarray(top * dim + left);
    const a = rows.subarray(top);
    const b = rows.subarray(left);
    if (top === left) {
      dsyrk(ROW_MAJOR, LOWER, TRANSPOSED, height, k, 1, a, n, 1, to, n);
    } else {
      const width = BigInt(blockColumns);
      dgemm(ROW_MAJOR, TRANSPOSED, PLAIN, height, width, k, 1, a, n, b, n, 1, to, n);
    }
    Atomics.store(words, ADDED + block, panel + 1);
    ring();
  }

  function help(): boolean {
    const task = take();
    if (task >= 0) run(task);
    return task >= 0;
  }

  function ring(): void {
    Atomics.add(words, BELL, 1);
    Atomics.notify(words, BELL);
  }

  /** Sleeps until the bell rings, unless it has since it showed `bell` or there is something to do. */
  function rest(bell: number, milliseconds?: number): void {
    if (!ready(Atomics.load(words, NEXT))) Atomics.wait(words, BELL, bell, milliseconds);
  }

  function added(panels: number): boolean {
    for (let block = 0; block < tasksPerPanel; block++) {
      if (Atomics.load(words, ADDED + block) < panels) return false;
    }
    return true;
  }

  return {
    submit(rows) {
      words[ROWS + Atomics.load(words, SUBMITTED) % panels.length] = rows;
      Atomics.add(words, SUBMITTED, 1);
      ring();
    },
    submitted: () => Atomics.load(words, SUBMITTED),
    complete(panels, milliseconds) {
      for (let spins = 0; !added(panels); spins++) {
        if (help()) {
          spins = 0;
        } else if (spins === SPINS) {
          const bell = Atomics.load(words, BELL);
          if (!added(panels)) rest(bell, milliseconds);
          return added(panels);
        }
      }
      return true;
    },
    serve(engagement) {
      for (let spins = 0; Atomics.load(words, ENGAGEMENT) === engagement; spins++) {
        if (help()) {
          spins = 0;
        } else if (spins >= SPINS) {
          const bell = Atomics.load(words, BELL);
          if (Atomics.load(words, ENGAGEMENT) === engagement) rest(bell);
          spins = 0;
        }
      }
    },
    engage(engagement) {
      Atomics.store(words, ENGAGEMENT, engagement);
      ring();
    },
    fail() {
      Atomics.store(words, FAILED, 1);
      ring();
    },
    failed: () => Atomics.load(words, FAILED),
    progress: () => Atomics.load(words, NEXT),
  };
}
