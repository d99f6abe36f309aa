// @ts-nocheck
import type { Clock } from 'shopwright';
import { createManualClock } from 'shopwright/testing';

/** A manual clock on which time can also pass while the timers of the process stand still. */
export interface StallableClock {
  readonly clock: Clock;
  readonly pending: number;
  advance(ms: number): Promise<void>;
  /** As if the process had been stopped for so long. */
  stall(ms: number): Promise<void>;
}

export function createStallableClock(): StallableClock {
  const manual = createManualClock();
  let stalledMs = 0;
  return {
    clock: {
      now: () => manual.now() + stalledMs,
      monotonic: () => manual.monotonic() + stalledMs,
      setTimer: manual.setTimer,
    },
    get pending() {
      return manual.pending;
    },
    advance: (ms) => manual.advance(ms),
    async stall(ms) {
      stalledMs += ms;
    },
  };
}

/** Milliseconds that pass at once, less than a third of the shortest lease of a case that renews. */
const stepMs = 250;

/** What a test does with a server whose clock cannot be set. */
export interface ServerTime {
  /** Has that much time pass for what is stored, by bringing its ends nearer. */
  shift(ms: number): Promise<unknown>;
  /** Resolves when nothing is asked of the server any more. */
  idle(): Promise<void>;
}

/** A clock that goes together with the time of what is stored on a server. */
export function createClockWithServer({
  shift,
  idle,
}: ServerTime): Pick<StallableClock, 'clock' | 'advance' | 'stall'> {
  const { clock, advance, stall } = createStallableClock();
  return {
    clock,
    async advance(ms) {
      await idle();
      for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
        const nowMs = Math.min(leftMs, stepMs);
        await shift(nowMs);
        await advance(nowMs);
        await idle();
      }
    },
    async stall(ms) {
      await shift(ms);
      await stall(ms);
    },
  };
}
