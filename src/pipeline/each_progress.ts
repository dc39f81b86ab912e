import type { ScoreProgress } from "./score_options.ts";

/** How far scoring several data sets has come. */
export interface EachProgress {
  /** How many data sets there are. */
  readonly inputs: number;
  /** How many of them are done. */
  readonly done: number;
  /** How many rows of all have been taken in. */
  readonly rows: number;
  /** How many bytes their numbers take. */
  readonly bytes: number;
  /** Which share of all is done, each data set for as much as any other; absent where it is not known. */
  readonly share?: number;
}

/** Adds up how far each of several data sets has come. */
export class EachProgressSum {
  readonly #states: ScoreProgress[];
  readonly #onProgress: ((progress: EachProgress) => void) | undefined;
  #done = 0;

  /**
   * @param inputs How many data sets there are.
   * @param onProgress Is told of each change.
   */
  constructor(inputs: number, onProgress?: (progress: EachProgress) => void) {
    this.#states = Array.from({ length: inputs }, () => ({ rows: 0, bytes: 0, share: 0 }));
    this.#onProgress = onProgress;
  }

  /**
   * One has come further.
   *
   * @param index Which.
   * @param state Its rows, bytes and share so far.
   */
  update(index: number, state: ScoreProgress): void {
    this.#states[index] = state;
    this.#tell();
  }

  /**
   * One is done.
   *
   * @param index Which.
   */
  finish(index: number): void {
    this.#done++;
    this.#states[index] = { ...this.#states[index], share: 1 };
    this.#tell();
  }

  #tell(): void {
    if (!this.#onProgress) return;
    const sum = (of: "rows" | "bytes") => this.#states.reduce((sum, state) => sum + state[of], 0);
    const inputs = this.#states.length;
    const shares = this.#states.map(({ share }) => share);
    const isKnown = shares.every((share) => share !== undefined);
    this.#onProgress({
      inputs,
      done: this.#done,
      rows: sum("rows"),
      bytes: sum("bytes"),
      ...isKnown && { share: shares.reduce((sum, share) => sum + share, 0) / inputs },
    });
  }
}
