import { MaxCostError, TimeoutError } from '../errors/errors.ts';
import { whenAborted } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import { SortedQueue } from '../internal/sorted-queue.ts';
import type { AcquireRequest, Permit } from '../ports/rate-limiter.ts';
import { type BucketState, isPoints, msInLine, sinceOf } from './bucket.ts';

/** A place in the queue: the lowest rank is served first, equal ranks in order of arrival. */
interface Place {
  readonly rank: number;
  /** Number of arrival. */
  readonly sequence: number;
}

/** A call that waits for its permit. */
export interface Waiter extends Place {
  /** Points. Changed by `WaitQueue.reprice` only. */
  cost: number;
  /** Whether it still waits. */
  isWaiting: boolean;
  readonly isBackground: boolean;
  /** When it arrived, in monotonic milliseconds. */
  readonly enteredMs: number;
  /** When it first asked, in monotonic milliseconds: see `AcquireRequest.ageMs`. */
  readonly sinceMs: number;
  /** See `AcquireRequest.costNow`. */
  readonly costNow: (() => number) | undefined;
  /** Leaves the queue with a permit. */
  grant(permit: Permit): void;
  /** Leaves the queue without one. */
  reject(reason: unknown): void;
}

/** Up to this number of waiters, all are asked for their present cost before a call is refused. */
const fewWaiters = 16;

/** Of a longer queue, this number is asked: finding each takes logarithmic time. */
const askedAtOnce = 4;

/** Behind all others. */
const lastPlace: Place = { rank: Number.POSITIVE_INFINITY, sequence: 0 };

interface WaitQueueSettings {
  readonly shop: string;
  readonly clock: Clock;
  /** Milliseconds after which a background call ranks with an interactive one that has just come. */
  readonly agingMs: number;
  /** Called when another waiter is first: it arrived at the front, or the one before it left. */
  onNewFirst(): void;
}

/** The calls that wait for one bucket, counted in this process or in Redis. All times are monotonic milliseconds. */
export class WaitQueue {
  /** How many wait. */
  size = 0;
  readonly #settings: WaitQueueSettings;
  readonly #queue = new SortedQueue<Waiter, Place>(precedes, ({ cost }) => cost);
  #arrivals = 0;
  /** Place of the waiter that was last asked for its cost before a refusal. */
  #asked: Place = lastPlace;

  constructor(settings: WaitQueueSettings) {
    this.#settings = settings;
  }

  /** Points that all waiters ask for. */
  get points(): number {
    return this.#queue.weight;
  }

  get first(): Waiter | undefined {
    return this.#queue.first;
  }

  /**
   * Puts a call into the queue. Its permit is rejected when its signal aborts, when it has waited `maxWaitMs`, and when
   * the waiter is rejected.
   */
  enter(request: AcquireRequest, nowMs: number): { readonly waiter: Waiter; readonly permit: Promise<Permit> } {
    const { shop, clock, onNewFirst } = this.#settings;
    const { cost, costNow, priority, signal, maxWaitMs } = request;
    const { promise: permit, resolve, reject } = Promise.withResolvers<Permit>();
    const queue = this.#queue;
    const leave = (): void => {
      if (!waiter.isWaiting) return;
      waiter.isWaiting = false;
      queue.remove(waiter);
      this.size -= 1;
      cancelDeadline?.();
      unfollow?.();
    };
    const giveUp = (reason: unknown): void => {
      const wasFirst = queue.first === waiter;
      waiter.reject(reason);
      if (wasFirst) onNewFirst();
    };
    const cancelDeadline =
      maxWaitMs !== undefined && Number.isFinite(maxWaitMs)
        ? clock.setTimer(() => giveUp(waitedTooLong(shop, maxWaitMs)), maxWaitMs)
        : undefined;
    const unfollow = signal && whenAborted(signal, () => giveUp(signal.reason));
    const waiter: Waiter = {
      rank: this.#rankOf(request, nowMs),
      cost,
      sequence: this.#arrivals++,
      isWaiting: true,
      isBackground: priority === 'background',
      enteredMs: nowMs,
      sinceMs: sinceOf(request, nowMs),
      costNow,
      grant(granted) {
        leave();
        resolve(granted);
      },
      reject(reason) {
        leave();
        reject(reason);
      },
    };
    queue.add(waiter);
    this.size += 1;
    if (queue.first === waiter) onNewFirst();
    return { waiter, permit };
  }

  /** All waiters in the order in which they are served. */
  all(): readonly Waiter[] {
    return this.#queue.front(this.#queue.size);
  }

  /** The first waiter, with its present cost. */
  next(): Waiter | undefined {
    let next = this.#queue.first;
    while (next && !this.reprice(next)) next = this.#queue.first;
    return next;
  }

  /** The first few waiters in the order in which they are served, with their present costs. */
  front(count: number): readonly Waiter[] {
    let front = this.#queue.front(count);
    while (front.filter((waiter) => this.reprice(waiter)).length < front.length) front = this.#queue.front(count);
    return front;
  }

