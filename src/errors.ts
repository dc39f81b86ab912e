/**
 * Every error a user can meet: what it is called, which exit status it ends the command line with,
 * and how it says where in the input it happened.
 *
 * @module
 */

import { printable, printableClause } from "./printable.ts";

/**
 * Exit statuses of the command line.
 *
 * @example What a script sees of bad input
 * ```ts
 * import { EXIT_STATUS, RankMeError } from "@rankme/rankme/errors";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new RankMeError("empty", "no rows").exitStatus, EXIT_STATUS.input);
 * ```
 */
export const EXIT_STATUS = {
  done: 0,
  gateFailed: 1,
  usage: 2,
  input: 3,
  resources: 4,
  internal: 70,
  interrupted: 130,
} as const;

/**
 * The name of a kind of error, stable across versions.
 *
 * - `usage`: a flag, option or argument that cannot be understood.
 * - `permission`: a permission that the runtime was not given.
 * - `unreadable`: an input that is not there or cannot be opened.
 * - `unwritable`: a result that cannot be written, as on a full disk.
 * - `format`: bytes of another format than the ones that can be read.
 * - `unsupported`: the right format with a feature that cannot be read.
 * - `truncated`: an input that stops before its own structure says so.
 * - `corrupt`: an input that contradicts itself.
 * - `changed`: an input that was written to while it was read.
 * - `column`: no column fits, or more than one does.
 * - `dimension`: rows of different dimensions in one data set.
 * - `null`: a missing row or value.
 * - `non-finite`: NaN or an infinity.
 * - `range`: finite values whose squares overflow or vanish in float64.
 * - `empty`: no rows at all.
 * - `memory`: more memory than there is.
 * - `package`: a package of npm that is needed and cannot be had.
 * - `resources`: anything else that the machine lacks, such as files that can be open.
 */
export type ErrorCode =
  | "usage"
  | "permission"
  | "unreadable"
  | "unwritable"
  | "format"
  | "unsupported"
  | "truncated"
  | "corrupt"
  | "changed"
  | "column"
  | "dimension"
  | "null"
  | "non-finite"
  | "range"
  | "empty"
  | "memory"
  | "package"
  | "resources";

/** Codes that are not the input's fault. */
const OTHER_STATUS: { readonly [code in ErrorCode]?: number } = {
  usage: EXIT_STATUS.usage,
  permission: EXIT_STATUS.usage,
  memory: EXIT_STATUS.resources,
  package: EXIT_STATUS.resources,
  resources: EXIT_STATUS.resources,
  unwritable: EXIT_STATUS.resources,
};

/** Where in the input something was found. Counts start at 0, as in NumPy, but for lines. */
export interface Place {
  /** The file, URL or stream. */
  readonly input?: string;
  /** Byte offset from the start of the input. */
  readonly byte?: number;
  /** Index of the record batch in the input. */
  readonly batch?: number;
  /** Index of the row group in the input. */
  readonly rowGroup?: number;
  /** Number of the line of text, from 1, as editors count. */
  readonly line?: number;
  /** Index of the row in the input. */
  readonly row?: number;
}

/** What a {@linkcode RankMeError} is made from. */
export interface RankMeErrorOptions {
  /** Where it was found. */
  readonly place?: Place;
  /** What the user can do about it, as a clause. */
  readonly advice?: string;
  /** What stands below the message, on lines of their own: a list of candidates, say. */
  readonly lines?: readonly string[];
  /** The error underneath, if any. */
  readonly cause?: unknown;
}

/**
 * An error that a user can act on. Its message names the input, the place, what was found and what
 * would do. What it quotes may come from anybody: at most 200 characters of each are shown, and
 * none that would do something to a terminal.
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
  /** What stands below the message. */
  readonly lines: readonly string[];

  /**
   * Makes an error.
   *
   * @param code The kind of error.
   * @param what What was found, as a clause.
   * @param options Where, what to do, and the cause.
   */
  constructor(code: ErrorCode, what: string, options: RankMeErrorOptions = {}) {
    const { place = {}, cause } = options;
    const [shown, ...lines] = [what, ...options.lines ?? []].map(printableClause);
    const advice = options.advice && printableClause(options.advice);
    super(
      [compose(shown, place, advice), ...lines].join("\n"),
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.what = shown;
    this.place = place;
    this.advice = advice;
    this.lines = lines;
  }

  /** The exit status that the command line ends with. */
  get exitStatus(): number {
    return OTHER_STATUS[this.code] ?? EXIT_STATUS.input;
  }

  /**
   * The same error with more of its place known; what is already known stays.
   *
   * @param place The rest of the place.
   * @returns A new error with the same code, advice, lines and cause.
   */
  at(place: Place): RankMeError {
    return new RankMeError(this.code, this.what, {
      place: { ...place, ...this.place },
      advice: this.advice,
      lines: this.lines,
      cause: this.cause,
    });
  }
}

/** What messages call the parts of a place, from the whole to the particular. */
const SPOTS = [
  ["byte", "byte"],
  ["batch", "batch"],
  ["rowGroup", "row group"],
  ["line", "line"],
  ["row", "row"],
] as const;

function compose(what: string, place: Place, advice?: string): string {
  const spots = SPOTS
    .filter(([key]) => place[key] !== undefined)
    .map(([key, called]) => `${called} ${place[key]}`)
    .join(", ");
  const where = [printable(place.input ?? ""), spots].filter(Boolean).map((part) => `${part}: `)
    .join("");
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
 *
 * @example More than any array can hold
 * ```ts
 * import { allocating, RankMeError } from "@rankme/rankme/errors";
 * import { assertThrows } from "@std/assert";
 *
 * const allocate = () => new Float64Array(2 ** 52);
 * assertThrows(() => allocating(2 ** 55, "too much", allocate), RankMeError, "36.0 PB");
 * ```
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
 * @returns For example `"1.50 GB"`, in powers of 1000.
 *
 * @example A gigabyte and a half
 * ```ts
 * import { formatBytes } from "@rankme/rankme/errors";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatBytes(1.5e9), "1.50 GB");
 * ```
 */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  while (bytes >= 999.5 && unit < units.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return `${unit === 0 ? bytes : bytes.toPrecision(3)} ${units[unit]}`;
}

/**
 * The word that a mistyped one most likely was meant to be.
 *
 * @param typed What was typed.
 * @param words What there is.
 * @returns The nearest word, if it is near enough.
 *
 * @example A letter too few
 * ```ts
 * import { closest } from "@rankme/rankme/errors";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(closest("rankM", ["rankMe", "stableRank"]), "rankMe");
 * assertEquals(closest("lidar", ["rankMe", "stableRank"]), undefined);
 * ```
 */
export function closest(typed: string, words: readonly string[]): string | undefined {
  const ranked = words.map((word) => ({ word, edits: editDistance(typed, word) }))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.edits <= Math.max(1, typed.length / 3) ? ranked[0].word : undefined;
}

/** How many letters must be added, removed, changed or swapped with the next (Damerau). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const row = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const changed = previous[j] + (a[i] === b[j] ? 0 : 1);
      const isSwap = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j];
      row.push(
        Math.min(row[j] + 1, previous[j + 1] + 1, changed, isSwap ? before[j - 1] + 1 : Infinity),
      );
    }
    [before, previous] = [previous, row];
  }
  return previous[b.length];
}
