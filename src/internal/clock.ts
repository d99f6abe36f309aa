/** Time, as a port: everything that waits or measures takes a clock, so that tests can control it. */
export interface Clock {
  /** Wall time in milliseconds since the epoch. It may jump. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonic(): number;
  /**
   * Calls `run` once after `delayMs`; if that is 0 or less, as soon as possible. Returns a function that cancels it.
   */
  setTimer(run: () => void, delayMs: number): () => void;
}

/** The longest delay that the platform's timers support; with a longer one they would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/** The system clock. Its timers keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(run, delayMs) {
    // `setImmediate` runs after the sockets were read; a timer of 0 ms may run before. Not every runtime has it.
    if (delayMs <= 0 && typeof setImmediate === 'function') {
      const turn = setImmediate(run);
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), longestDelayMs));
    return () => clearTimeout(timer);
  },
};
