/**
 * Time, as a port: whatever waits or measures takes a clock, so that tests can drive it.
 */
// @ts-nocheck

export interface Clock {
  /** Wall time in milliseconds since the epoch. It may jump. */
  now(): number;
  /** Milliseconds since an arbitrary origin; never goes back. */
  monotonic(): number;
  /** Calls `run` once after `delayMs`, as soon as possible where that is 0 or less. Returns a function that cancels it. */
  setTimer(run: () => void, delayMs: number): () => void;
}

/** The longest delay of the platform's timers; with a longer one they would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/** The machine's own clock. Its timers keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(run, delayMs) {
    // After the sockets were read, which a timer of 0 ms does not promise. Not every runtime has it.
    if (delayMs <= 0 && typeof setImmediate === 'function') {
      const turn = setImmediate(run);
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), longestDelayMs));
    return () => clearTimeout(timer);
  },
};
