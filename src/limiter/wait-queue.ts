import type { Clock } from '../internal/clock.ts';
import type { AcquireRequest, Permit } from '../ports/rate-limiter.ts';
import { isPoints } from './bucket.ts';
import { waitedTooLong } from './refusals.ts';

/** A call that stands in line for its permit. */
export interface Waiter extends InLine {
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
  readonly line: WaitingLine<Waiter>;
  /** Place in line of a call that comes now: see `InLine.rank`. */
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
  const line = createWaitingLine<Waiter>();
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

/** Something that waits. `position` belongs to the line. */
export interface InLine {
  /** The lowest rank is served first; equal ranks in order of arrival. */
  readonly rank: number;
  /** Points. Belongs to the line, which counts them: see `reprice`. */
  cost: number;
  /** Number of arrival. */
  readonly sequence: number;
  /** Index in the heap, -1 outside it. */
  position: number;
}

/** A binary heap that can also give up an entry in its middle. */
interface WaitingLine<T extends InLine> {
  readonly size: number;
  /** Points that all entries ask for. */
  readonly points: number;
  readonly first: T | undefined;
  /** All entries, in no order. */
  all(): readonly T[];
  /** The first few in the order in which they are served, at most `count` of them. */
  front(count: number): readonly T[];
  add(entry: T): void;
  /** Takes an entry out, wherever it stands. Does nothing where it is not in the line. */
  remove(entry: T): void;
  /** Has an entry of the line ask for other points. It keeps its place, which does not depend on them. */
  reprice(entry: T, cost: number): void;
  /** Points of all entries that are served before one of this rank: by default, one that arrives now. */
  pointsAhead(rank: number, sequence?: number): number;
}

/** Makes an empty line. Adding and removing take time in the logarithm of its length. */
export function createWaitingLine<T extends InLine>(): WaitingLine<T> {
  return new WaitingHeap<T>();
}

/** A class, because thousands of idle buckets have one each: its methods are there once for all. */
class WaitingHeap<T extends InLine> implements WaitingLine<T> {
  readonly #heap: T[] = [];
  #points = 0;

  get size(): number {
    return this.#heap.length;
  }

  get points(): number {
    return this.#points;
  }

  get first(): T | undefined {
    return this.#heap[0];
  }

  add(entry: T): void {
    this.#points += entry.cost;
    this.#rise(entry, this.#heap.length);
  }

  remove(entry: T): void {
    const heap = this.#heap;
    const { position } = entry;
    if (heap[position] !== entry) return;
    entry.position = -1;
    const last = heap.pop();
    this.#points = heap.length === 0 ? 0 : this.#points - entry.cost;
    if (!last || last === entry) return;
    if (this.#rise(last, position) === position) this.#sink(last, position);
  }

  reprice(entry: T, cost: number): void {
    if (this.#heap[entry.position] !== entry) return;
    this.#points = this.#heap.length === 1 ? cost : this.#points + cost - entry.cost;
    entry.cost = cost;
  }

  all(): readonly T[] {
    return [...this.#heap];
  }

  front(count: number): readonly T[] {
    const heap = this.#heap;
    if (count >= heap.length) return heap.toSorted(inOrder);
    const front: T[] = [];
    // Whoever comes next is the first one, or stands right below one that has been counted already.
    const near = heap.slice(0, 1);
    for (let next = near[0]; next && front.length < count; next = near[0]) {
      front.push(next);
      near.shift();
      for (const child of [heap[2 * next.position + 1], heap[2 * next.position + 2]]) if (child) near.push(child);
      near.sort(inOrder);
    }
    return front;
  }

  pointsAhead(rank: number, sequence = Number.POSITIVE_INFINITY): number {
    let ahead = 0;
    for (const entry of this.#heap) if (precedes(entry, { rank, sequence })) ahead += entry.cost;
    return ahead;
  }

  #place(entry: T, position: number): void {
    this.#heap[position] = entry;
    entry.position = position;
  }

  #rise(entry: T, from: number): number {
    let position = from;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = this.#heap[above];
      if (!parent || !precedes(entry, parent)) break;
      this.#place(parent, position);
      position = above;
    }
    this.#place(entry, position);
    return position;
  }

  #sink(entry: T, from: number): void {
    let position = from;
    for (;;) {
      const left = this.#heap[2 * position + 1];
      const right = this.#heap[2 * position + 2];
      const child = left && right && precedes(right, left) ? right : left;
      if (!child || !precedes(child, entry)) break;
      const below = child.position;
      this.#place(child, position);
      position = below;
    }
    this.#place(entry, position);
  }
}

type Place = Pick<InLine, 'rank' | 'sequence'>;

function precedes(one: Place, other: Place): boolean {
  return one.rank < other.rank || (one.rank === other.rank && one.sequence < other.sequence);
}

function inOrder(one: Place, other: Place): number {
  return precedes(one, other) ? -1 : 1;
}
