import { MaxCostError, TimeoutError } from '../errors/errors.ts';
import type { Clock } from '../internal/clock.ts';
import { Heap } from '../internal/heap.ts';
import type { AcquireRequest, Permit } from '../ports/rate-limiter.ts';
import { type BucketState, isPoints, msInLine } from './bucket.ts';

/** A call that waits for its permit. */
export interface Waiter extends Queued {
  readonly isBackground: boolean;
  /** Monotonic milliseconds of its arrival. */
  readonly sinceMs: number;
  /** See `AcquireRequest.costNow`. */
  readonly costNow: (() => number) | undefined;
  /** Leaves the queue with a permit. */
  grant(permit: Permit): void;
  /** Leaves the queue without one. */
  reject(reason: unknown): void;
}

interface WaitQueueSettings {
  readonly shop: string;
  readonly clock: Clock;
  /** Milliseconds after which a background call ranks with an interactive one that has just come. */
  readonly agingMs: number;
  /** Another waiter is first now: it came to the front, or the one before it gave up. */
  onNewFirst(): void;
}

/** The calls that wait for one bucket, whoever grants its points. All times are monotonic milliseconds. */
export class WaitQueue {
  readonly #settings: WaitQueueSettings;
  readonly #queue = new PriorityQueue<Waiter>();
  #arrivals = 0;

  constructor(settings: WaitQueueSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#queue.size;
  }

  /** Points that all waiters ask for. */
  get points(): number {
    return this.#queue.points;
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
      queue.remove(waiter);
      cancelDeadline?.();
      signal?.removeEventListener('abort', onAbort);
    };
    const giveUp = (reason: unknown): void => {
      const wasFirst = queue.first === waiter;
      waiter.reject(reason);
      if (wasFirst) onNewFirst();
    };
    const onAbort = (): void => giveUp(signal?.reason);
    const cancelDeadline =
      maxWaitMs !== undefined && Number.isFinite(maxWaitMs)
        ? clock.setTimer(() => giveUp(waitedTooLong(shop, maxWaitMs)), maxWaitMs)
        : undefined;
    signal?.addEventListener('abort', onAbort, { once: true });
    const waiter: Waiter = {
      rank: this.#rankOf(request, nowMs),
      cost,
      sequence: this.#arrivals++,
      position: -1,
      isBackground: priority === 'background',
      sinceMs: nowMs,
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
    if (queue.first === waiter) onNewFirst();
    return { waiter, permit };
  }

  /** All waiters in the order in which they are served. */
  all(): readonly Waiter[] {
    return this.#queue.front(this.#queue.size);
  }

  /** The first waiter, with what it costs by now. */
  next(): Waiter | undefined {
    let next = this.#queue.first;
    while (next && !this.reprice(next)) next = this.#queue.first;
    return next;
  }

  /** The first few waiters in the order in which they are served, with what they cost by now. */
  front(count: number): readonly Waiter[] {
    let front = this.#queue.front(count);
    while (front.filter((waiter) => this.reprice(waiter)).length < front.length) front = this.#queue.front(count);
    return front;
  }

  /** Asks what the call costs by now; `false` where it has left the queue. */
  reprice(waiter: Waiter): boolean {
    try {
      const cost = waiter.costNow?.();
      if (isPoints(cost)) this.#queue.reprice(waiter, cost);
    } catch (error) {
      waiter.reject(error);
    }
    return waiter.position >= 0;
  }

  /** Points of those who are served before a call that comes now. */
  pointsAhead(request: AcquireRequest, nowMs: number): number {
    return this.#queue.pointsAhead(this.#rankOf(request, nowMs));
  }

