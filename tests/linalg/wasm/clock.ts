/** Runs something under another clock than `performance.now()`. */
export function withClock<T>(now: () => number, run: () => T): T {
  const real = performance.now;
  performance.now = now;
  try {
    return run();
  } finally {
    performance.now = real;
  }
}
