import { RankMeError } from "../errors.ts";

/** The fewest rows that are worth doubling. */
const FEWEST_ROWS = 256;

/** When to report before the end. */
export interface ScheduleOptions {
  /** Each time so many rows have been seen. Default: never. */
  readonly every?: number;
  /**
   * Stop when RankMe of twice as many rows is the same but for this relative change. It is looked at
   * when there are as many rows as dimensions, and 256 at least, and each time they have doubled.
   */
  readonly until?: number;
}

/**
 * Refuses what no schedule can be made of.
 *
 * @param options When to report.
 * @throws {RankMeError} `usage`.
 */
export function checkSchedule({ every, until }: ScheduleOptions): void {
  if (every !== undefined && !(Number.isInteger(every) && every >= 1)) {
    throw new RankMeError(
      "usage",
      `a report can be had every so many rows from 1 on, not every ${every}`,
    );
  }
  if (until !== undefined && !(until > 0 && until < 1)) {
    throw new RankMeError("usage", `RankMe can settle to within a share of itself, not ${until}`, {
      advice: "pass a share such as 0.001, which is 0.1%",
    });
  }
}

/** At which numbers of rows something is to be done. */
export class Schedule {
  readonly #every: number;
  #nextDoubling: number;

  /**
   * @param options When.
   * @param dim D: how many dimensions the rows have.
   */
  constructor({ every = Infinity, until }: ScheduleOptions, dim: number) {
    this.#every = every;
    this.#nextDoubling = until === undefined ? Infinity : Math.max(dim, FEWEST_ROWS);
  }

  /** How many more rows until something is to be done, when there are so many. */
  left(rows: number): number {
    const next = this.#every === Infinity ? Infinity : this.#every - rows % this.#every;
    return Math.min(next, this.#nextDoubling - rows);
  }

  /** Whether a report is due. */
  isReport(rows: number): boolean {
    return this.#every !== Infinity && rows > 0 && rows % this.#every === 0;
  }

  /** Whether the rows have doubled; the next time is when they have done so again. */
  hasDoubled(rows: number): boolean {
    if (rows !== this.#nextDoubling) return false;
    this.#nextDoubling *= 2;
    return true;
  }
}
