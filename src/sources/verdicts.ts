/** After so many rows what they show is judged, and after eight times as many again and again. */
const FIRST_VERDICT = 8;

/** Counts rows, and tells when to judge by them: after the same rows in whatever blocks they come. */
export class Verdicts {
  /** How many rows there were so far. */
  rows = 0;
  #next = FIRST_VERDICT;

  /**
   * Counts a row.
   *
   * @returns Whether it is time to judge.
   */
  isDue(): boolean {
    if (++this.rows < this.#next) return false;
    this.#next *= 8;
    return true;
  }
}
