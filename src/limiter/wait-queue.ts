import type { Clock } from '../internal/clock.ts';
import { Heap } from '../internal/heap.ts';
import type { AcquireRequest, Permit } from '../ports/rate-limiter.ts';
import { isPoints } from './bucket.ts';
import { waitedTooLong } from './refusals.ts';

/** A call that stands in line for its permit. */
export interface Waiter extends Queued {
  readonly isBackground: boolean;
  /** Monotonic milliseconds of its arrival. */
  readonly sinceMs: number;
  /** See `AcquireRequest.costNow`. */
  readonly costNow: (() => number) | undefined;
  /** Leaves the line with a permit. */
  grant(permit: Permit): void;
  /** Leaves the line without one. */
  reject(reason: unknown): void;
}

/** Those who wait for one bucket, whoever hands out its points. */
export interface WaitingRoom {
  readonly line: PriorityQueue<Waiter>;
  /** Place in line of a call that comes now: see `Queued.rank`. */
  rankOf(request: AcquireRequest, nowMs: number): number;
  /** Stands in line until it gets a permit, is turned away, aborts, or has waited `maxWaitMs`. */
  enter(request: AcquireRequest, nowMs: number): { readonly waiter: Waiter; readonly permit: Promise<Permit> };
  /** Asks what the call costs by now; `false` where it has left the line. */
  reprice(waiter: Waiter): boolean;
  /** The same of all who wait: before somebody is turned away because of what they cost. */
  repriceAll(): void;
  /** Milliseconds in line of somebody who waits at most `maxWaitMs`: looked at anew, with all repriced, where it is longer. */
  waitInLine(inLineMs: () => number, maxWaitMs: number): number;
  /** Who is served next, asked what the call costs by now. */
  next(): Waiter | undefined;
  /** The same of the first few, in the order in which they are served. */
  front(count: number): readonly Waiter[];
  rejectAll(reason: unknown): void;
}

/** What a waiting room needs. */
interface WaitingRoomSettings {
  readonly shop: string;
  readonly clock: Clock;
  readonly agingMs: number;
  /** Another one stands in front now: it came there, or the one in front gave up. */
  onNewFirst(): void;
}

/** Makes an empty waiting room. All times are monotonic milliseconds. */
export function createWaitingRoom(settings: WaitingRoomSettings): WaitingRoom {
  const { shop, clock, agingMs, onNewFirst } = settings;
  const line = new PriorityQueue<Waiter>();
  let arrivals = 0;

  // A background call ranks as if it had come later: whatever ranks before it came within that time.
  const rankOf: WaitingRoom['rankOf'] = ({ priority }, nowMs) => nowMs + (priority === 'background' ? agingMs : 0);

  const reprice: WaitingRoom['reprice'] = (waiter) => {
    try {
      const cost = waiter.costNow?.();
      if (isPoints(cost)) line.reprice(waiter, cost);
    } catch (error) {
      waiter.reject(error);
    }
    return waiter.position >= 0;
  };

  const repriceAll = (): void => {
    for (const waiter of line.all()) reprice(waiter);
  };

  return {
    line,
    rankOf,
    reprice,
    repriceAll,
    waitInLine(inLineMs, maxWaitMs) {
      const waitMs = inLineMs();
      if (waitMs <= maxWaitMs) return waitMs;
      repriceAll();
      return inLineMs();
    },
    next() {
      let next = line.first;
      while (next && !reprice(next)) next = line.first;
      return next;
    },
    front(count) {
      let front = line.front(count);
      while (front.filter(reprice).length < front.length) front = line.front(count);
      return front;
    },
    enter(request, nowMs) {
      const { cost, costNow, priority, signal, maxWaitMs } = request;
      const { promise: permit, resolve, reject } = Promise.withResolvers<Permit>();
      const leave = (): void => {
        line.remove(waiter);
        cancelDeadline?.();
        signal?.removeEventListener('abort', onAbort);
      };
      const giveUp = (reason: unknown): void => {
        const wasFirst = line.first === waiter;
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
        rank: rankOf(request, nowMs),
        cost,
        sequence: arrivals++,
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
      line.add(waiter);
      if (line.first === waiter) onNewFirst();
      return { waiter, permit };
    },
    rejectAll(reason) {
      for (let next = line.first; next; next = line.first) next.reject(reason);
    },
  };
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
