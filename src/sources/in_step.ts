import type { RandomAccess } from "./bytes/random_access.ts";
import type { MemoryPool } from "./bytes/memory_pool.ts";
import type { RowBlock } from "./row_block.ts";
import { type KeyTexts, withKeys } from "./row_keys.ts";
import { type ColumnPart, sideBySide, unequalRows } from "./side_by_side.ts";

/** A column that is read by itself, in blocks of its own making. */
export interface ColumnBlocks {
  readonly name: string;
  /** What messages call it. */
  readonly origin: string;
  readonly blocks: AsyncGenerator<RowBlock, void, void>;
}

/** A column of keys that is read by itself. */
export interface KeyBlocks {
  readonly name: string;
  /** What messages call it. */
  readonly origin: string;
  /** Its texts, some at a time. */
  readonly texts: AsyncGenerator<KeyTexts["texts"], void, void>;
}

/** Columns that are read row by row together. */
export interface Columns {
  /** Those of numbers, at least one. */
  readonly columns: readonly ColumnBlocks[];
  /** Whether they are to stand side by side, be it only one. Else it is only one. */
  readonly areSeveral: boolean;
  readonly keys: readonly KeyBlocks[];
}

/**
 * Reads columns in step: those of numbers side by side, and with each row what it belongs to.
 *
 * @param columns The columns, each read from the first row on, and let go of at the end.
 * @param memory Where memory is given back to.
 * @returns Their rows.
 * @throws {RankMeError} `dimension`, when one has more rows than another.
 */
export async function* inStep(
  { columns, areSeveral, keys }: Columns,
  memory?: MemoryPool,
): AsyncGenerator<RowBlock, void, void> {
  const numbers = columns.map((column) => new ColumnCursor(column, memory));
  const texts = keys.map((key) => new KeyCursor(key));
  try {
    for (;;) {
      const left: number[] = [];
      for (const cursor of numbers) left.push(await cursor.rowsReady());
      const rows = Math.min(...left);
      const longest = left.indexOf(Math.max(...left));
      if (rows === 0 && left[longest] > 0) {
        throw tooMany(numbers[left.indexOf(0)], numbers[longest]);
      }
      const taken: KeyTexts[] = [];
      for (const cursor of texts) taken.push(await cursor.take(rows));
      for (const [index, { texts: { length } }] of taken.entries()) {
        if (length < rows) throw tooMany(texts[index], numbers[0]);
      }
      if (rows === 0) break;
      const block = areSeveral
        ? sideBySide(numbers.map((cursor) => cursor.take(rows)))
        : numbers[0].whole();
      yield withKeys<RowBlock>(block, taken);
    }
    for (const cursor of texts) if (await cursor.hasMore()) throw tooMany(numbers[0], cursor);
  } finally {
    for (const { blocks } of columns) await blocks.return();
    for (const { texts } of keys) await texts.return();
  }
}

/** Where the reading of a column is. */
interface Cursor {
  readonly origin: string;
  /** How many rows have been read. */
  readonly rows: number;
}

function tooMany(shorter: Cursor, longer: Cursor) {
  return unequalRows(
    { origin: shorter.origin, rows: shorter.rows },
    { origin: longer.origin, rows: longer.rows },
  );
}

/** Takes as many rows at a time as other columns have ready, too. */
class ColumnCursor {
  readonly #column: ColumnBlocks;
  readonly #memory: MemoryPool | undefined;
  #block: RowBlock | undefined;
  /** How many rows of the block were taken. */
  #taken = 0;
  /** How many rows came, of this block and those before. */
  rows = 0;

  constructor(column: ColumnBlocks, memory: MemoryPool | undefined) {
    this.#column = column;
    this.#memory = memory;
  }

  get origin(): string {
    return this.#column.origin;
  }

  /** How many rows can be taken now; none only at the end. */
  async rowsReady(): Promise<number> {
    while (!this.#block || this.#taken === this.#block.rows) {
      // What was taken of it was copied.
      if (this.#block?.memory) this.#memory?.give(this.#block.memory);
      this.#block = undefined;
      const { value, done } = await this.#column.blocks.next();
      if (done) return 0;
      this.#block = value;
      this.#taken = 0;
      this.rows += value.rows;
    }
    return this.#block.rows - this.#taken;
  }

  take(rows: number): ColumnPart {
    const { dim, data, nullRows = [] } = this.#block!;
    const start = this.#taken, end = this.#taken += rows;
    return {
      name: this.#column.name,
      origin: this.origin,
      rows,
      dim,
      data: data.subarray(start * dim, end * dim),
      nullRows: nullRows.filter((row) => row >= start && row < end).map((row) => row - start),
    };
  }

  /** All of the block, whose memory is whoever's it is given to. */
  whole(): RowBlock {
    const block = this.#block!;
    this.#block = undefined;
    return block;
  }
}

/** Takes as many texts at a time as there are rows. */
class KeyCursor {
  readonly #key: KeyBlocks;
  #texts: KeyTexts["texts"] = [];
  #taken = 0;
  rows = 0;

  constructor(key: KeyBlocks) {
    this.#key = key;
  }

  get origin(): string {
    return this.#key.origin;
  }

  /** The next texts, fewer at the end. */
  async take(rows: number): Promise<KeyTexts> {
    const { name, origin } = this.#key;
    const texts: (string | null)[] = [];
    while (texts.length < rows && await this.hasMore()) {
      const end = this.#taken + rows - texts.length;
      for (const text of this.#texts.slice(this.#taken, end)) texts.push(text);
      this.#taken = Math.min(end, this.#texts.length);
    }
    return { name, origin, texts };
  }

  async hasMore(): Promise<boolean> {
    while (this.#taken === this.#texts.length) {
      const { value, done } = await this.#key.texts.next();
      if (done) return false;
      this.#texts = value;
      this.#taken = 0;
      this.rows += value.length;
    }
    return true;
  }
}

/**
 * A file that several readers read at the same time, each where it is: one read after the other.
 *
 * @param file The file.
 * @returns The same file; what is read of it waits for its turn.
 */
export function takingTurns(file: RandomAccess): RandomAccess {
  let last: Promise<unknown> = Promise.resolve();
  return {
    size: file.size,
    fill(position, memory) {
      const filled = last.then(() => file.fill(position, memory));
      last = filled.catch(() => {});
      return filled;
    },
    checkUnchanged: () => file.checkUnchanged(),
    close: () => file.close(),
  };
}
