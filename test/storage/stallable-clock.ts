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
