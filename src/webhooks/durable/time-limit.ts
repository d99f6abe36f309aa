import { TimeoutError } from '../../errors/connection.ts';
import type { Clock } from '../../internal/clock.ts';

/** A bound on the time that store and queue may take for one delivery. */
export interface TimeLimit {
  /** Settles as the work does, or rejects with a `TimeoutError` once the time is up. */
  race<T>(place: 'store' | 'queue', work: Promise<T>): Promise<T>;
  /** Begins the time anew. */
  restart(): void;
  /** Stops the timer. */
  end(): void;
}

/** Starts the time. What is still under way when it is up goes on, and what becomes of it is not waited for. */
export function startTimeLimit(clock: Clock, timeoutMs: number): TimeLimit {
  const waiting = new Set<() => void>();
  let isOver = false;
  let endsAtMs = 0;
  let cancel: (() => void) | undefined;
  /** One timer serves all beginnings: where it comes too early for the latest, it waits for the rest. */
  const watch = (delayMs: number): void => {
    cancel = clock.setTimer(() => {
      const leftMs = endsAtMs - clock.monotonic();
      if (leftMs > 0) {
        watch(leftMs);
        return;
      }
      cancel = undefined;
      isOver = true;
      for (const giveUp of waiting) giveUp();
    }, delayMs);
  };
  const start = (): void => {
    isOver = false;
    endsAtMs = clock.monotonic() + timeoutMs;
    if (!cancel) watch(timeoutMs);
  };
  start();
  return {
    race(place, work) {
      return new Promise((resolve, reject) => {
        const giveUp = (): void => {
          const message = `The ${place} for webhooks did not answer within ${timeoutMs} ms.`;
          reject(new TimeoutError('TIMEOUT', message, { timeoutMs, mayHaveExecuted: true }));
        };
        if (isOver) giveUp();
        waiting.add(giveUp);
        work.then(
          (value) => {
            waiting.delete(giveUp);
            resolve(value);
          },
          (error: unknown) => {
            waiting.delete(giveUp);
            reject(error);
          },
        );
      });
    },
    restart: start,
    end() {
      cancel?.();
      cancel = undefined;
    },
  };
}
