import { type Clock, systemClock } from './clock.ts';

/** What is to run when a signal aborts, for the signals that somebody waits on. */
const onAborts = new WeakMap<AbortSignal, AbortCalls>();

/**
 * Runs something once when a signal that has not aborted yet aborts. However many wait on one signal, it has a single
 * listener: Node looks through all of them whenever one is added or removed.
 *
 * @returns Takes it back, and leaves nothing behind on the signal.
 */
export function whenAborted(signal: AbortSignal, run: () => void): () => void {
  let calls = onAborts.get(signal);
  if (!calls) {
    calls = new AbortCalls(signal);
    onAborts.set(signal, calls);
  }
  return calls.add(run);
}

class AbortCalls implements EventListenerObject {
  readonly #signal: AbortSignal;
  /** By a number of its own, since the same function may be there twice. */
  readonly #calls = new Map<number, () => void>();
  #added = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this, { once: true });
  }

  add(run: () => void): () => void {
    const id = this.#added;
    this.#added += 1;
    this.#calls.set(id, run);
    return () => {
      if (this.#calls.delete(id) && this.#calls.size === 0) this.#end();
    };
  }

  handleEvent(): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    this.#end();
    for (const run of calls) run();
  }

  #end(): void {
    this.#signal.removeEventListener('abort', this);
    onAborts.delete(this.#signal);
  }
}

/** Milliseconds that a response gets at most after its time limit, where this process was held up. */
const longestReprieveMs = 1_000;

/**
 * Calls `expire` when the time of some work is up. Returns a function that cancels it.
 *
 * A process that was held up (by work of its own, a debugger, a frozen virtual machine) finds its timers due before it
 * reads what came long ago. So a timer that is late waits on, as long as it was late and a second at most, and none is
 * believed before what lies in the sockets was read.
 */
export function setTimeLimit(clock: Clock, expire: () => void, timeoutMs: number): () => void {
  const dueAtMs = clock.monotonic() + timeoutMs;
  const lookOnce = (): void => {
    cancel = clock.setTimer(expire, 0);
  };
  let cancel = clock.setTimer(() => {
    const reprieveMs = Math.min(longestReprieveMs, Math.floor(clock.monotonic() - dueAtMs));
    if (reprieveMs > 0) cancel = clock.setTimer(lookOnce, reprieveMs);
    else lookOnce();
  }, timeoutMs);
  return () => cancel();
}

/** One signal for the end of an attempt, with its clean-up. */
export interface LinkedSignal {
  /** Created when it is first read: much work is done before anybody looks. */
  readonly signal: AbortSignal;
  readonly isAborted: boolean;
  readonly reason: unknown;
  /**
   * Settles as the promise does, or rejects with the signal's reason `graceMs` after it aborts. Default: at once. One at
   * a time.
   */
  until<T>(promise: Promise<T>, graceMs?: number): Promise<T>;
  /** Stops the timers and takes the listener off the outer signal. */
  release(): void;
}

/**
 * A signal that follows `outer` and also aborts after `timeoutMs` with the reason that `onTimeout` makes.
 * Unlike `AbortSignal.any` with `AbortSignal.timeout`, it leaves nothing behind on a long-lived outer signal.
 */
export function linkSignal(
  clock: Clock,
  outer: AbortSignal | undefined,
  timeoutMs: number,
  onTimeout: () => unknown,
): LinkedSignal {
  return new Link(clock, outer, timeoutMs, onTimeout);
}

class Link implements LinkedSignal {
  isAborted = false;
  reason: unknown;
  readonly #clock: Clock;
  readonly #cancelLimit: () => void;
  readonly #unfollow: (() => void) | undefined;
  #controller: AbortController | undefined;
  // A listener on the own signal would say the same, at the price of a tenth of a call.
  #onAbort: (() => void) | undefined;
  #cancelGrace: (() => void) | undefined;

  constructor(clock: Clock, outer: AbortSignal | undefined, timeoutMs: number, onTimeout: () => unknown) {
    this.#clock = clock;
    if (outer?.aborted) this.#abort(outer.reason);
    else if (outer) this.#unfollow = whenAborted(outer, () => this.#abort(outer.reason));
    this.#cancelLimit = setTimeLimit(clock, () => this.#abort(onTimeout()), timeoutMs);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.isAborted) this.#controller.abort(this.reason);
    return this.#controller.signal;
  }

