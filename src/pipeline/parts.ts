import type { ColumnSpan, EmbeddingBatch } from "../batch.ts";
import { stateBytes } from "../covariance/memory_needed.ts";
import { formatBytes, RankMeError } from "../errors.ts";
import type { ScoreReport } from "../report/report.ts";
import { compareNaturally } from "../sources/shards/natural_order.ts";
import type { DimensionRange } from "../transforms/dimensions_stream.ts";
import { scaleToUnitLength } from "../transforms/unit_norm_stream.ts";
import type { PartState } from "./part_state.ts";
import { keysOf } from "./row_keys.ts";
import { Schedule, type ScheduleOptions } from "./schedule.ts";

/** Which numbers of a data set are scored, and how. */
export interface PartOptions extends ScheduleOptions {
  /** The dimensions to score, each range by itself; `undefined` is all. */
  readonly ranges: readonly (DimensionRange | undefined)[];
  /** Whether every row, of the dimensions of a part, is scaled to length 1. */
  readonly normalized?: boolean;
  /** Makes what accumulates the rows of a part. */
  readonly makeState: () => PartState;
}

/** Some dimensions of some rows, which get a report of their own. */
export class Part {
  /** Which column they are of, where several stand side by side. */
  readonly column: string | undefined;
  /** Which of its dimensions, where not all were asked for. */
  readonly dims: readonly [start: number, end: number] | undefined;
  /** What is known of the rows. */
  readonly state: PartState;
  /** Whether RankMe has settled, where that is looked at and the rows have doubled. */
  settled: ScoreReport["settled"];
  /** How many rows were of nothing but zeros. */
  zeroRows = 0;
  #rankMe: number | undefined;
  readonly #cuts: readonly (readonly [start: number, end: number])[];
  readonly #normalized: boolean;

  /**
   * @param span The column, where there are several.
   * @param range Which of its dimensions.
   * @param options What to accumulate.
   * @param dim How many dimensions a batch has.
   */
  constructor(
    span: ColumnSpan | undefined,
    range: DimensionRange | undefined,
    options: PartOptions,
    dim: number,
  ) {
    const { start, end } = span ?? { start: 0, end: dim };
    const dims = range && ([range.start ?? 0, range.end ?? end - start] as const);
    this.column = span?.name;
    this.dims = dims;
    this.state = options.makeState();
    this.#cuts = [...span ? [[start, end] as const] : [], ...dims ? [dims] : []];
    this.#normalized = options.normalized ?? false;
  }

  /**
   * Takes in rows.
   *
   * @param batch Whole rows.
   * @throws {RankMeError} `dimension`, when they do not have the dimensions that were asked for; and as
   * `OnlineCovariance.update` does.
   */
  update(batch: EmbeddingBatch): void {
    const own = this.#cuts.reduce((rows, [start, end]) => rows.dimensions(start, end), batch);
    this.state.update(this.#normalized ? own.mapRows(scaleToUnitLength) : own);
    this.zeroRows += own.zeroRows();
  }

  /**
   * Sees whether RankMe is what it was when there were half as many rows.
   *
   * @param rankMe What it is now.
   * @param until The largest relative change that counts as none.
   */
  settle(rankMe: number, until: number): void {
    if (this.#rankMe !== undefined) {
      const change = rankMe === this.#rankMe ? 0 : Math.abs(1 - this.#rankMe / rankMe);
      this.settled = { reached: change <= until, change };
    }
    this.#rankMe = rankMe;
  }
}

/** Rows that are scored together: all, or those of one group. */
export class PartRows {
  /** What they have in common, where rows are in groups. */
  readonly group: string | undefined;
  /** What is scored of them. */
  readonly parts: readonly Part[];
  /** When to report. */
  readonly schedule: Schedule;
  /** How many have been taken in. */
  count = 0;

  /**
   * @param first The first of them, which tells what columns there are.
   * @param options Which parts.
   * @param group What they have in common.
   */
  constructor(first: EmbeddingBatch, options: PartOptions, group?: string) {
    const { dim, columns = [undefined] } = first;
    this.group = group;
    this.parts = columns.flatMap((span) =>
      options.ranges.map((range) => new Part(span, range, options, dim))
    );
    const widest = Math.max(...columns.map((span) => span ? span.end - span.start : dim));
    this.schedule = new Schedule(options, widest);
  }

