import { formatBytes } from "../errors.ts";
import type { ScoreOptions, ScoreProgress } from "../pipeline/score_options.ts";
import { formatRank, grouped } from "../report/digits.ts";
import type { Arguments } from "./flags.ts";
import { draw, say } from "./output.ts";

const REDRAW_MILLISECONDS = 100;
/** From here on a user is told before anything is computed. */
const LARGE_STATE_BYTES = 1e9;
/** The time left is a guess before so many seconds have passed and such a share was read. */
const LEAST_SECONDS = 1, LEAST_SHARE = 0.01;
const CLEAR_LINE = "\r\x1b[K";

/** One line on standard error that says how far a score has come; only on a terminal. */
export class ProgressLine {
  #enabled: boolean;
  #started = performance.now();
  #drawn = -Infinity;
  #rank: number | undefined;

  /** @param quiet Whether to show nothing in any case. */
  constructor(quiet: boolean) {
    this.#enabled = !quiet && Deno.stderr.isTerminal();
  }

  /** Whether anybody sees it. */
  get enabled(): boolean {
    return this.#enabled;
  }

  /**
   * Shows how far it has come, if the line is due to be drawn again.
   *
   * @param progress Rows, bytes and share so far.
   * @param of What of, where there are several things. Default: nothing.
   */
  update(progress: ScoreProgress, of = ""): void {
    const now = performance.now();
    if (!this.#enabled || now - this.#drawn < REDRAW_MILLISECONDS) return;
    this.#drawn = now;
    const seconds = (now - this.#started) / 1000;
    const { columns } = Deno.consoleSize();
    const text = progressText(progress, {
      seconds,
      rank: this.#rank,
      width: (columns || 80) - 1 - of.length,
    });
    draw(`${CLEAR_LINE}${of}${text}`);
  }

  /**
   * Shows a rank from now on.
   *
   * @param rank The latest RankMe.
   */
  show(rank: number): void {
    this.#rank = rank;
  }

  /** Takes the line away, so that something else can be written. */
  clear(): void {
    if (this.#enabled && this.#drawn > -Infinity) draw(CLEAR_LINE);
  }
}

/** What is known besides of a reading that is under way. */
export interface ProgressCircumstances {
  /** How long it has taken so far. */
  readonly seconds: number;
  /** The latest RankMe. */
  readonly rank?: number;
  /** The columns of the line. */
  readonly width: number;
}

/**
 * How far a reading has come: its share and the time that is left, where it is known how much there is.
 *
 * @param progress Rows, bytes and share so far.
 * @param circumstances How long it took, and how much fits.
 * @returns For example `12 %, 40,000 rows, 350 MB/s, 1:20 left`; what matters least goes where it does
 * not fit.
 */
export function progressText(
  { rows, bytes, share }: ScoreProgress,
  { seconds, rank, width }: ProgressCircumstances,
): string {
  const left = share && seconds >= LEAST_SECONDS && share >= LEAST_SHARE
    ? seconds * (1 - share) / share
    : undefined;
  const parts = [
    // All was read only when it says so itself.
    { weight: 4, text: share === undefined ? "" : `${Math.min(99, Math.floor(100 * share))} %` },
    { weight: 5, text: `${grouped(rows)} rows` },
    { weight: 1, text: `${(bytes / 1e6 / Math.max(1e-3, seconds)).toFixed(0)} MB/s` },
    { weight: 3, text: left === undefined ? "" : `${clock(left)} left` },
    { weight: 2, text: rank === undefined ? "" : `RankMe ${formatRank(rank)}` },
  ].filter(({ text }) => text !== "");
  const written = () => parts.map(({ text }) => text).join(", ");
  while (parts.length > 1 && written().length > width) {
    const least = Math.min(...parts.map(({ weight }) => weight));
    parts.splice(parts.findIndex(({ weight }) => weight === least), 1);
  }
  return written();
}

/** As in `0:42` and `1:02:03`. */
function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (count: number) => String(count).padStart(2, "0");
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}

/**
 * What a command says while it reads: how far it has come, and that much memory will be needed.
 *
 * @param args The arguments: `--quiet`, `--verbose`.
 * @param line The line to keep up to date.
 * @returns Options of a score.
 */
export function watching(
  args: Arguments,
  line: ProgressLine,
): Pick<ScoreOptions, "onMemory" | "onProgress"> {
  return {
    onMemory(bytes) {
      const worthKnowing = bytes >= LARGE_STATE_BYTES && !args.on("quiet");
      if (!worthKnowing && !args.on("verbose")) return;
      line.clear();
      say(`the state will need ${formatBytes(bytes)} of memory`);
    },
    ...line.enabled && { onProgress: (progress) => line.update(progress) },
  };
}
