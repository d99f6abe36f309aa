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
  /** `undefined` once it is cancelled. */
  run: (() => void) | undefined;
  readonly dueMs: number;
  /** Cancels the clock's own timer, once there is one. */
  cancel: (() => void) | undefined;
}

const shortTimersOf = new WeakMap<Clock, Clock>();

/**
 * The same clock, for timers that are usually cancelled in the turn of the event loop that set them, such as the time
 * limit of a step in memory. Only those still pending at the end of the turn become timers of the clock.
 */
export function shortTimers(clock: Clock): Clock {
  const timers = shortTimersOf.get(clock) ?? makeShortTimers(clock);
  shortTimersOf.set(clock, timers);
  return timers;
}

function makeShortTimers(clock: Clock): Clock {
  let ofThisTurn: ShortTimer[] = [];
  const endTurn = (): void => {
    const timers = ofThisTurn;
    ofThisTurn = [];
    for (const timer of timers)
      if (timer.run) timer.cancel = clock.setTimer(timer.run, timer.dueMs - clock.monotonic());
  };
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimer(run, delayMs) {
      const timer: ShortTimer = { run, dueMs: clock.monotonic() + delayMs, cancel: undefined };
      if (ofThisTurn.push(timer) === 1 && !inNextTurn(endTurn)) endTurn();
      return () => {
        timer.run = undefined;
        timer.cancel?.();
      };
    },
  };
}

/**
 * Calls `run` once the sockets were read; a timer of 0 ms may run before. Returns a function that cancels it, or
 * `undefined` where `setImmediate` is missing, or throws as on Next's edge runtime.
 */
function inNextTurn(run: () => void): (() => void) | undefined {
  try {
    const turn = setImmediate(run);
    return () => clearImmediate(turn);
  } catch {
    return undefined;
  }
}

/** The longest delay that the platform's timers support; a longer one would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/** The system clock. Its timers keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(run, delayMs) {
    const cancel = delayMs <= 0 && inNextTurn(run);
    if (cancel) return cancel;
    // Node drops fractions of a millisecond, so a fractional delay would end early.
    const timer = setTimeout(run, Math.min(Math.max(0, Math.ceil(delayMs)), longestDelayMs));
    return () => clearTimeout(timer);
  },
};