  /** Updates the call's cost; returns `false` if it has left the queue. */
  reprice(waiter: Waiter): boolean {
    try {
      const cost = waiter.costNow?.();
      if (waiter.isWaiting && isPoints(cost) && cost !== waiter.cost) {
        waiter.cost = cost;
        this.#queue.reweigh(waiter);
      }
    } catch (error) {
      waiter.reject(error);
    }
    return waiter.isWaiting;
  }

  /** Points of the waiters that are served before a call that arrives now. */
  pointsAhead(request: AcquireRequest, nowMs: number): number {
    return this.#queue.weightBefore({ rank: this.#rankOf(request, nowMs), sequence: this.#arrivals });
  }

  /**
   * Returns the error for a call that arrives now and would wait longer than `maxWaitMs`. Before that, it asks some
   * waiters for their present cost: the next few each time, so that a refusal takes the same time in any queue.
   *
   * @param pointsElsewhere Points that others wait for ahead of this queue.
   */
  refusal(request: AcquireRequest, nowMs: number, bucket: BucketState, pointsElsewhere = 0): TimeoutError | undefined {
    const { cost, maxWaitMs } = request;
    if (maxWaitMs === undefined) return undefined;
    const inLineMs = (): number => msInLine(bucket, pointsElsewhere + this.pointsAhead(request, nowMs), cost);
    if (inLineMs() <= maxWaitMs) return undefined;
    this.#repriceSome();
    const waitMs = inLineMs();
    return waitMs > maxWaitMs ? waitTooLong(this.#settings.shop, maxWaitMs, waitMs) : undefined;
  }

  /** Rejects the waiters that would wait too long, by the same rule. */
  rejectHopeless(
    waiters: readonly { readonly waiter: Waiter; readonly maxWaitMs: number }[],
    bucket: BucketState,
    pointsElsewhere: number,
  ): void {
    const inLineMs = ({ rank, sequence, cost }: Waiter): number =>
      msInLine(bucket, pointsElsewhere + this.#queue.weightBefore({ rank, sequence }), cost);
    if (waiters.some(({ waiter, maxWaitMs }) => inLineMs(waiter) > maxWaitMs)) this.#repriceSome();
    for (const { waiter, maxWaitMs } of waiters) {
      const waitMs = inLineMs(waiter);
      if (waiter.isWaiting && waitMs > maxWaitMs) {
        waiter.reject(waitTooLong(this.#settings.shop, maxWaitMs, waitMs));
      }
    }
  }

  rejectAll(reason: unknown): void {
    for (let next = this.#queue.first; next; next = this.#queue.first) next.reject(reason);
  }

  /** Asks the next few waiters, in turn, for their present cost. */
  #repriceSome(): void {
    const queue = this.#queue;
    for (let left = queue.size > fewWaiters ? askedAtOnce : queue.size; left > 0; left -= 1) {
      const next = queue.after(this.#asked) ?? queue.first;
      if (!next) return;
      this.#asked = { rank: next.rank, sequence: next.sequence };
      this.reprice(next);
    }
  }

  /** A background call ranks as if it had arrived this much later, so only calls of that time can overtake it. */
  #rankOf(request: AcquireRequest, nowMs: number): number {
    return sinceOf(request, nowMs) + (request.priority === 'background' ? this.#settings.agingMs : 0);
  }
}

function precedes(one: Place, other: Place): boolean {
  return one.rank < other.rank || (one.rank === other.rank && one.sequence < other.sequence);
}

/** The error for a call that costs more points than the bucket ever holds. */
export function tooExpensive(shop: string, cost: number, maxCost: number): MaxCostError {
  return new MaxCostError(
    `The call costs ${cost} points, but the bucket of ${shop} never holds more than ${maxCost}. Request smaller pages or fewer fields, or use a bulk operation.`,
    { cost, maxCost, shop },
  );
}

/** The error for a call that would wait longer than it can. */
export function waitTooLong(shop: string, maxWaitMs: number, waitMs: number): TimeoutError {
  const retryAfterMs = Math.ceil(waitMs);
  return new TimeoutError(
    `The call can wait ${maxWaitMs} ms for points of ${shop}, but needs about ${retryAfterMs} ms. Nothing was sent.`,
    { code: 'DEADLINE_EXCEEDED', timeoutMs: maxWaitMs, mayHaveExecuted: false, shop, retryAfterMs },
  );
}

/** The error for a call that has waited as long as it can. */
function waitedTooLong(shop: string, maxWaitMs: number): TimeoutError {
  return new TimeoutError(`The call waited ${maxWaitMs} ms for points of ${shop}, its limit. Nothing was sent.`, {
    code: 'DEADLINE_EXCEEDED',
    timeoutMs: maxWaitMs,
    mayHaveExecuted: false,
    shop,
  });
}
