// @ts-nocheck
import type { RateLimiter } from 'shopwright/limiter';
import { vi } from 'vitest';
import { systemClock } from '../../../src/internal/clock.ts';
import type { StepClock } from '../step-clock.ts';

/** Puts vitest's timers in place of the machine's: Bottleneck knows no clock of ours. */
export function fakeTimers(): StepClock {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] });
  return {
    ...systemClock,
    get pending() {
      return vi.getTimerCount();
    },
    step: async (ms) => void (await vi.advanceTimersByTimeAsync(ms)),
  };
}

/** Milliseconds in which Bottleneck lets a call through: it takes each step in a timer of its own. */
const stepsMs = 8;

/** A limiter whose calls go on by themselves, without a step of the clock, where nothing is in their way. */
export function unassisted(limiter: RateLimiter): RateLimiter {
  return {
    ...limiter,
    acquire(request) {
      const permit = limiter.acquire(request);
      void vi.advanceTimersByTimeAsync(stepsMs);
      return permit;
    },
  };
}
