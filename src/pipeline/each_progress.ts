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
}

/** Adds up how far each of several data sets has come. */
export class EachProgressSum {
  readonly #states: { readonly rows: number; readonly bytes: number }[];
  readonly #onProgress: ((progress: EachProgress) => void) | undefined;
  #done = 0;

  /**
   * @param inputs How many data sets there are.
   * @param onProgress Is told of each change.
   */
  constructor(inputs: number, onProgress?: (progress: EachProgress) => void) {
    this.#states = Array.from({ length: inputs }, () => ({ rows: 0, bytes: 0 }));
    this.#onProgress = onProgress;
  }

  /**
   * One has come further.
   *
   * @param index Which.
   * @param state Its rows and bytes so far.
   */
  update(index: number, { rows, bytes }: { readonly rows: number; readonly bytes: number }): void {
    this.#states[index] = { rows, bytes };
    this.#tell();
  }

  /** One more is done. */
  finish(): void {
    this.#done++;
    this.#tell();
  }

  #tell(): void {
    if (!this.#onProgress) return;
    const sum = (of: "rows" | "bytes") => this.#states.reduce((sum, state) => sum + state[of], 0);
    const inputs = this.#states.length;
    this.#onProgress({ inputs, done: this.#done, rows: sum("rows"), bytes: sum("bytes") });
  }
}