  #abort(reason: unknown): void {
    if (this.isAborted) return;
    this.isAborted = true;
    this.reason = reason;
    this.#controller?.abort(reason);
    this.#onAbort?.();
  }

  until<T>(promise: Promise<T>, graceMs = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(this.reason);
      this.#onAbort = () => {
        if (graceMs > 0) this.#cancelGrace = this.#clock.setTimer(giveUp, graceMs);
        else giveUp();
      };
      if (this.isAborted) this.#onAbort();
      promise.then(resolve, reject);
    });
  }

  release(): void {
    this.#cancelLimit();
    this.#cancelGrace?.();
    this.#unfollow?.();
  }
}

/** What ends a wait before its work has settled. */
export interface WaitBounds<T> {
  /** Ends the wait `graceMs` after it aborts, by rejecting with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between the signal's abort and the end of the wait. Default 0: at once. */
  readonly graceMs?: number;
  /** Milliseconds for the whole wait; 0 or less ends it at once. Default: no limit. */
  readonly timeoutMs?: number;
  /** Makes what the wait rejects with when its time is up. */
  readonly onTimeout?: () => unknown;
  /** Default: the machine's own clock. */
  readonly clock?: Clock;
  /** Called with the outcome of work that settles after the wait has ended. */
  readonly onLate?: (outcome: LateOutcome<T>) => void;
}

/** The outcome of work that nobody waits for any more. */
export type LateOutcome<T> = { readonly value: T } | { readonly error: unknown };

/** Milliseconds that a handler has between its signal's abort and the moment it is no longer waited for. */
export const gracePeriodMs = 5_000;

/**
 * Waits for work, but no longer than its bounds allow: settles as the work does, or rejects when its signal aborts or
 * its time is up. The work itself goes on. Leaves neither a timer nor a listener behind.
 */
export function boundedWait<T>(work: Promise<T>, bounds: WaitBounds<T>): Promise<T> {
  const { signal, graceMs = 0, timeoutMs, onTimeout, clock = systemClock, onLate } = bounds;
  return new Promise((resolve, reject) => {
    let isOver = false;
    let cancelTimeout: (() => void) | undefined;
    let cancelGrace: (() => void) | undefined;
    let unfollow: (() => void) | undefined;
    const end = (): boolean => {
      if (isOver) return false;
      isOver = true;
      cancelTimeout?.();
      cancelGrace?.();
      unfollow?.();
      return true;
    };
    const giveUp = (reason: unknown): void => {
      if (end()) reject(reason);
    };
    const onAbort = (): void => {
      if (graceMs > 0) cancelGrace = clock.setTimer(() => giveUp(signal?.reason), graceMs);
      else giveUp(signal?.reason);
    };

    work.then(
      (value) => {
        if (end()) resolve(value);
        else onLate?.({ value });
      },
      (error: unknown) => {
        if (end()) reject(error);
        else onLate?.({ error });
      },
    );
    if (signal?.aborted) onAbort();
    else if (signal) unfollow = whenAborted(signal, onAbort);
    if (timeoutMs === undefined || isOver) return;
    if (timeoutMs <= 0) giveUp(onTimeout?.());
    else cancelTimeout = setTimeLimit(clock, () => giveUp(onTimeout?.()), timeoutMs);
  });
}

/** Settles as the promise does, or rejects with the signal's reason as soon as it aborts. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return boundedWait(promise, { signal });
}

/**
 * Runs a task once for all who ask for its result, and again only after it failed. A caller's abort ends
 * that caller's wait, and neither the task nor the wait of others.
 */
export function sharedTask<T>(task: () => Promise<T>): (signal?: AbortSignal) => Promise<T> {
  let running: Promise<T> | undefined;
  return (signal) => {
    running ??= task().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return signal ? untilAborted(running, signal) : running;
  };
}

/**
 * Resolves after `delayMs`. An abort ends the wait at once and rejects with the signal's reason.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    let unfollow: (() => void) | undefined;
    const cancel = clock.setTimer(() => {
      unfollow?.();
      resolve();
    }, delayMs);
    if (!signal) return;
    unfollow = whenAborted(signal, () => {
      cancel();
      reject(signal.reason);
    });
  });
}
