import { formatBytes } from "../errors.ts";
import type { ScoreOptions, ScoreProgress } from "../pipeline/score_options.ts";
import { formatRank, grouped } from "../report/digits.ts";
import type { Arguments } from "./flags.ts";
import { draw, say } from "./output.ts";

const REDRAW_MILLISECONDS = 100;
/** From here on a user is told before anything is computed. */
const LARGE_STATE_BYTES = 1e9;
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

  /**
   * Shows how far it has come, if the line is due to be drawn again.
   *
   * @param progress Rows and bytes so far.
   * @param of What of, where there are several things. Default: nothing.
   */
  update({ rows, bytes }: ScoreProgress, of = ""): void {
    const now = performance.now();
    if (!this.#enabled || now - this.#drawn < REDRAW_MILLISECONDS) return;
    this.#drawn = now;
    const speed = bytes / 1e3 / Math.max(1, now - this.#started);
    const rank = this.#rank === undefined ? "" : `, RankMe ${formatRank(this.#rank)}`;
    draw(`${CLEAR_LINE}${of}${grouped(rows)} rows, ${speed.toFixed(0)} MB/s${rank}`);
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
): Required<Pick<ScoreOptions, "onMemory" | "onProgress">> {
  return {
    onMemory(bytes) {
      const worthKnowing = bytes >= LARGE_STATE_BYTES && !args.on("quiet");
      if (!worthKnowing && !args.on("verbose")) return;
      line.clear();
      say(`the state will need ${formatBytes(bytes)} of memory`);
    },
    onProgress: (progress) => line.update(progress),
  };
}
