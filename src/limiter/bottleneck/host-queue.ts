import { NetworkError } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import type { Permit, ThrottleFeedback } from '../../ports/rate-limiter.ts';
import type { Reservation } from '../bucket.ts';
import { tooExpensive, type Waiter, type WaitQueue } from '../wait-queue.ts';
import type { Account, BottleneckJobInfo, HostBottleneck } from './reservoir.ts';

/** A call in Bottleneck's queue. It stays there if its waiter leaves. */
interface Job {
  readonly waiter: Waiter;
  readonly weight: number;
  /** Its points, once Bottleneck has run it and its waiter was still waiting. */
  reservation?: Reservation;
}

interface HostQueueSettings {
  readonly shop: string;
  readonly clock: Clock;
  readonly priorities: { readonly interactive: number; readonly background: number };
  readonly bottleneck: HostBottleneck;
  readonly account: Account;
  readonly queue: WaitQueue;
  /** Whether every waiting call is in Bottleneck's queue. */
  isReady(): boolean;
  /** A call has ended, or has left the queue without a permit. */
  onFree(): void;
}

/**
 * The calls of one bucket in Bottleneck's queue. It listens to Bottleneck from the start, and keeps the reservoir up to
 * date while a call waits.
 */
export class HostQueue {
  readonly #settings: HostQueueSettings;
  readonly #jobs = new Map<string, Job>();
  /** Options of jobs that have started: Bottleneck emits a job again when it is retried. */
  readonly #letThrough = new WeakSet<object>();
  #jobCount = 0;
  #isClosed = false;
  #cancelTimer: (() => void) | undefined;

  constructor(settings: HostQueueSettings) {
    const { bottleneck, account } = settings;
    this.#settings = settings;
    // The host's own jobs use the same reservoir.
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

  /** Adds a call to the queue. Its waiter gets the permit when Bottleneck runs it. */
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

  /** Stops changing the reservoir. */
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

  /** Bottleneck cannot change a weight: a call whose cost has increased returns its points and queues again. */
  #resubmit(waiter: Waiter, reservation: Reservation): void {
    const isAdmitted = this.#settings.isReady();
    this.#end(reservation);
    // Otherwise this job has already admitted its waiter, which is still in the queue.
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

  /** The bucket is smaller now: rejects the calls that will never fit. */
  #rejectTooExpensive(): void {
    const { shop, account } = this.#settings;
    const { maximumAvailable } = account.bucket;
    for (const { waiter } of this.#jobs.values()) {
      if (waiter.isWaiting && waiter.cost > maximumAvailable) {
        waiter.reject(tooExpensive(shop, waiter.cost, maximumAvailable));
      }
    }
  }

  /** Points that a call takes from the reservoir. While the bucket's size is a guess, a larger call takes that size. */
  #weightOf({ cost }: Waiter): number {
    return Math.min(Math.ceil(cost), Math.floor(this.#settings.account.bucket.maximumAvailable));
  }
}

/** A call that asks again ranks before the others of its class, if there is a priority between the classes. */
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
  return new NetworkError(`Bottleneck dropped a call to ${shop}, nothing was sent: ${reason}`, {
    mayHaveExecuted: false,
    shop,
  });
}
