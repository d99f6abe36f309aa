// @ts-nocheck
import { NetworkError } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import type { Permit, ThrottleFeedback } from '../../ports/rate-limiter.ts';
import type { Reservation } from '../bucket.ts';
import { tooExpensive, type Waiter, type WaitQueue } from '../wait-queue.ts';
import type { Account, BottleneckJobInfo, HostBottleneck } from './reservoir.ts';

/** A call that Bottleneck knows of. It stays in the queue there when its waiter leaves. */
interface Job {
  readonly waiter: Waiter;
  readonly weight: number;
  /** Its points, once Bottleneck has let it through to a waiter who was still there. */
  reservation?: Reservation;
}

interface HostQueueSettings {
  readonly shop: string;
  readonly clock: Clock;
  readonly priorities: { readonly interactive: number; readonly background: number };
  readonly bottleneck: HostBottleneck;
  readonly account: Account;
  readonly queue: WaitQueue;
  /** Whether every call that waits stands in Bottleneck's queue. */
  isReady(): boolean;
  /** A call has ended, or has left the queue without a permit. */
  onFree(): void;
}

/**
 * The calls of one bucket that stand in Bottleneck's queue. It listens to Bottleneck from the start, and keeps the
 * reservoir up to date for as long as a call waits.
 */
export class HostQueue {
  readonly #settings: HostQueueSettings;
  readonly #jobs = new Map<string, Job>();
  /** Options of jobs that were let through: Bottleneck emits a job again when it is retried. */
  readonly #letThrough = new WeakSet<object>();
  #jobCount = 0;
  #isClosed = false;
  #cancelTimer: (() => void) | undefined;

  constructor(settings: HostQueueSettings) {
    const { bottleneck, account } = settings;
    this.#settings = settings;
    // The host's own jobs take points out of the same reservoir.
    bottleneck.on('queued', () => {
      account.joined();
      this.watch();
    });
    bottleneck.on('scheduled', (job) => this.#onScheduled(job));
  }

  /** Calls that Bottleneck has not run yet. */
  get size(): number {
    return this.#jobs.size;
  }

  /** Weight of the heaviest of them. */
  heaviest(): number {
    let heaviest = 0;
    for (const { weight } of this.#jobs.values()) heaviest = Math.max(heaviest, weight);
    return heaviest;
  }

  /** Puts a call into the queue; its waiter gets the permit when Bottleneck runs it. */
  submit(waiter: Waiter): void {
    const { shop, bottleneck, account, queue, priorities, onFree } = this.#settings;
    if (!queue.reprice(waiter)) return;
    const { cost } = waiter;
    const { confirmed, maximumAvailable } = account.bucket;
    if (confirmed && cost > maximumAvailable) {
      waiter.reject(tooExpensive(shop, cost, maximumAvailable));
      return;
    }
    const weight = this.#weightOf(waiter);
    const priority = priorityOf(waiter, priorities);
    this.#jobCount += 1;
    const id = `shopwright-${Math.random()}-${this.#jobCount}`;
    this.#jobs.set(id, { waiter, weight });
    bottleneck
      .schedule({ id, weight, priority }, () => this.#run(id))
      .catch((error: unknown) => {
        const job = this.#jobs.get(id);
        this.#jobs.delete(id);
        if (job?.reservation) this.#end(job.reservation);
        waiter.reject(dropped(shop, error));
        onFree();
      });
  }

  /** Keeps the reservoir up to date from now on; without a timer while no call waits. */
  watch(): void {
    const { clock, account, bottleneck } = this.#settings;
    const isNeeded = this.#jobs.size > 0 || bottleneck.queued() > 0;
    if (this.#cancelTimer || this.#isClosed || !isNeeded) return;
    this.#cancelTimer = clock.setTimer(() => {
      this.#cancelTimer = undefined;
      account.tick();
      this.watch();
    }, account.tickMs);
  }

  /** Leaves the reservoir alone from now on. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
  }

  #onScheduled({ options }: BottleneckJobInfo): void {
    const { account } = this.#settings;
    if (this.#letThrough.has(options)) return;
    this.#letThrough.add(options);
    const job = this.#jobs.get(options.id);
    if (!job) account.charge(options.weight);
    else if (job.waiter.isWaiting) job.reservation = account.reserve(options.weight);
    else account.skip(options.weight);
  }

  /** The job itself: it lasts until its permit ends. */
  #run(id: string): Promise<void> {
    const { queue, onFree } = this.#settings;
    const job = this.#jobs.get(id);
    this.#jobs.delete(id);
    if (job?.reservation && job.waiter.isWaiting && queue.reprice(job.waiter)) {
      if (this.#weightOf(job.waiter) > job.weight) {
        this.#resubmit(job.waiter, job.reservation);
        return Promise.resolve();
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      job.waiter.grant(this.#permitOf(job.reservation, job.waiter.enteredMs, resolve));
      return promise;
    }
    if (job?.reservation) this.#end(job.reservation);
    else onFree();
    return Promise.resolve();
  }

  /** Bottleneck cannot change a weight: a call that costs more by now gives its points back and queues again. */
  #resubmit(waiter: Waiter, reservation: Reservation): void {
    const isAdmitted = this.#settings.isReady();
    this.#end(reservation);
    // Else this has admitted the waiter already, who is still in the queue.
    if (isAdmitted) this.submit(waiter);
  }

  #permitOf(reservation: Reservation, enteredMs: number, finish: () => void): Permit {
    let isOut = true;
    const once = (feedback?: ThrottleFeedback): void => {
      if (!isOut) return;
      isOut = false;
      this.#end(reservation, feedback);
      finish();
    };
    const waitedMs = this.#settings.clock.monotonic() - enteredMs;
    return { cost: reservation.points, waitedMs, settle: once, refund: () => once() };
  }

  #end(reservation: Reservation, feedback?: ThrottleFeedback): void {
    if (this.#settings.account.end(reservation, feedback)) this.#rejectTooExpensive();
    this.#settings.onFree();
  }

  /** The bucket has become smaller: rejects those who wait in vain. */
  #rejectTooExpensive(): void {
    const { shop, account } = this.#settings;
    const { maximumAvailable } = account.bucket;
    for (const { waiter } of this.#jobs.values()) {
      if (waiter.isWaiting && waiter.cost > maximumAvailable) {
        waiter.reject(tooExpensive(shop, waiter.cost, maximumAvailable));
      }
    }
  }

  /** What the call takes out of the reservoir. A size that is not confirmed is a guess, and refuses nothing. */
  #weightOf({ cost }: Waiter): number {
    return Math.min(Math.ceil(cost), Math.floor(this.#settings.account.bucket.maximumAvailable));
  }
}

/** A call that asks again stands before those of its class, where Bottleneck has a priority between the classes for it. */
function priorityOf(
  { isBackground, sinceMs, enteredMs }: Waiter,
  { interactive, background }: HostQueueSettings['priorities'],
): number {
  const own = isBackground ? background : interactive;
  if (sinceMs >= enteredMs) return own;
  const isTaken = isBackground && background - 1 === interactive;
  return isTaken ? own : Math.max(0, own - 1);
}

/** Bottleneck dropped the call: it was stopped, its queue was full, or its Redis did not respond. */
function dropped(shop: string, error: unknown): NetworkError {
  const reason = error instanceof Error ? error.message : String(error);
  return new NetworkError(`Bottleneck did not let a call to ${shop} through, nothing was sent: ${reason}`, {
    mayHaveExecuted: false,
    shop,
  });
}
