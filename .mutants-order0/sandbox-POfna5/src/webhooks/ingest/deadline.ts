// @ts-nocheck
import { setTimeLimit } from '../../internal/abort.ts';
import type { Clock } from '../../internal/clock.ts';

/** One time limit for several waits in a row, which can be started again. */
export class Deadline {
  readonly timeoutMs: number;
  readonly #clock: Clock;
  #endsAtMs: number;

  constructor(clock: Clock, timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#endsAtMs = clock.monotonic() + timeoutMs;
  }

  /** Gives the waits that follow the whole time again. */
  restart(): void {
    this.#endsAtMs = this.#clock.monotonic() + this.timeoutMs;
  }

  /** Settles as the work does, or rejects with what `onTimeout` makes once the time is up. */
  wait<T>(work: Promise<T>, onTimeout: () => unknown): Promise<T> {
    let expiries = expiriesOf.get(this.#clock);
    if (!expiries) {
      expiries = new Expiries(this.#clock);
      expiriesOf.set(this.#clock, expiries);
    }
    return expiries.wait(work, this.#endsAtMs, onTimeout);
  }
}

/** The waits of all deadlines of a clock. */
const expiriesOf = new WeakMap<Clock, Expiries>();

interface Expiry {
  readonly endsAtMs: number;
  readonly expire: () => void;
}

/** Ends waits whose time is up. One timer is enough for all of them, that of the one which ends first. */
class Expiries {
  readonly #clock: Clock;
  readonly #waiting = new Set<Expiry>();
  /** When the timer looks, on the monotonic clock. */
  #looksAtMs = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wait<T>(work: Promise<T>, endsAtMs: number, onTimeout: () => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      const expiry = { endsAtMs, expire: () => reject(onTimeout()) };
      this.#waiting.add(expiry);
      if (endsAtMs < this.#looksAtMs) this.#lookAt(endsAtMs);
      work.then(
        (value) => {
          this.#end(expiry);
          resolve(value);
        },
        (error: unknown) => {
          this.#end(expiry);
          reject(error);
        },
      );
    });
  }

  #end(expiry: Expiry): void {
    if (!this.#waiting.delete(expiry) || this.#waiting.size > 0) return;
    this.#cancel?.();
    this.#looksAtMs = Number.POSITIVE_INFINITY;
  }

  #lookAt(atMs: number): void {
    this.#cancel?.();
    this.#looksAtMs = atMs;
    this.#cancel = setTimeLimit(this.#clock, () => this.#look(), Math.max(0, atMs - this.#clock.monotonic()));
  }

  #look(): void {
    const nowMs = this.#clock.monotonic();
    this.#looksAtMs = Number.POSITIVE_INFINITY;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const expiry of this.#waiting) {
      if (expiry.endsAtMs > nowMs) nextMs = Math.min(nextMs, expiry.endsAtMs);
      else {
        this.#waiting.delete(expiry);
        expiry.expire();
      }
    }
    if (Number.isFinite(nextMs)) this.#lookAt(nextMs);
  }
}
