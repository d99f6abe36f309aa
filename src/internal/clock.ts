/**
 * Time, as a port: whatever waits or measures takes a clock, so that tests can drive it.
 */
export interface Clock {
  /** Wall time in milliseconds since the epoch. It may jump. */
  now(): number;
  /** Milliseconds since an arbitrary origin; never goes back. */
  monotonic(): number;
  /** Calls `run` once after `delayMs`, as soon as possible where that is 0 or less. Returns a function that cancels it. */
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
 * limit of a step that is done in memory. Only those that are left at its end become timers of the clock. All of a clock
 * have one look at the end of a turn.
 */
export function shortTimers(clock: Clock): Clock {
  const timers = shortTimersOf.get(clock) ?? makeShortTimers(clock);
  shortTimersOf.set(clock, timers);
  return timers;
}

function makeShortTimers(clock: Clock): Clock {
  // An edge runtime may have no ends of turns.
  if (typeof setImmediate !== 'function') return clock;
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
