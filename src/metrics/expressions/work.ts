/**
 * The most work of one evaluation, in elements of vectors that are taken in: a hundred operations on
 * vectors of 20,000, which take a few tenths of a second. An interval takes seventeen evaluations.
 */
export const MOST_WORK = 2 ** 21;

/** Thrown where an expression takes more than {@linkcode MOST_WORK}. */
export class TooMuchWork extends Error {
  override readonly name = "TooMuchWork";
}

/** How much work an evaluation may still take. */
export class Work {
  #left = MOST_WORK;

  /** Begins an evaluation. */
  begin(): void {
    this.#left = MOST_WORK;
  }

  /**
   * Takes work off the rest, before it is done.
   *
   * @param value What is taken in: a number, or a vector of some.
   * @param weight How many times as long as an addition an element takes.
   * @throws {TooMuchWork} When there is not so much left.
   */
  spend(value: unknown, weight = 1): void {
    this.#left -= weight * (Array.isArray(value) ? value.length : 1);
    if (this.#left < 0) {
      throw new TooMuchWork(`it takes more than ${MOST_WORK} operations on elements of vectors`);
    }
  }
}
