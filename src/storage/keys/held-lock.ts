import { LockLostError } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import type { Lock } from '../../ports/key-value-store.ts';
import type { LockEngine } from './engine.ts';

/** Renewals in the time of one lease, so that one that fails leaves time for others. */
const renewalsPerLease = 3;

/** After a renewal that failed, the next one comes sooner. */
const triesPerLease = 12;

/** What a lock is held with. */
interface Holding {
  readonly key: string;
  readonly token: number;
  readonly leaseMs: number;
  /** Moment on the monotonic clock at which the lock was asked for: its lease began no sooner. */
  readonly sinceMs: number;
}

/** A lock that is held, and renewed until it is released or lost. */
export class HeldLock implements Lock {
  readonly key: string;
  readonly token: number;
  readonly #engine: LockEngine;
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #onEnd: () => void;
  /** Made once somebody asks for the signal: most holders are done before they would look. */
  #controller: AbortController | undefined;
  #lost: LockLostError | undefined;
  #isOver = false;
  #released: Promise<boolean> | undefined;
  #cancelRenewal = (): void => undefined;
  #cancelExpiry = (): void => undefined;

  /** `onEnd` hears once that the lock is given back or lost. */
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
      // Nobody knows whether it is free now, so a second call may try again.
      this.#released = undefined;
      throw error;
    });
    return this.#released;
  }

  /** Stops the renewal and tells the holder. */
  lose(cause?: unknown): void {
    if (this.#isOver) return;
    this.#end();
    this.#lost = new LockLostError(this.key, cause === undefined ? {} : { cause });
    this.#controller?.abort(this.#lost);
  }

  /** Tells the holder first, then gives the lock back. Should that fail, the lease runs out by itself. */
  abandon(cause: unknown): void {
    if (this.#isOver) return;
    this.lose(cause);
    this.#engine.release(this.key, this.token).catch(() => undefined);
  }

  async #giveBack(): Promise<boolean> {
    if (this.#lost) return false;
    this.#stop();
    try {
      return await this.#engine.release(this.key, this.token);
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
    this.#cancelRenewal();
    this.#cancelExpiry();
  }

  /** The store counts from when it decided, so counting from when it was asked is on the safe side. */
  #leaseBegan(sinceMs: number): void {
    const leftMs = sinceMs + this.#leaseMs - this.#clock.monotonic();
    this.#cancelExpiry();
    this.#cancelExpiry = this.#clock.setTimer(() => this.lose(), leftMs);
    this.#renewAfter(this.#leaseMs / renewalsPerLease);
  }

  #renewAfter(delayMs: number): void {
    this.#cancelRenewal = this.#clock.setTimer(() => void this.#renew(), delayMs);
  }

  async #renew(): Promise<void> {
    const sinceMs = this.#clock.monotonic();
    try {
      const isHeld = await this.#engine.renew(this.key, this.token, this.#leaseMs);
      if (this.#isOver) return;
      if (isHeld) this.#leaseBegan(sinceMs);
      else this.lose();
    } catch {
      // The store may come back before the lease is over; if it does not, the expiry tells the holder.
      if (!this.#isOver) this.#renewAfter(this.#leaseMs / triesPerLease);
    }
  }
}
