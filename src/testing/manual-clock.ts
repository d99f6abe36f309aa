import { setImmediate } from 'node:timers';
import { assertValid } from '../errors/base.ts';
import { TimeoutError } from '../errors/errors.ts';
import type { Clock } from '../internal/clock.ts';
import { modulesLoaded } from '../internal/late-module.ts';
import { unknownNames } from '../internal/names.ts';

/** A clock that only moves when a test advances it. */
export interface ManualClock extends Clock {
  /** Number of pending timers. */
  readonly pending: number;
  /** Moves on by `ms` milliseconds. Due timers run in order, and promises settle between them. */
  advance(ms: number): Promise<void>;
  /**
   * Moves from timer to timer until the promise settles, and settles with its outcome.
   *
   * @throws TimeoutError (code `TIMEOUT`) if the promise is pending, and for a second no timer is left that could
   * settle it.
   */
  run<T>(promise: Promise<T>): Promise<T>;
}

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Turns of the event loop that a chain of promises gets between two timers. */
const turnsBetweenTimers = 10;

/**
 * Idle milliseconds before a pending promise counts as stuck: streams, files and modules take some, more on a busy
 * machine.
 */
const patienceMs = 1_000;

/** The most that one turn adds to the idle time: a turn that took longer was computing, or its process stood still. */
const idlePerTurnMs = 5;

async function turns(count: number, until: () => boolean = () => false): Promise<void> {
  for (let turn = 0; turn < count && !until(); turn++) {
    await modulesLoaded();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/**
 * Creates a clock for tests: minutes of waiting pass at once, in the right order. It drives everything that waits on
 * the `Clock` port and returns promises, such as a client on `fake.fetch`.
 *
 * @param options.now Wall time to start at, in milliseconds since the epoch. Default 2026-11-01T00:00:00Z.
 *
 * @example
 * ```ts
 * const clock = createManualClock();
 * const fake = createFakeShopify({ clock });
 * await clock.run(shop.graphql('{ shop { name } }')); // from timer to timer until it settles
 * ```
 */
export function createManualClock(options: { readonly now?: number } = {}): ManualClock {
  assertValid(unknownNames(options, { now: true }));
  const origin = options.now ?? Date.UTC(2026, 10, 1);
  const timers = new Set<Timer>();
  let elapsedMs = 0;

  /** The first due timer; of several at one moment, the one set first. */
  const next = (): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers) if (!first || timer.dueMs < first.dueMs) first = timer;
    return first;
  };

  const fire = (timer: Timer): void => {
    timers.delete(timer);
    elapsedMs = Math.max(elapsedMs, timer.dueMs);
    timer.run();
  };

  return {
    get pending() {
      return timers.size;
    },
    now: () => origin + elapsedMs,
    monotonic: () => elapsedMs,
    setTimer(run, delayMs) {
      const timer = { run, dueMs: elapsedMs + Math.max(0, delayMs) };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const target = elapsedMs + ms;
      await turns(turnsBetweenTimers);
      for (let timer = next(); timer && timer.dueMs <= target; timer = next()) {
        fire(timer);
        await turns(turnsBetweenTimers);
      }
      elapsedMs = Math.max(elapsedMs, target);
    },
    async run(promise) {
      let settled = false;
      const settle = (): void => {
        settled = true;
      };
      promise.then(settle, settle);
      for (;;) {
        await turns(turnsBetweenTimers, () => settled);
        let idleMs = 0;
        while (!settled && timers.size === 0 && idleMs < patienceMs) {
          const startedAt = performance.now();
          await turns(1);
          idleMs += Math.min(performance.now() - startedAt, idlePerTurnMs);
        }
        if (settled) return promise;
        const timer = next();
        if (!timer) {
          throw new TimeoutError('The promise is pending, but the clock has no timer left that could settle it.', {
            code: 'TIMEOUT',
            timeoutMs: elapsedMs,
            mayHaveExecuted: true,
          });
        }
        fire(timer);
      }
    },
  };
}
