import type { Clock } from '../internal/clock.ts';
import { untilAborted } from '../internal/shared-task.ts';
import { sleep } from '../internal/sleep.ts';
import type { KeyValueStore, Lock } from '../ports/key-value-store.ts';
import { storeClosed } from './closed.ts';
import { checkedLockTimes, checkKey } from './key-engine.ts';
import type { LockEngine } from './keys/engine.ts';
import { HeldLock } from './keys/held-lock.ts';
import { createLines } from './keys/line.ts';

/** Milliseconds from try to try of the first in line: begins short, since most locks are held for a moment. */
const firstPollMs = 20;

const longestPollMs = 250;

const pollGrowth = 1.5;

/** The locks of one store in this process. */
export interface Locks {
  readonly lock: KeyValueStore['lock'];
  /** Ends all waits with a StorageError, tells all holders by their signals, and asks the store to free their locks. */
  close(): void;
}

/** A signal that aborts with the first of two, and what takes its listener off the outer one. */
function either(outer: AbortSignal | undefined, own: AbortController): () => void {
  const follow = (): void => own.abort(outer?.reason);
  if (outer?.aborted) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return () => outer?.removeEventListener('abort', follow);
}

/**
 * Locks with waiting and renewal on the steps of an adapter. Those of this process who wait for one key stand in
 * line, so that only the first of them asks the store; it hears of a release in this process at once, and of one
 * elsewhere within a quarter of a second.
 */
export function createLocks(engine: LockEngine, clock: Clock): Locks {
  const lines = createLines();
  const held = new Set<HeldLock>();
  const waits = new Set<AbortController>();
  /** For those who neither wait nor bring a signal: one for all of them. */
  const closing = new AbortController();

  const hold = (key: string, token: number, leaseMs: number, sinceMs: number): Lock => {
    const lock = new HeldLock(engine, clock, { key, token, leaseMs, sinceMs }, () => {
      held.delete(lock);
      lines.wake(key);
    });
    held.add(lock);
    return lock;
  };

  /** One try. What an abort leaves unanswered is given back as soon as it is there. */
  const tryTake = async (key: string, leaseMs: number, signal: AbortSignal): Promise<Lock | undefined> => {
    const sinceMs = clock.monotonic();
    const taken = engine.take(key, leaseMs);
    try {
      const token = await untilAborted(taken, signal);
      return token === undefined ? undefined : hold(key, token, leaseMs, sinceMs);
    } catch (error) {
      if (signal.aborted) {
        // Should that fail as well, the lease runs out by itself.
        void taken.then((token) => token !== undefined && engine.release(key, token)).catch(() => undefined);
      }
      throw error;
    }
  };

  const pause = async (key: string, delayMs: number, signal: AbortSignal): Promise<void> => {
    const nap = new AbortController();
    const detach = either(signal, nap);
    const stopListening = lines.onWake(key, () => nap.abort(wakeUp));
    try {
      await sleep(clock, delayMs, nap.signal);
    } catch (reason) {
      if (reason !== wakeUp) throw reason;
    } finally {
      detach();
      stopListening();
    }
  };

  const waitFor = async (
    key: string,
    leaseMs: number,
    untilMs: number,
    signal: AbortSignal,
  ): Promise<Lock | undefined> => {
    const place = lines.join(key);
    try {
      const cancel = new AbortController();
      const detach = either(signal, cancel);
      const stopTimer = clock.setTimer(() => cancel.abort(timeIsUp), untilMs - clock.monotonic());
      try {
        await untilAborted(place.isFirst, cancel.signal);
      } catch (reason) {
        if (reason === timeIsUp) return undefined;
        throw reason;
      } finally {
        stopTimer();
        detach();
      }
      for (let pollMs = firstPollMs; ; pollMs = Math.min(longestPollMs, pollMs * pollGrowth)) {
        const lock = await tryTake(key, leaseMs, signal);
        const leftMs = untilMs - clock.monotonic();
        if (lock || leftMs <= 0) return lock;
        // Spread, so that the first ones of several processes do not ask in step.
        await pause(key, Math.min(leftMs, pollMs * (0.5 + Math.random() / 2)), signal);
      }
    } finally {
      place.leave();
    }
  };

  return {
    async lock(key, options = {}) {
      checkKey(key);
      const { leaseMs, waitMs } = checkedLockTimes(options.leaseMs, options.waitMs);
      if (waitMs === 0 && !options.signal) {
        closing.signal.throwIfAborted();
        return tryTake(key, leaseMs, closing.signal);
      }
      const own = new AbortController();
      const detach = either(options.signal, own);
      waits.add(own);
      try {
        own.signal.throwIfAborted();
        if (waitMs === 0) return await tryTake(key, leaseMs, own.signal);
        return await waitFor(key, leaseMs, clock.monotonic() + waitMs, own.signal);
      } finally {
        waits.delete(own);
        detach();
      }
    },
    close() {
      closing.abort(storeClosed());
      for (const wait of waits) wait.abort(storeClosed());
      for (const lock of held) lock.abandon(storeClosed());
    },
  };
}

const wakeUp = Symbol('released in this process');

const timeIsUp = Symbol('waited long enough');
