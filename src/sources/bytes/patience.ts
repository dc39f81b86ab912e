/** Whoever gives nothing for so many milliseconds pauses; a full pipe is read again in less than one. */
const PAUSE_MS = 10;

/**
 * Tells when who is waited for has nothing more to give for now. Only time can: an answer that is ready
 * takes its turns like any other. There is one timer at a time, set when it has run out and somebody
 * waits again, so that whatever never pauses pays for a hundred of them a second.
 */
export class Patience {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #onPause: (() => void) | undefined;
  /** When the wait under way began; a timer may be older. */
  #since = 0;

  /**
   * Waits for something to happen, or not to.
   *
   * @param promise What is waited for; one at a time.
   * @returns Whether there was a pause before it settled. Its errors are left to whoever awaits it.
   */
  endsBefore(promise: Promise<unknown>): Promise<boolean> {
    this.#since = performance.now();
    if (this.#timer === undefined) this.#wait();
    return new Promise((resolve) => {
      const settle = (isPause: boolean) => {
        this.#onPause = undefined;
        resolve(isPause);
      };
      this.#onPause = () => settle(true);
      promise.then(() => settle(false), () => settle(false));
    });
  }

  #wait(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#onPause === undefined) return;
      if (performance.now() - this.#since < PAUSE_MS) this.#wait();
      else this.#onPause();
    }, PAUSE_MS);
  }

  /** Says that nobody will wait any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#onPause?.();
  }
}
