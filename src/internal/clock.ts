/**
 * Time, as a port: whatever waits or measures takes a clock, so that tests can drive it.
 */
export interface Clock {
  /** Wall time in milliseconds since the epoch. May jump. */
  now(): number;
  /** Milliseconds from an arbitrary origin; never goes back. */
  monotonic(): number;
  /** Calls `run` once after `delayMs`, soon where that is not more than 0. Returns a function that cancels it. */
  setTimer(run: () => void, delayMs: number): () => void;
}

/** The longest delay that the platform's timers take; a longer one would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/** The machine's own clock. Its timers keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(run, delayMs) {
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), longestDelayMs));
    return () => clearTimeout(timer);
  },
};