  /**
   * Why a call that comes now should not wait: it can wait `maxWaitMs`, and needs longer. Looks again at what all
   * others cost before it says so.
   *
   * @param pointsElsewhere Points that others wait for ahead of this queue.
   */
  refusal(request: AcquireRequest, nowMs: number, bucket: BucketState, pointsElsewhere = 0): TimeoutError | undefined {
    const { cost, maxWaitMs } = request;
    if (maxWaitMs === undefined) return undefined;
    const inLineMs = (): number => msInLine(bucket, pointsElsewhere + this.pointsAhead(request, nowMs), cost);
    if (inLineMs() <= maxWaitMs) return undefined;
    this.#repriceAll();
    const waitMs = inLineMs();
    return waitMs > maxWaitMs ? waitTooLong(this.#settings.shop, maxWaitMs, waitMs) : undefined;
  }

  /** Rejects those of the waiters that wait in vain, by the same rule. */
  rejectHopeless(
    waiters: readonly { readonly waiter: Waiter; readonly maxWaitMs: number }[],
    bucket: BucketState,
    pointsElsewhere: number,
  ): void {
    const inLineMs = ({ rank, sequence, cost }: Waiter): number =>
      msInLine(bucket, pointsElsewhere + this.#queue.pointsAhead(rank, sequence), cost);
    if (waiters.some(({ waiter, maxWaitMs }) => inLineMs(waiter) > maxWaitMs)) this.#repriceAll();
    for (const { waiter, maxWaitMs } of waiters) {
      const waitMs = inLineMs(waiter);
      if (waiter.position >= 0 && waitMs > maxWaitMs) {
        waiter.reject(waitTooLong(this.#settings.shop, maxWaitMs, waitMs));
      }
    }
  }

  rejectAll(reason: unknown): void {
    for (let next = this.#queue.first; next; next = this.#queue.first) next.reject(reason);
  }

  #repriceAll(): void {
    for (const waiter of this.#queue.all()) this.reprice(waiter);
  }

  /** A background call ranks as if it had come later: whatever ranks before it came within that time. */
  #rankOf({ priority }: AcquireRequest, nowMs: number): number {
    return nowMs + (priority === 'background' ? this.#settings.agingMs : 0);
  }
}

/** What stands in a `PriorityQueue`. `cost` and `position` belong to the queue. */
export interface Queued {
  /** The lowest rank is served first; equal ranks in order of arrival. */
  readonly rank: number;
  /** Number of arrival. */
  readonly sequence: number;
  /** Points. Changed by `reprice`. */
  cost: number;
  /** Index in the heap, -1 outside the queue. */
  position: number;
}

type Place = Pick<Queued, 'rank' | 'sequence'>;

/** A queue in order of rank that counts the points its entries ask for. */
export class PriorityQueue<T extends Queued> {
  readonly #heap = new Heap<T>(precedes, setPosition);
  #points = 0;

  get size(): number {
    return this.#heap.entries.length;
  }

  /** Points that all entries ask for. */
  get points(): number {
    return this.#points;
  }

  get first(): T | undefined {
    return this.#heap.entries[0];
  }

  /** All entries, in no order. */
  all(): readonly T[] {
    return [...this.#heap.entries];
  }

  /** The first few in the order in which they are served, at most `count` of them. */
  front(count: number): readonly T[] {
    return this.#heap.front(count);
  }

  add(entry: T): void {
    this.#points += entry.cost;
    this.#heap.add(entry);
  }

  /** Removes an entry, wherever it stands. Does nothing where it is not in the queue. */
  remove(entry: T): void {
    if (!this.#has(entry)) return;
    this.#heap.removeAt(entry.position);
    this.#points = this.size === 0 ? 0 : this.#points - entry.cost;
  }

  /** Changes the points of an entry. It keeps its place, which does not depend on them. */
  reprice(entry: T, cost: number): void {
    if (!this.#has(entry)) return;
    this.#points = this.size === 1 ? cost : this.#points + cost - entry.cost;
    entry.cost = cost;
  }

  /** Points of all entries that are served before one of this rank: by default, one that arrives now. */
  pointsAhead(rank: number, sequence = Number.POSITIVE_INFINITY): number {
    let ahead = 0;
    for (const entry of this.#heap.entries) if (precedes(entry, { rank, sequence })) ahead += entry.cost;
    return ahead;
  }

  #has(entry: T): boolean {
    return this.#heap.entries[entry.position] === entry;
  }
}

function precedes(one: Place, other: Place): boolean {
  return one.rank < other.rank || (one.rank === other.rank && one.sequence < other.sequence);
}

function setPosition(entry: Queued, position: number): void {
  entry.position = position;
}

/** The error of a call that asks for more points than the bucket can ever hold. */
export function tooExpensive(shop: string, cost: number, maxCost: number): MaxCostError {
  return new MaxCostError(
    `The call asks for ${cost} points, and the bucket of ${shop} never holds more than ${maxCost}. Ask for smaller pages or fewer fields, or use a bulk operation.`,
    { cost, maxCost, shop },
  );
}

/** The error of a call whose wait is known to be longer than it can wait. */
export function waitTooLong(shop: string, maxWaitMs: number, waitMs: number): TimeoutError {
  const retryAfterMs = Math.ceil(waitMs);
  return new TimeoutError(
    `The call can wait ${maxWaitMs} ms for points of ${shop}, and needs about ${retryAfterMs} ms. Nothing was sent.`,
    { code: 'DEADLINE_EXCEEDED', timeoutMs: maxWaitMs, mayHaveExecuted: false, shop, retryAfterMs },
  );
}

/** The error of a call that has waited for as long as it could. */
function waitedTooLong(shop: string, maxWaitMs: number): TimeoutError {
  return new TimeoutError(
    `The call waited ${maxWaitMs} ms for points of ${shop}, which is all it could. Nothing was sent.`,
    { code: 'DEADLINE_EXCEEDED', timeoutMs: maxWaitMs, mayHaveExecuted: false, shop },
  );
}
