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
export interface WaitingLine<T extends InLine> {
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
