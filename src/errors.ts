/**
 * Every error a user can meet: what it is called, which exit status it ends the command line with,
 * and how it says where in the input it happened.
 *
 * @module
 */

/** Exit statuses of the command line. */
export const EXIT_STATUS = {
  done: 0,
  gateFailed: 1,
  usage: 2,
  input: 3,
  resources: 4,
  internal: 70,
  interrupted: 130,
} as const;

const EXIT_STATUS_OF_CODE = {
  /** A flag, option or argument that cannot be understood. */
  usage: EXIT_STATUS.usage,
  /** A permission that the runtime was not given. */
  permission: EXIT_STATUS.usage,
  /** An input that is not there or cannot be opened. */
  unreadable: EXIT_STATUS.input,
  /** Bytes of another format than the ones that can be read. */
  format: EXIT_STATUS.input,
  /** The right format with a feature that cannot be read. */
  unsupported: EXIT_STATUS.input,
  /** An input that stops before its own structure says so. */
  truncated: EXIT_STATUS.input,
  /** An input that contradicts itself. */
  corrupt: EXIT_STATUS.input,
  /** No column fits, or more than one does. */
  column: EXIT_STATUS.input,
  /** Rows of different dimensions in one data set. */
  dimension: EXIT_STATUS.input,
  /** A missing row or value. */
  null: EXIT_STATUS.input,
  /** NaN or an infinity. */
  "non-finite": EXIT_STATUS.input,
  /** Finite values whose squares overflow or vanish in float64. */
  range: EXIT_STATUS.input,
  /** No rows at all. */
  empty: EXIT_STATUS.input,
  /** More memory than there is. */
  memory: EXIT_STATUS.resources,
} as const;

/** The name of a kind of error, stable across versions. */
export type ErrorCode = keyof typeof EXIT_STATUS_OF_CODE;

/** Where in the input something was found. Counts start at 0, as in NumPy. */
export interface Place {
  /** The file, URL or stream. */
  readonly input?: string;
  /** Byte offset from the start of the input. */
  readonly byte?: number;
  /** Index of the record batch in the input. */
  readonly batch?: number;
  /** Index of the row in the input. */
  readonly row?: number;
}

/** What a {@linkcode RankMeError} is made from. */
export interface RankMeErrorOptions {
  /** Where it was found. */
  readonly place?: Place;
  /** What the user can do about it, as a clause. */
  readonly advice?: string;
  /** The error underneath, if any. */
  readonly cause?: unknown;
}

/**
 * An error that a user can act on. Its message names the input, the place, what was found and what
 * would do.
 *
 * @example The parts of a message
 * ```ts
 * import { RankMeError } from "@rankme/rankme/errors";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new RankMeError("truncated", "the stream ends inside a record batch", {
 *   place: { input: "emb.arrow", batch: 3 },
 *   advice: "write the file again",
 * });
 * assertEquals(
 *   error.message,
 *   "emb.arrow: batch 3: the stream ends inside a record batch; write the file again",
 * );
 * assertEquals(error.exitStatus, 3);
 * ```
 */
export class RankMeError extends Error {
  /** Always `"RankMeError"`. */
  override readonly name: string = "RankMeError";
  /** Which kind of error this is. */
  readonly code: ErrorCode;
  /** What was found, without the place. */
  readonly what: string;
  /** Where it was found. */
  readonly place: Place;
  /** What to do about it. */
  readonly advice?: string;

  /**
   * @param code The kind of error.
   * @param what What was found, as a clause.
   * @param options Where, what to do, and the cause.
   */
  constructor(code: ErrorCode, what: string, options: RankMeErrorOptions = {}) {
    const { place = {}, advice, cause } = options;
    super(compose(what, place, advice), cause === undefined ? undefined : { cause });
    this.code = code;
    this.what = what;
    this.place = place;
    this.advice = advice;
  }

  /** The exit status that the command line ends with. */
  get exitStatus(): number {
    return EXIT_STATUS_OF_CODE[this.code];
  }

  /**
   * The same error with more of its place known; what is already known stays.
   *
   * @param place The rest of the place.
   * @returns A new error with the same code, advice and cause.
   */
  at(place: Place): RankMeError {
    return new RankMeError(this.code, this.what, {
      place: { ...place, ...this.place },
      advice: this.advice,
      cause: this.cause,
    });
  }
}

function compose(what: string, place: Place, advice?: string): string {
  const spots = (["byte", "batch", "row"] as const)
    .filter((key) => place[key] !== undefined)
    .map((key) => `${key} ${place[key]}`)
    .join(", ");
  const where = [place.input, spots].filter(Boolean).map((part) => `${part}: `).join("");
  return where + what + (advice ? `; ${advice}` : "");
}

/**
 * Turns what a failed allocation throws into an error that says how much was asked for.
 *
 * @param bytes How many bytes the allocation needs.
 * @param purpose What they are for, as in "the covariance of 16384 dimensions".
 * @param allocate Makes the array.
 * @returns What `allocate` returned.
 * @throws {RankMeError} `memory`, when the runtime refuses.
 */
export function allocating<T>(bytes: number, purpose: string, allocate: () => T): T {
  try {
    return allocate();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RankMeError("memory", `${purpose} needs ${formatBytes(bytes)} of memory`, {
      advice: "that much could not be had",
      cause,
    });
  }
}

/**
 * A number of bytes for a person to read.
 *
 * @param bytes How many.
 * @returns For example `"1.5 GB"`, in powers of 1000.
 */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return `${unit === 0 ? bytes : bytes.toPrecision(3)} ${units[unit]}`;
}
