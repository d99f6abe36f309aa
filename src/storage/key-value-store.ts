import { type LockLostError, lockLost, StorageError } from '../errors/errors.ts';
import { sleep, untilAborted, whenAborted } from '../internal/abort.ts';
import { type Clock, shortTimers } from '../internal/clock.ts';
import type { KeyValueStore, Lock, LockOptions, TtlOptions, WriteOptions } from '../ports/key-value-store.ts';
import { checkOptionNames, storeClosed } from './adapter-kit.ts';
import {
  checkedLockTimes,
  checkedTtl,
  checkFence,
  checkKey,
  checkPrefix,
  checkValue,
  type KeyEngine,
  type LockEngine,
  type Outcome,
  type WriteOutcome,
  type WriteTerms,
} from './key-engine.ts';

const checkedTerms = (method: string, options: WriteOptions): WriteTerms => {
  checkOptionNames(method, options, { ttlMs: true, fence: true });
  const { ttlMs, fence } = options;
  checkFence(fence);
  return { ttlMs: checkedTtl(ttlMs), fence };
};

const lockNames: Record<keyof LockOptions, true> = { leaseMs: true, waitMs: true, signal: true };

/** Returns whether the write was done. @throws LockLostError */
const isDone = (key: string, outcome: WriteOutcome): boolean => {
  if (outcome === 'lost') throw lockLost(key);
  return outcome === 'done';
};

/** Maximum keys of one `setManyIfAbsent`. */
const mostAtOnce = 1_000;

/** Creates a key-value store on an engine, adding rules and errors. */
export function createKeyValueStore(engine: KeyEngine, locks: Locks): KeyValueStore {
  return {
    async get(key) {
      checkKey(key);
      return engine.get(key);
    },
    async set(key, value, options: WriteOptions = {}) {
      checkKey(key);
      checkValue(key, value);
      isDone(key, await engine.set(key, value, checkedTerms('set', options)));
    },
    async setIfAbsent(key, value, options: TtlOptions = {}) {
      checkKey(key);
      checkValue(key, value);
      checkOptionNames('setIfAbsent', options, { ttlMs: true });
      const terms = { ttlMs: checkedTtl(options.ttlMs), fence: undefined };
      return isDone(key, await engine.compareAndSet(key, undefined, value, terms));
    },
    ...(engine.addMany && {
      async setManyIfAbsent(entries: ReadonlyMap<string, string>) {
        if (entries.size > mostAtOnce) throw new StorageError(`setManyIfAbsent() takes at most ${mostAtOnce} keys.`);
        for (const [key, value] of entries) {
          checkKey(key);
          checkValue(key, value);
        }
        return new Set(entries.size === 0 ? [] : await engine.addMany?.(entries));
      },
    }),
    async compareAndSet(key, expected, value, options: WriteOptions = {}) {
      checkKey(key);
      if (expected !== undefined) checkValue(key, expected);
      if (value !== undefined) checkValue(key, value);
      return isDone(key, await engine.compareAndSet(key, expected, value, checkedTerms('compareAndSet', options)));
    },
    async delete(key, options = {}) {
      checkKey(key);
      checkOptionNames('delete', options, { fence: true });
      const { fence } = options;
      checkFence(fence);
      return isDone(key, await engine.delete(key, fence));
    },
    async *scan(prefix) {
      checkPrefix(prefix);
      for await (const page of engine.scan(prefix)) yield* page;
    },
    lock: locks.lock,
    now: async () => engine.now(),
  };
}

/** Milliseconds between attempts of the first waiter: short at first, since most locks are held briefly. */
const firstPollMs = 20;

const longestPollMs = 250;

const pollGrowth = 1.5;

/** The locks of one store in this process. */
interface Locks {
  readonly lock: KeyValueStore['lock'];
  /** Ends all waits with a StorageError, aborts the signals of all holders, and releases their locks. */
  close(): void;
}

