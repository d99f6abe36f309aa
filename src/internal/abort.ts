import { type Clock, systemClock } from './clock.ts';

/** The calls to make when a signal aborts, for each signal that something waits on. */
const onAborts = new WeakMap<AbortSignal, AbortCalls>();

/**
 * Calls `run` once when a signal aborts. The signal must not have aborted yet. A signal gets one listener, however many
 * waits depend on it: Node searches all listeners of a signal whenever one is added or removed.
 *
 * @returns A function that cancels the call and leaves no listener behind.
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
  /** Keyed by a number, because the same function may be added twice. */
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

/** If the process was blocked, a response gets at most this many milliseconds beyond its time limit. */
const longestReprieveMs = 1_000;

/**
 * Calls `expire` when the time limit of some work is reached. Returns a function that cancels it.
 *
 * If a process was blocked (by its own work, a debugger, a frozen virtual machine), its timers fire before it reads
 * data that arrived long ago. So a late timer waits again, for as long as it was late but at most a second. And
 * `expire` is only called after the sockets have been read.
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

/** A signal that ends one attempt, with its clean-up. */
export interface LinkedSignal {
  /** Created when it is first read: most work ends without using it. */
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
 * Returns a signal that follows `outer` and also aborts after `timeoutMs`, with the reason that `onTimeout` returns.
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
  // A listener on our own signal would do the same, but takes a tenth of a call's time.
  #onAbort: (() => void) | undefined;
  #cancelGrace: (() => void) | undefined;

  constructor(clock: Clock, outer: AbortSignal | undefined, timeoutMs: number, onTimeout: () => unknown) {
    this.#clock = clock;
    if (outer?.aborted) this.#abort(outer.reason);
    else if (outer) this.#unfollow = whenAborted(outer, () => this.#abort(outer.reason));
    this.#cancelLimit = setTimeLimit(clock, () => this.#abort(onTimeout()), timeoutMs);
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.isAborted) this.#controller.abort(this.reason);
    }
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

/** What can end a wait before its work has settled. */
export interface WaitBounds<T> {
  /** Ends the wait `graceMs` after it aborts, by rejecting with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between the signal's abort and the end of the wait. Default 0: at once. */
  readonly graceMs?: number;
  /** Milliseconds for the whole wait; 0 or less ends it at once. Default: no limit. */
  readonly timeoutMs?: number;
  /** Returns the error to reject with when the time is up. */
  readonly onTimeout?: () => unknown;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Called with the outcome of work that settles after the wait has ended. */
  readonly onLate?: (outcome: LateOutcome<T>) => void;
}

/** The outcome of work whose wait has already ended. */
export type LateOutcome<T> = { readonly value: T } | { readonly error: unknown };

/** Milliseconds to keep waiting for a handler after its signal has aborted. */
export const gracePeriodMs = 5_000;

/**
 * Waits for work within bounds: settles as the work does, or rejects when the signal aborts or the time is up. The work
 * itself goes on. Leaves no timer and no listener behind.
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
 * Runs a task once and gives all callers its result. A failed task is run again at the next call. If a caller's signal
 * aborts, only that caller's wait ends: the task and the other waits go on.
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
