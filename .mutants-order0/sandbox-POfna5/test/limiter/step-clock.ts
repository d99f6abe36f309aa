// @ts-nocheck
import type { Clock } from 'shopwright';

/** A clock that stands still between steps and counts its timers. */
export interface StepClock extends Clock {
  readonly pending: number;
  /** Goes on by `ms`; due timers run in order, with all promises settled after each. */
  step(ms: number): Promise<void>;
}

export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Makes a clock that stands at 0.
 *
 * @param settle Waits until all that a timer has set off is done. By default, until promises have settled.
 */
export function createStepClock(settle: () => Promise<void> = settled): StepClock {
  const timers = new Set<{ readonly dueMs: number; readonly run: () => void }>();
  let nowMs = 0;
  const next = (untilMs: number) => {
    let first: { readonly dueMs: number; readonly run: () => void } | undefined;
    for (const timer of timers) {
      if (timer.dueMs <= untilMs && (!first || timer.dueMs < first.dueMs)) first = timer;
    }
    return first;
  };
  return {
    get pending() {
      return timers.size;
    },
    now: () => nowMs,
    monotonic: () => nowMs,
    setTimer(run, delayMs) {
      const timer = { run, dueMs: nowMs + Math.max(0, delayMs) };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async step(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (let timer = next(untilMs); timer; timer = next(untilMs)) {
        timers.delete(timer);
        nowMs = timer.dueMs;
        timer.run();
        await settle();
      }
      nowMs = untilMs;
    },
  };
}