/** Aborts `own` with the outer signal. Returns a function that stops this. */
function either(outer: AbortSignal | undefined, own: AbortController): () => void {
  if (outer && !outer.aborted) return whenAborted(outer, () => own.abort(outer.reason));
  if (outer) own.abort(outer.reason);
  return () => undefined;
}

/**
 * Locks with waiting and renewal on the steps of an adapter. Calls of this process that wait for one key form a queue,
 * so that only the first polls the store. It notices a release in this process at once, and one in another process
 * within a quarter of a second.
 */
export function createLocks(engine: LockEngine, clock: Clock): Locks {
  const lines = createLines();
  const held = new Set<HeldLock>();
  const waits = new Set<AbortController>();
  /** Shared by all calls that neither wait nor have a signal. */
  const closing = new AbortController();
  const timers = shortTimers(clock);

  const hold = (key: string, token: number, leaseMs: number, sinceMs: number): Lock => {
    const lock = new HeldLock(engine, timers, { key, token, leaseMs, sinceMs }, () => {
      held.delete(lock);
      lines.wake(key);
    });
    held.add(lock);
    return lock;
  };

  /** One attempt. A lock granted after an abort is released at once. */
  const tryTake = (key: string, leaseMs: number, signal: AbortSignal): Outcome<Lock | undefined> => {
    signal.throwIfAborted();
    const sinceMs = clock.monotonic();
    const taken = engine.take(key, leaseMs);
    if (taken instanceof Promise) return whenTaken(taken, key, leaseMs, sinceMs, signal);
    return taken === undefined ? undefined : hold(key, taken, leaseMs, sinceMs);
  };

  const whenTaken = async (
    taken: Promise<number | undefined>,
    key: string,
    leaseMs: number,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<Lock | undefined> => {
    try {
      const token = await untilAborted(taken, signal);
      return token === undefined ? undefined : hold(key, token, leaseMs, sinceMs);
    } catch (error) {
      if (signal.aborted) {
        // If that fails too, the lease expires by itself.
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
        // Randomized, so that several processes do not poll at the same moment.
        await pause(key, Math.min(leftMs, pollMs * (0.5 + Math.random() / 2)), signal);
      }
    } finally {
      place.leave();
    }
  };

  return {
    async lock(key, options = {}) {
      checkKey(key);
      checkOptionNames('lock', options, lockNames);
      const { leaseMs, waitMs } = checkedLockTimes(options.leaseMs, options.waitMs);
      if (waitMs === 0 && !options.signal) {
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

/** Renewals per lease, so that a failed one leaves time for another. */
const renewalsPerLease = 3;

/** After a failed renewal, the next one comes sooner. */
const triesPerLease = 12;

/** Details of a held lock. */
interface Holding {
  readonly key: string;
  readonly token: number;
  readonly leaseMs: number;
  /** Monotonic time at which the lock was requested: its lease did not begin earlier. */
  readonly sinceMs: number;
}

/** A lock that is held, and renewed until it is released or lost. */
class HeldLock implements Lock {
  readonly key: string;
  readonly token: number;
  readonly #engine: LockEngine;
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #onEnd: () => void;
  /** Created on first access of the signal, which most holders never need. */
  #controller: AbortController | undefined;
  #lost: LockLostError | undefined;
  #isOver = false;
  #released: Promise<boolean> | undefined;
  #leaseEndsAtMs = 0;
  #cancelRenewal: (() => void) | undefined;
  #cancelExpiry: (() => void) | undefined;

  /** `onEnd` is called once, when the lock is released or lost. */
  constructor(engine: LockEngine, clock: Clock, holding: Holding, onEnd: () => void) {
    this.key = holding.key;
    this.token = holding.token;
    this.#engine = engine;
    this.#clock = clock;
    this.#leaseMs = holding.leaseMs;
    this.#onEnd = onEnd;
    this.#leaseBegan(holding.sinceMs);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#lost) this.#controller.abort(this.#lost);
    return this.#controller.signal;
  }

  release(): Promise<boolean> {
    this.#released ??= this.#giveBack().catch((error: unknown) => {
      // It is unknown whether the lock is free now, so a second call may try again.
      this.#released = undefined;
      throw error;
    });
    return this.#released;
  }

  /** Stops the renewal and notifies the holder. */
  lose(cause?: unknown): void {
    if (this.#isOver) return;
    this.#end();
    this.#lost = lockLost(this.key, { cause });
    this.#controller?.abort(this.#lost);
  }

  /** Notifies the holder first, then releases the lock. If that fails, the lease expires by itself. */
  abandon(cause: unknown): void {
    if (this.#isOver) return;
    this.lose(cause);
    void this.#free().catch(() => undefined);
  }

  async #free(): Promise<boolean> {
    return this.#engine.release(this.key, this.token);
  }

  async #giveBack(): Promise<boolean> {
    if (this.#lost) return false;
    this.#stop();
    try {
      return await this.#free();
    } finally {
      this.#onEnd();
    }
  }

  #end(): void {
    this.#stop();
    this.#onEnd();
  }

  #stop(): void {
    this.#isOver = true;
    this.#cancelRenewal?.();
    this.#cancelExpiry?.();
  }

  /** The lease begins when the store grants it, so counting from the request is on the safe side. */
  #leaseBegan(sinceMs: number): void {
    this.#leaseEndsAtMs = sinceMs + this.#leaseMs;
    this.#cancelExpiry?.();
    const renewsInMs = this.#leaseMs / renewalsPerLease;
    // Usually a lock is released before its first renewal, so one timer is enough.
    if (this.#leaseEndsAtMs - this.#clock.monotonic() <= renewsInMs) this.#expireInTime();
    this.#renewAfter(renewsInMs);
  }

  #expireInTime(): void {
    this.#cancelExpiry?.();
    this.#cancelExpiry = this.#clock.setTimer(() => this.lose(), this.#leaseEndsAtMs - this.#clock.monotonic());
  }

  #renewAfter(delayMs: number): void {
    this.#cancelRenewal = this.#clock.setTimer(() => void this.#renew(), delayMs);
  }

  async #renew(): Promise<void> {
    const sinceMs = this.#clock.monotonic();
    // This process was paused for so long that another one may hold the lock.
    if (sinceMs >= this.#leaseEndsAtMs) {
      this.lose();
      return;
    }
    this.#expireInTime();
    try {
      const isHeld = await this.#engine.renew(this.key, this.token, this.#leaseMs);
      if (this.#isOver) return;
      if (isHeld) this.#leaseBegan(sinceMs);
      else this.lose();
    } catch {
      // The store may recover before the lease expires; if not, the expiry notifies the holder.
      if (!this.#isOver) this.#renewAfter(this.#leaseMs / triesPerLease);
    }
  }
}

/** A place in a queue. */
interface Place {
  /** Resolves when the place is at the front. */
  readonly isFirst: Promise<void>;
  /** Leaves the queue; the next place moves up. Safe to call twice. */
  leave(): void;
}

/** Queues by name, of callers in this process that wait for the same lock. */
interface Lines {
  join(name: string): Place;
  /** Runs a function at the next `wake` of that name. Returns a function that stops listening. */
  onWake(name: string, run: () => void): () => void;
  wake(name: string): void;
}

interface Waiting {
  readonly step: () => void;
}

/** Creates empty queues. */
function createLines(): Lines {
  const lines = new Map<string, Set<Waiting>>();
  const listeners = new Map<string, () => void>();
  return {
    join(name) {
      const line = lines.get(name) ?? new Set<Waiting>();
      lines.set(name, line);
      const { promise: isFirst, resolve: step } = Promise.withResolvers<void>();
      const own: Waiting = { step };
      line.add(own);
      if (line.size === 1) step();
      return {
        isFirst,
        leave() {
          if (!line.delete(own)) return;
          if (line.size === 0) lines.delete(name);
          const [next] = line;
          next?.step();
        },
      };
    },
    onWake(name, run) {
      listeners.set(name, run);
      return () => {
        if (listeners.get(name) === run) listeners.delete(name);
      };
    },
    wake: (name) => listeners.get(name)?.(),
  };
}
