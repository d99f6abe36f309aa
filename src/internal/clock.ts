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

/** A timer of `shortTimers`. */
interface ShortTimer {
  readonly run: () => void;
  readonly dueMs: number;
  isCancelled: boolean;
  /** Cancels the clock's own timer, once there is one. */
  cancel: (() => void) | undefined;
}

const shortTimersOf = new WeakMap<Clock, Clock>();

/**
 * The same clock, for timers that are mostly cancelled in the turn of the event loop that set them, such as the time
 * limit of a step that is done in memory. Only those still pending at its end become timers of the clock. All short timers
 * of a clock share one look at the end of a turn.
 */
export function shortTimers(clock: Clock): Clock {
  const timers = shortTimersOf.get(clock) ?? makeShortTimers(clock);
  shortTimersOf.set(clock, timers);
  return timers;
}

function makeShortTimers(clock: Clock): Clock {
  // Some edge runtimes have no setImmediate, and Next's has one that throws.
  try {
    setImmediate(() => undefined);
  } catch {
    return clock;
  }
  let ofThisTurn: ShortTimer[] = [];
  const endTurn = (): void => {
    const timers = ofThisTurn;
    ofThisTurn = [];
    const nowMs = clock.monotonic();
    for (const timer of timers)
      if (!timer.isCancelled) timer.cancel = clock.setTimer(timer.run, Math.max(0, timer.dueMs - nowMs));
  };
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimer(run, delayMs) {
      const timer: ShortTimer = { run, dueMs: clock.monotonic() + delayMs, isCancelled: false, cancel: undefined };
      if (ofThisTurn.push(timer) === 1) setImmediate(endTurn);
      return () => {
        timer.isCancelled = true;
        timer.cancel?.();
      };
    },
  };
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