  /**
   * Takes in rows.
   *
   * @param batch The rows.
   */
  update(batch: EmbeddingBatch): void {
    for (const part of this.parts) part.update(batch);
    this.count += batch.rows;
  }

  /** How many bytes of memory they take at the most: rows are kept as they are while they are few. */
  get bytes(): number {
    return this.parts.reduce((sum, { state: { dim, states, count } }) => {
      const each = count < dim ? 8 * dim * count / states : stateBytes(dim);
      return sum + states * each;
    }, 0);
  }
}

/** How rows are put into groups. */
export interface GroupOptions {
  /** The column of keys that says which. */
  readonly by: string;
  /** How many groups there may be at the most. */
  readonly maxGroups: number;
  /** How many bytes all of them may take. */
  readonly memory: number;
}

/** The rows of a data set in groups that appear as they come. */
export class PartGroups {
  readonly #groups = new Map<string, PartRows>();
  readonly #options: PartOptions;
  readonly #by: GroupOptions | undefined;

  /**
   * @param options Which parts each group has.
   * @param by How rows are put into groups. Default: all are in one.
   */
  constructor(options: PartOptions, by?: GroupOptions) {
    this.#options = options;
    this.#by = by;
  }

  /** All groups so far, in the order of their texts. */
  get all(): readonly PartRows[] {
    return [...this.#groups].sort(([a], [b]) => compareNaturally(a, b)).map(([, rows]) => rows);
  }

  /**
   * The rows of a batch, each group's by themselves.
   *
   * @param batch Some rows.
   * @returns Where rows belong, and the rows.
   * @throws {RankMeError} `memory`, when there are more groups than there may be; `non-finite`.
   */
  *among(batch: EmbeddingBatch): Generator<readonly [PartRows, EmbeddingBatch], void, void> {
    if (!this.#by) return yield [this.#rowsOf("", batch), batch];
    for (const [key, rows] of rowsByKey(batch, this.#by.by)) yield [this.#rowsOf(key, rows), rows];
  }

  /**
   * Refuses groups that have grown to take more memory than they may.
   *
   * @throws {RankMeError} `memory`.
   */
  checkMemory(): void {
    if (!this.#by) return;
    const { by, memory } = this.#by;
    let bytes = 0;
    for (const rows of this.#groups.values()) bytes += rows.bytes;
    if (bytes <= memory) return;
    throw new RankMeError(
      "memory",
      `${this.#groups.size} groups in column "${by}" take ${formatBytes(bytes)} of memory, and ` +
        `${formatBytes(memory)} are to be had`,
      { advice: "choose another column, or pass --group-memory if there is more" },
    );
  }

  #rowsOf(key: string, batch: EmbeddingBatch): PartRows {
    const found = this.#groups.get(key);
    if (found) return found;
    if (this.#by && this.#groups.size === this.#by.maxGroups) {
      throw new RankMeError(
        "memory",
        `more than ${this.#by.maxGroups} groups in column "${this.#by.by}"`,
        { place: { row: batch.offset }, advice: "choose another column, or pass --max-groups" },
      );
    }
    const rows = new PartRows(batch, this.#options, this.#by && key);
    this.#groups.set(key, rows);
    return rows;
  }
}

/** The rows of each key, in the order of the keys' first rows; a view where all have the same. */
function* rowsByKey(
  batch: EmbeddingBatch,
  column: string,
): Generator<readonly [string, EmbeddingBatch], void, void> {
  const keys = keysOf(batch, column);
  const rowsOf = new Map<string, number[]>();
  keys.forEach((key, row) => {
    const rows = rowsOf.get(key);
    if (rows) rows.push(row);
    else rowsOf.set(key, [row]);
  });
  if (rowsOf.size === 1) return yield [keys[0], batch];
  // Gathered rows have lost their places, by which a later stage would name them.
  batch.refuseNonFinite();
  for (const [key, rows] of rowsOf) yield [key, batch.gather(rows)];
}
